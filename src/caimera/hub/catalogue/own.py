"""The hub's own addresses for what it publishes as a FAIR Data Point, and records told under them."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings

from caimera import dcat
from caimera.dcat import Dataset, Graph


def point() -> str:
    """The FAIR Data Point of this hub."""
    return f"{settings.SITE.base_url}/fdp"


def told(graph: Graph, dataset: Dataset, dataset_id: UUID) -> str:
    """What a record says, under this hub's address wherever that is (`dcat.placed`). Raises DcatError."""
    names = [part.id for part in dataset.distribution if part.id]
    parts = {
        name: f"{dcat.HERE}distribution/{dataset_id}-{number}"
        for number, name in enumerate(dict.fromkeys(names), 1)
    }
    ours = (dcat.HERE, f"{settings.SITE.base_url}/")
    to = f"{dcat.HERE}dataset/{dataset_id}"
    return dcat.moved(graph, dataset.id or "", to=to, parts=parts, ours=ours)
