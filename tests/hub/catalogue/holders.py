"""Nodes that publish descriptions, made of letters alone: they answer what the hub's courier brings them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.db.models import Q

from caimera.dcat import (
    Computed,
    Dataset,
    Memory,
    Text,
    describe_open,
    describe_protected,
    figures,
    triples,
    write,
)
from caimera.dcat.described import said
from caimera.hub.catalogue import tasks
from caimera.hub.catalogue.models import Harvest, Source
from caimera.hub.catalogue.states import RUNNING
from caimera.protocol.identity import Card
from caimera.protocol.messages import (
    CatalogueChanged,
    CatalogueEntry,
    CatalogueListed,
    CatalogueWanted,
    DatasetRecord,
    Message,
    RecordsGiven,
    RecordsWanted,
)
from caimera.transport import LinkState
from tests.dcat import people
from tests.dcat.samples import whole
from tests.hub.conftest import FakeNode, heard


def described(number: int, **changes: Any) -> Dataset:
    """The sample that fills every line of the profile, as dataset `number`."""
    address = f"https://hub.example.org/pid/{UUID(int=number)}"
    given = {"id": address, "identifier": address, "title": (Text(f"Dataset {number}", "en"),), **changes}
    return replace(whole(), **given)


def turtle_of(dataset: Dataset) -> str:
    return write(triples(dataset)).decode()


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass
class Holder:
    """A node with what it publishes; `page` entries of its list and `batch` records go into one letter."""

    node: FakeNode
    records: dict[UUID, str] = field(default_factory=dict)
    page: int = 1_000
    batch: int = 200
    silent: bool = False
    wanted: list[int] = field(default_factory=list)
    """How many records each question asked for."""

    def publish(self, number: int, **changes: Any) -> None:
        self.records[UUID(int=number)] = turtle_of(described(number, **changes))

    def withdraw(self, *numbers: int) -> None:
        for number in numbers:
            del self.records[UUID(int=number)]

    def say(self, message: Message) -> bool:
        return heard(f"fed.r.{self.node.id}.catalogue", self.node.seal(message))

    def changed(self) -> bool:
        return self.say(CatalogueChanged(digest="0c" * 32, datasets=len(self.records)))

    def answer(self, question: Message) -> None:
        if self.silent:
            return
        if isinstance(question, CatalogueWanted):
            self.say(self.listed(question))
        if isinstance(question, RecordsWanted):
            self.wanted.append(len(question.dataset_ids))
            self.say(self.given(question))

    def listed(self, question: CatalogueWanted) -> CatalogueListed:
        left = sorted(one for one in self.records if question.after is None or one > question.after)
        entries = tuple(
            CatalogueEntry(dataset_id=one, digest=sha256(self.records[one])) for one in left[: self.page]
        )
        return CatalogueListed(
            run=question.run, after=question.after, entries=entries, more=len(left) > self.page
        )

    def given(self, question: RecordsWanted) -> RecordsGiven:
        here = [one for one in question.dataset_ids if one in self.records]
        return RecordsGiven(
            run=question.run,
            records=tuple(record(one, self.records[one]) for one in here[: self.batch]),
            gone=tuple(one for one in question.dataset_ids if one not in self.records),
            left=tuple(here[self.batch :]),
        )


def record(dataset_id: UUID, turtle: str) -> DatasetRecord:
    return DatasetRecord(dataset_id=dataset_id, digest=sha256(turtle), turtle=turtle)


@dataclass
class Federation:
    """The worker's duty among some holders: what it asks is answered at once, until nothing is asked."""

    holders: Sequence[Holder]

    @property
    def link(self) -> SimpleNamespace:
        return SimpleNamespace(state=LinkState.CONNECTED)

    asked: list[tuple[str, Message]] = field(default_factory=list)

    def tell(self, messages: Iterable[tuple[Card, Message]]) -> None:
        self.asked += [(card.site, message) for card, message in messages]

    def turn(self) -> list[tuple[str, Message]]:
        """One call of the duty; returns what was asked, unanswered."""
        self.asked = []
        tasks.harvest(self)  # type: ignore[arg-type]
        return self.asked

    def settle(self) -> None:
        """Call the duty, and let holders answer, until nobody is asked any more."""
        quiet = 0
        for _ in range(200):
            questions = self.turn()
            for site, question in questions:
                next(one for one in self.holders if one.node.id == site).answer(question)
            quiet = 0 if questions else quiet + 1
            if quiet == 2 or (quiet and not _more_to_do()):
                return
        pytest.fail("the harvest never came to an end")

    def harvest(self) -> None:
        """Every holder says that it changed, and is harvested."""
        for holder in self.holders:
            holder.changed()
        self.settle()


def _more_to_do() -> bool:
    return Source.objects.filter(Q(wanted=True) | Q(harvests__state__in=RUNNING)).exists()


def last_run(site: str = "trials") -> Harvest:
    found = Harvest.objects.filter(source_id=site).first()
    assert found is not None
    return found


def numbers(run: Harvest) -> dict[str, int]:
    """The numbers of a run that are not zero."""
    names = ("added", "changed", "gone", "unchanged", "refused")
    return {name: number for name in names if (number := getattr(run, name))}


def stored(number: int, *, source: Source, **changes: Any) -> Any:
    """A record in the catalogue, put there by hand."""
    from caimera.hub.catalogue.models import Record

    given = {
        "id": UUID(int=number),
        "source": source,
        "digest": "0d" * 32,
        "title": f"Dataset {number}",
        "first_seen_at": datetime(2026, 1, 1, tzinfo=UTC),
        "changed_at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return Record.objects.create(**{**given, **changes})


def computed(count: int = 118, *, protected: bool = False) -> Computed:
    """What the data of so many made-up people say."""
    if protected:
        return describe_protected(
            people.tables(people.crowd(count)), people.about(), guard=people.guard(), remembered=Memory()
        )[0]
    return describe_open(people.tables(people.crowd(count)), people.about(size=5_000_000))


def carrying(number: int, figured: Computed) -> dict[str, Any]:
    """The fields of a record that come from its data, with the figures that say how to read them."""
    address = described(number).id or ""
    fields = {name: value for name, value in said(figured).items() if value}
    return {**fields, "extra": figures(figured, address)}
