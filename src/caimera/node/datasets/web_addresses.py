"""Where this node's descriptions are found on the web."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings


def point() -> str:
    """The FAIR Data Point of this node."""
    return f"{settings.SITE.base_url}/fdp"


def catalogue() -> str:
    """The one catalogue of this node."""
    return f"{point()}/catalog/{settings.SITE.site_id}"


def dataset(dataset_id: UUID) -> str:
    """The record of a dataset."""
    return f"{point()}/dataset/{dataset_id}"


def distribution(dataset_id: UUID) -> str:
    """The record of the form in which a dataset can be had."""
    return f"{point()}/distribution/{dataset_id}"


def profile(name: str) -> str:
    """The shapes of a profile."""
    return f"{point()}/profile/{name}"
