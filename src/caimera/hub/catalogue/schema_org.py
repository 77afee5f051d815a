"""The catalogue's own pages in the words of schema.org, for search engines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_CONTEXT = "https://schema.org/"


def breadcrumbs(trail: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The way to a page: names and addresses from the outermost to itself."""
    return {
        "@context": _CONTEXT,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": name, "item": address}
            for number, (name, address) in enumerate(trail, 1)
        ],
    }


def data_catalog(*, name: str, description: str, address: str, datasets: int) -> dict[str, Any]:
    """The catalogue itself."""
    return {
        "@context": _CONTEXT,
        "@type": "DataCatalog",
        "@id": address,
        "url": address,
        "name": name,
        "description": description,
        "size": datasets,
        "isAccessibleForFree": True,
    }
