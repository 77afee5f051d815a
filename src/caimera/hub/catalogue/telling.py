"""What the FAIR Data Point reads: only what anyone may, and of what is withdrawn only that."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q

from caimera.dcat import Change, Times
from caimera.hub.catalogue.models import Record, Source
from caimera.hub.catalogue.queries import visible_records
from caimera.web.points import Mark, Part

TOGETHER = 200
"""Records read at once for a document of all."""
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def times() -> Times:
    """When the first dataset came, and when any last changed, came or went."""
    return _times(Record.objects.aggregate(issued=Min("first_seen_at"), modified=Max("changed_at")))


def _times(found: dict[str, datetime | None]) -> Times:
    return Times(found["issued"] or _NEVER, found["modified"] or _NEVER)


def count() -> int:
    """How many datasets there are."""
    return visible_records().count()


def sources() -> Sequence[Source]:
    """The sources of which there is anything, by their names."""
    there = visible_records().filter(source=OuterRef("pk"))
    return list(Source.objects.filter(Exists(there)).select_related("node").order_by("pk"))


def extent(source: Source) -> tuple[int, Times]:
    """How many datasets of a source there are, and their times."""
    found = source.records.aggregate(
        here=Count("id", filter=Q(withdrawn_at__isnull=True)),
        issued=Min("first_seen_at"),
        modified=Max("changed_at"),
    )
    return found.pop("here"), _times(found)


def ids(source: Source, part: Part | None) -> Sequence[UUID]:
    """The datasets of a source, all or those of a page, in order of their identifiers."""
    found = visible_records().filter(source=source).order_by("id").values_list("id", flat=True)
    return list(found[part.number * part.size : (part.number + 1) * part.size] if part else found)


def titles(source: Source, part: Part) -> Sequence[tuple[UUID, str, str]]:
    """The datasets of a page with their titles and providers."""
    found = visible_records().filter(source=source).order_by("id").values_list("id", "title", "provider")
    return list(found[part.number * part.size : (part.number + 1) * part.size])


def told_after(after: UUID | None) -> Sequence[tuple[UUID, str]]:
    """The next records after a dataset, as they are told, in order of their identifiers."""
    found = visible_records().order_by("id").values_list("id", "told")
    return list((found.filter(id__gt=after) if after else found)[:TOGETHER])


def changes_after(mark: Mark, most: int) -> Sequence[Change]:
    """At most so many datasets that came, changed or were withdrawn after a mark, in order of time."""
    later = Q(changed_at__gt=mark.at) | Q(changed_at=mark.at, id__gt=mark.name)
    rows = Record.objects.filter(later).order_by("changed_at", "id")
    new = Q(changed_at=F("first_seen_at"))
    told = rows.annotate(is_new=new).values_list("id", "changed_at", "withdrawn_at", "is_new")
    return [_change(*row) for row in told[:most]]


def _change(name: UUID, at: datetime, withdrawn: datetime | None, is_new: bool) -> Change:
    return Change(str(name), "Delete" if withdrawn else "Create" if is_new else "Update", at)
