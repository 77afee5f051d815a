"""Waiting for me: everything whose next step is a person's, from every room, who waits longest first.

Each room registers providers. A provider says which of its own rows wait for somebody, and how one is shown;
so nothing is copied, and nothing here can be out of date. Pages go by the last item shown, never by counting:
each provider reads, in the order of an index, as many rows as a page holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from heapq import merge
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import IntegerField, Model, Q, QuerySet, Value
from django.utils.functional import Promise

from caimera.people.models import Person
from caimera.web.counters import MOST


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that waits: what is to be done, with what, where; until which day, if there is one."""

    what: str | Promise
    title: str
    page: str
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Provider:
    """A room's part. `found` gives the rows that wait for a person, None where none ever can; `since` names
    the field that says since when, by which, and by the primary key, an index of them is ordered.
    """

    name: str
    since: str
    found: Callable[[Person], QuerySet[Any] | None]
    shown: Callable[[Any, Person], Item]


@dataclass(frozen=True, slots=True)
class Mark:
    """The last item of a page: since when it waits, whose it is, and its key there."""

    since: datetime
    provider: str
    key: str

    def __str__(self) -> str:
        return f"{self.since.isoformat()}~{self.provider}~{self.key}"

    @classmethod
    def read(cls, text: str) -> Mark | None:
        """The mark a link carried; None where it is none."""
        since, _, rest = text.partition("~")
        provider, _, key = rest.partition("~")
        try:
            at = datetime.fromisoformat(since)
            return cls(at, provider, key) if at.tzinfo and provider in _providers else None
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Waiting:
    """An item in its place."""

    mark: Mark
    item: Item

    @property
    def since(self) -> datetime:
        """Since when it waits."""
        return self.mark.since


_providers: dict[str, Provider] = {}


def register(provider: Provider) -> None:
    """Let a room's items be among those that wait; registering a name again replaces it."""
    _providers[provider.name] = provider


def count(person: Person) -> int:
    """How many items wait for a person, up to one more than MOST, with one question to the database."""
    parts = [
        found.order_by().values_list(Value(1, IntegerField()))[: MOST + 1]
        for one in _providers.values()
        if (found := one.found(person)) is not None
    ]
    if not parts:
        return 0
    first, *others = parts
    return min((first.union(*others, all=True) if others else first).count(), MOST + 1)


def page(person: Person, *, after: Mark | None = None, size: int) -> Sequence[Waiting]:
    """The next items that wait for a person, at most so many."""
    ordered = (_rows(one, person, after, size) for one in _providers.values())
    next_ones = islice(merge(*ordered, key=_place), size)
    return [
        Waiting(Mark(since, provider.name, str(row.pk)), provider.shown(row, person))
        for since, provider, row in next_ones
    ]


Row = tuple[datetime, Provider, Any]


def _place(one: Row) -> tuple[datetime, str]:
    """The order between providers; within one, the rows come in theirs."""
    return one[0], one[1].name


def _rows(provider: Provider, person: Person, after: Mark | None, size: int) -> Iterator[Row]:
    found = provider.found(person)
    if found is None:
        return
    if after is not None:
        found = found.filter(_later(provider, found.model, after))
    for row in found.order_by(provider.since, "pk")[:size]:
        yield getattr(row, provider.since), provider, row


def _later(provider: Provider, model: type[Model], after: Mark) -> Q:
    later = Q(**{f"{provider.since}__gt": after.since})
    same = Q(**{provider.since: after.since})
    if provider.name < after.provider:
        return later
    if provider.name > after.provider:
        return later | same
    try:
        key = model._meta.pk.to_python(after.key)
    except ValidationError:
        return later
    return later | (same & Q(pk__gt=key))
