"""What of the trail is about a data holder's own data: the site's rooms say so, once, when they are ready."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from caimera.audit.models import Record
from caimera.people.models import Person


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a holder's data: when, by whom (a pseudonym), what for, with which question or permit."""

    record_id: int
    at: datetime
    act: str
    asker: str
    purpose: str
    question: str
    datasets: tuple[str, ...]
    outcome: str


@dataclass(frozen=True, slots=True)
class Holdings:
    """How this site finds the uses of what a person holds.

    `uses` gives their records, narrowed to one dataset where its identifier is given; `told` reads them;
    `datasets` are the identifiers and titles of what the person may narrow by.
    """

    uses: Callable[[Person, str], QuerySet[Record]]
    told: Callable[[Sequence[Record]], Sequence[Use]]
    datasets: Callable[[Person], Sequence[tuple[str, str]]]


_registered: list[Holdings] = []


def register(holdings: Holdings) -> None:
    """Say how the uses of data are found at this site; the last word counts."""
    _registered[:] = [holdings]


def holdings() -> Holdings:
    """What was said; a site of no data has no uses."""
    return _registered[0] if _registered else Holdings(_nothing, lambda records: (), lambda person: ())


def _nothing(person: Person, dataset: str) -> QuerySet[Record]:
    return Record.objects.none()
