"""Waiting for me: everything whose next step is a person's, from every room, who waits longest first.

Each room registers providers. A provider says which of its own rows wait for somebody, and how one is shown;
so nothing is copied, and nothing here can be out of date. Pages go by the last item shown, never by counting:
one question takes of each provider, in the order of an index, as many keys as a page holds; only the rows
that come to stand on the page are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, IntegerField, Model, Q, QuerySet, TextField, Value, Window
from django.db.models.functions import Cast, RowNumber
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


@dataclass(frozen=True, slots=True)
class Page:
    """Items in their order, and the mark the next page begins after; None where nothing follows."""

    items: Sequence[Waiting]
    next: Mark | None


_providers: dict[str, Provider] = {}


def register(provider: Provider) -> None:
    """Let a room's items be among those that wait; registering a name again replaces it."""
    _providers[provider.name] = provider


def count(person: Person) -> int:
    """How many items wait for a person, up to one more than MOST, with one question to the database."""
    parts = [
        found.order_by().values_list(Value(1, IntegerField()))[: MOST + 1] for _, found in _found_for(person)
    ]
    return min(_together(parts).count(), MOST + 1) if parts else 0


def page(person: Person, *, after: Mark | None = None, size: int) -> Page:
    """The next items that wait for a person, at most so many."""
    found = {one.name: rows for one, rows in _found_for(person)}
    parts = [_keys(_providers[name], rows, after)[: size + 1] for name, rows in found.items()]
    if not parts:
        return Page([], None)
    marks = [Mark(since, name, key) for since, name, _, key in _together(parts).order_by(*_PLACE)[: size + 1]]
    rows = {name: _rows(rows, marks, name) for name, rows in found.items()}
    items = [
        Waiting(mark, _providers[mark.provider].shown(row, person))
        for mark in marks[:size]
        if (row := rows[mark.provider].get(mark.key)) is not None  # else it was done just now
    ]
    return Page(items, marks[size - 1] if len(marks) > size else None)


def _found_for(person: Person) -> Iterable[tuple[Provider, QuerySet[Any]]]:
    return ((one, found) for one in _providers.values() if (found := one.found(person)) is not None)


def _together(parts: Sequence[QuerySet[Any, Any]]) -> QuerySet[Any, Any]:
    first, *others = parts
    return first.union(*others, all=True) if others else first


_PLACE = ("waits_since", "waits_provider", "waits_rank")
"""The order between providers, then within one; a rank, as keys of all kinds are texts by then."""


def _keys(provider: Provider, found: QuerySet[Any], after: Mark | None) -> QuerySet[Any, Any]:
    if after is not None:
        found = found.filter(_later(provider, found.model, after))
    place = (provider.since, "pk")
    told = {
        "waits_since": F(provider.since),
        "waits_provider": Value(provider.name, TextField()),
        "waits_rank": Window(RowNumber(), order_by=place),
        "waits_key": Cast("pk", TextField()),
    }
    return found.order_by(*place).annotate(**told).values_list(*told)


def _rows(found: QuerySet[Any], marks: Sequence[Mark], name: str) -> dict[str, Any]:
    keys = [mark.key for mark in marks if mark.provider == name]
    return {str(row.pk): row for row in found.filter(pk__in=keys)} if keys else {}


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
