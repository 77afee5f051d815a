"""Reading datasets."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from caimera.node.datasets.errors import DatasetUnknown
from caimera.node.datasets.models import Dataset, Release
from caimera.people.models import Person


def published_releases() -> QuerySet[Release]:
    """The releases that are counted, with their datasets, by title."""
    return (
        Release.objects.filter(published=True)
        .select_related("dataset")
        .order_by("dataset__title", "dataset_id")
    )


def dataset_with_id(dataset_id: UUID) -> Dataset:
    """A dataset of this node; raises DatasetUnknown."""
    dataset = Dataset.objects.filter(id=dataset_id).first()
    if dataset is None:
        raise DatasetUnknown(dataset_id)
    return dataset


def holds_data(person: Person | None) -> bool:
    """Whether a person speaks for this site's data."""
    return person is not None and person.in_group("data-holders")


def visible_releases(person: Person | None) -> QuerySet[Release]:
    """The published releases a person may see listed: data holders all of them, others none."""
    return published_releases() if holds_data(person) else Release.objects.none()
