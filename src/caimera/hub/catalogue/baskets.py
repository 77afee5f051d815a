"""A basket: datasets put aside, as they were then, with what led to them.

A person's is kept in the database; a visitor's in their session, which the browser knows by a cookie.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest

from caimera.hub.catalogue.models import BasketItem, Record
from caimera.people.models import Person

MOST = 1_000
"""Datasets in the basket of a person."""
MOST_OF_VISITORS = 100
"""Datasets in a visitor's, whose sessions anyone may begin."""
KEPT = timedelta(days=30)
"""How long a visitor's basket stays after the last dataset was put in."""
SESSION_KEY = "basket"
LONGEST = 1_000
"""Characters kept of a search or question; a longer one is not kept, for half of it would be another."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What led to a dataset: a search in the catalogue, as a query string, or a question to the hospitals."""

    search: str = ""
    question: str = ""
    question_id: UUID | None = None

    def kept(self) -> Origin:
        """The same as far as it is kept."""
        fits = len(self.question) <= LONGEST
        return Origin(
            search=self.search if len(self.search) <= LONGEST else "",
            question=self.question if fits else "",
            question_id=self.question_id,
        )


NOWHERE = Origin()


@dataclass(frozen=True, slots=True)
class Item:
    """A dataset in a basket: its version and the digest of its record when it was put in."""

    dataset_id: UUID
    version: str
    digest: str
    added_at: datetime
    origin: Origin = field(default_factory=Origin)

    @classmethod
    def of(cls, row: BasketItem) -> Item:
        """From the database."""
        origin = Origin(row.search, row.question, row.question_id)
        return cls(row.record_id, row.version, row.digest, row.added_at, origin)

    def as_row(self, owner: Person) -> BasketItem:
        """For the database."""
        return BasketItem(
            owner=cast(Any, owner),
            record_id=self.dataset_id,
            version=self.version,
            digest=self.digest,
            added_at=self.added_at,
            search=self.origin.search,
            question=self.origin.question,
            question_id=self.origin.question_id,
        )

    def as_json(self) -> list[str]:
        """For a session. Questions are asked by persons alone, so a visitor's item has none."""
        return [
            str(self.dataset_id),
            self.version,
            self.digest,
            self.added_at.isoformat(),
            self.origin.search,
        ]

    @classmethod
    def read(cls, given: Sequence[str]) -> Item:
        """From a session."""
        dataset_id, version, digest, added_at, search = given
        return cls(UUID(dataset_id), version, digest, datetime.fromisoformat(added_at), Origin(search))


@dataclass(frozen=True, slots=True)
class Line:
    """An item with its dataset as it is now."""

    item: Item
    record: Record

    @property
    def withdrawn(self) -> bool:
        """Whether its holder took it back."""
        return self.record.withdrawn_at is not None

    @property
    def renewed(self) -> bool:
        """Whether there is another version of it than the one put in."""
        return not self.withdrawn and self.record.version != self.item.version

    @property
    def changed(self) -> bool:
        """Whether its description says something else than then, the version being the same."""
        return not (self.withdrawn or self.renewed) and self.record.digest != self.item.digest


def owner_of(request: HttpRequest) -> Person | None:
    """The person whose basket it is; None for a visitor."""
    return request.user if request.user.is_authenticated else None


def most_of(owner: Person | None) -> int:
    """How many datasets the basket of a person, or of a visitor, holds."""
    return MOST_OF_VISITORS if owner is None else MOST


def items(request: HttpRequest) -> list[Item]:
    """What is in the basket of who calls, first put in first."""
    if (owner := owner_of(request)) is not None:
        return items_of(owner)
    return items_of_visitor(request)


def items_of(owner: Person) -> list[Item]:
    """What is in a person's basket, first put in first."""
    return [Item.of(row) for row in BasketItem.objects.filter(owner=owner)]


def items_of_visitor(request: HttpRequest) -> list[Item]:
    """What the session holds, first put in first."""
    return [Item.read(given) for given in request.session.get(SESSION_KEY, ())]


def count(request: HttpRequest) -> int:
    """How many datasets are in the basket of who calls."""
    if (owner := owner_of(request)) is not None:
        return BasketItem.objects.filter(owner=owner).count()
    return len(request.session.get(SESSION_KEY, ()))


def dataset_ids(request: HttpRequest) -> frozenset[UUID]:
    """The datasets in the basket of who calls."""
    if (owner := owner_of(request)) is not None:
        return frozenset(BasketItem.objects.filter(owner=owner).values_list("record_id", flat=True))
    return frozenset(item.dataset_id for item in items_of_visitor(request))


def lines(items: Iterable[Item]) -> list[Line]:
    """Items with their datasets as they are now, withdrawn ones among them."""
    items = list(items)
    known = Record.objects.select_related("source__node").defer("turtle", "conformance", "keywords")
    records = known.in_bulk([item.dataset_id for item in items])
    return [Line(item, records[item.dataset_id]) for item in items if item.dataset_id in records]
