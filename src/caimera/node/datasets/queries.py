"""Reading datasets."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from django.db import connection
from django.db.models import Exists, Max, Min, OuterRef, Q, QuerySet

from caimera.dcat import Change, Times
from caimera.node.datasets.describing import made_from
from caimera.node.datasets.errors import DatasetUnknown
from caimera.node.datasets.models import Dataset, Description, Release
from caimera.people.models import Person
from caimera.web.points import Mark

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


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
    return person is not None and person.may("data.see")


def visible_releases(person: Person | None) -> QuerySet[Release]:
    """The published releases a person may see listed: data holders all of them, others none."""
    return published_releases() if holds_data(person) else Release.objects.none()


def listed() -> QuerySet[Description]:
    """The descriptions anyone may read, in order of the datasets' identifiers."""
    return Description.objects.filter(
        Exists(Release.objects.filter(dataset_id=OuterRef("dataset_id"), published=True)), ~Q(turtle="")
    ).order_by("dataset_id")


_LIST = """
SELECT encode(sha256(convert_to(coalesce(
    string_agg(said.dataset_id || ' ' || said.digest || chr(10), '' ORDER BY said.dataset_id), ''
), 'UTF8')), 'hex'), count(*)
FROM datasets_description AS said JOIN datasets_release AS release
    ON release.dataset_id = said.dataset_id AND release.published
WHERE said.turtle <> ''"""
_STATE = """
SELECT coalesce(md5(
    string_agg(md5(row(dataset.*, release.*, said.made_from)::text), '' ORDER BY dataset.id)
), '')
FROM datasets_dataset AS dataset JOIN datasets_release AS release
    ON release.dataset_id = dataset.id AND release.published
LEFT JOIN datasets_description AS said ON said.dataset_id = dataset.id"""


def digest_of_list() -> tuple[str, int]:
    """SHA-256 over a line `identifier digest` for each of `listed`, in order, and how many there are."""
    with connection.cursor() as cursor:
        cursor.execute(_LIST)
        digest, count = cursor.fetchone()
    return str(digest), int(count)


def state_of_descriptions() -> str:
    """Another whenever `undescribed` may be, and sooner known."""
    with connection.cursor() as cursor:
        cursor.execute(_STATE)
        return str(cursor.fetchone()[0])


def undescribed() -> Sequence[Release]:
    """The published releases whose description is missing or was made from something else, by title."""
    made = dict(Description.objects.values_list("dataset_id", "made_from"))
    return [each for each in published_releases() if made.get(each.dataset_id) != made_from(each)]


def description_of(dataset_id: UUID) -> Description | None:
    """What anyone may read of a dataset; None where nothing is published."""
    return listed().filter(dataset_id=dataset_id).select_related("dataset").first()


def was_described(dataset_id: UUID) -> bool:
    """Whether a dataset was published here once, so that saying it is gone tells nothing new."""
    return Description.objects.filter(dataset_id=dataset_id).exists()


def entries_of_page(number: int, size: int) -> Sequence[Description]:
    """The descriptions on one page of the catalogue, with their datasets; pages are counted from 0."""
    start = number * size
    return list(listed().select_related("dataset").defer("turtle")[start : start + size])


def ids_of_page(number: int, size: int) -> Sequence[UUID]:
    """The datasets on one page of the catalogue."""
    return list(listed().values_list("dataset_id", flat=True)[number * size : (number + 1) * size])


def ids_of_all() -> Sequence[UUID]:
    """Every dataset anyone may read of."""
    return list(listed().values_list("dataset_id", flat=True))


def times_of_catalogue() -> Times:
    """When the first dataset was described here, and when any last changed, came or went."""
    found = Description.objects.aggregate(issued=Min("issued_at"), modified=Max("updated_at"))
    return Times(found["issued"] or _NEVER, found["modified"] or _NEVER)


def listed_after(after: UUID | None, most: int) -> Sequence[tuple[UUID, str]]:
    """At most so many published datasets after one, in order, with the digests of their records."""
    found = listed() if after is None else listed().filter(dataset_id__gt=after)
    return list(found.values_list("dataset_id", "digest")[:most])


def records_of(dataset_ids: Collection[UUID]) -> Mapping[UUID, Description]:
    """The descriptions anyone may read of these datasets, by their identifiers."""
    return {each.dataset_id: each for each in listed().filter(dataset_id__in=dataset_ids)}


def descriptions_after(after: UUID | None, most: int) -> Sequence[Description]:
    """At most so many descriptions anyone may read after one dataset, in order."""
    found = listed() if after is None else listed().filter(dataset_id__gt=after)
    return list(found[:most])


def changes_after(mark: Mark, most: int) -> Sequence[Change]:
    """At most so many datasets that came, changed or went after a mark, in order of time."""
    later = Q(updated_at__gt=mark.at) | Q(updated_at=mark.at, dataset_id__gt=mark.name)
    here = Exists(Release.objects.filter(dataset_id=OuterRef("dataset_id"), published=True))
    rows = Description.objects.filter(later).annotate(published=here).order_by("updated_at", "dataset_id")
    return [_change(each) for each in rows[:most]]


def _change(row: Description) -> Change:
    there = getattr(row, "published", False) and row.turtle != ""
    new = row.updated_at == row.issued_at
    return Change(str(row.dataset_id), ("Create" if new else "Update") if there else "Delete", row.updated_at)
