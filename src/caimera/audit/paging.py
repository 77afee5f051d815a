"""The trail page by page, by ids: no page costs more than the first, and none moves as others write."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from caimera.audit.models import Record

MOST = 50
"""Records on a page."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some records, newest first. `newer` and `older` are the ids to go on from; None at an end."""

    records: tuple[Record, ...]
    newer: int | None = None
    older: int | None = None


def page_of(
    records: QuerySet[Record], *, before: int | None = None, after: int | None = None, most: int = MOST
) -> Page:
    """The newest of the records; or those next before, or next after, a record's id."""
    if after is not None:
        return _page_after(records, after, most)
    wanted = records if before is None else records.filter(id__lt=before)
    found = tuple(wanted.order_by("-id")[: most + 1])
    shown = found[:most]
    newer = shown[0].id if before is not None and shown else None
    return Page(shown, newer, shown[-1].id if len(found) > most else None)


def _page_after(records: QuerySet[Record], after: int, most: int) -> Page:
    found = tuple(records.filter(id__gt=after).order_by("id")[: most + 1])
    shown = found[:most][::-1]
    if not shown:  # whoever is at the newest already stays there
        return page_of(records, most=most)
    return Page(shown, shown[0].id if len(found) > most else None, shown[-1].id)
