"""What holders hear of their datasets, what operators hear of sources, and what of both waits."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from caimera.hub.catalogue.models import Proposal, Source
from caimera.hub.federation.models import Node
from caimera.notices import waiting
from caimera.notices.models import Notice
from caimera.notices.queries import Shown
from caimera.notices.reminding import remind
from caimera.people.models import Person
from caimera.people.organisations import appoint, take_on
from tests.hub.catalogue.holders import Federation, Holder
from tests.hub.conftest import make_person

pytestmark = pytest.mark.django_db


def heard(person: Person, kind: str) -> list[str]:
    found = Notice.objects.filter(person=person, kind=kind).order_by("written_at", "id")
    return [one.event for one in found]


@pytest.fixture
def delegate(holder: Holder) -> Person:
    """Who speaks for the organisation that runs the holder's node; somebody else speaks for another."""
    person, other = make_person("delegate"), make_person("other")
    appoint(organisation_id=take_on(name="Ours", node_id=holder.node.id, by=None).pk, person=person, by=None)
    appoint(organisation_id=take_on(name="Theirs", by=None).pk, person=other, by=None)
    return person


def test_a_delegate_hears_of_datasets_that_went(
    holder: Holder, federation: Federation, delegate: Person
) -> None:
    for number in (1, 2, 3):
        holder.publish(number)
    federation.harvest()
    assert heard(delegate, "own-datasets") == []
    holder.withdraw(2, 3)
    federation.harvest()
    federation.harvest()
    (notice,) = Notice.objects.filter(kind="own-datasets")
    assert notice.person == delegate
    assert Shown.of(notice).sentence.endswith("no longer in the catalogue: 2.")
    assert notice.page == f"/catalogue/sources/{holder.node.id}"


def test_a_refusal_is_told_once_until_it_changes(
    holder: Holder, federation: Federation, delegate: Person, olga: Person
) -> None:
    holder.publish(1)
    key = next(iter(holder.records))
    holder.records[key] = "this is no RDF"
    for _ in range(3):
        federation.harvest()
    assert heard(delegate, "own-datasets") == ["refused"]
    holder.records[key] = "neither is this"
    federation.harvest()
    assert heard(delegate, "own-datasets") == ["refused", "refused"]
    assert heard(olga, "sources") == [], "a node's refusals are its holder's"


def test_a_list_that_shrank_waits_for_an_operator(
    holder: Holder, federation: Federation, olga: Person, person: Person
) -> None:
    for number in range(1, 13):
        holder.publish(number)
    federation.harvest()
    holder.withdraw(*range(1, 9))
    federation.harvest()
    federation.harvest()
    assert heard(olga, "sources") == ["held"]
    (item,) = [one.item for one in waiting.page(olga, size=9).items if one.mark.provider == "held"]
    assert item.title == "The trials node"
    assert heard(person, "sources") == []
    assert waiting.count(person) == 0


def test_operators_hear_once_of_a_source_that_is_away_for_days(
    holder: Holder, federation: Federation, olga: Person
) -> None:
    holder.publish(1)
    federation.harvest()
    now = timezone.now()
    for days in (0, 2.9, 3.1, 4, 9):
        remind(now=now + timedelta(days=days))
    assert heard(olga, "sources") == ["away"]
    Node.objects.update(last_heard_at=now + timedelta(days=10))
    remind(now=now + timedelta(days=12))
    assert heard(olga, "sources") == ["away"]
    remind(now=now + timedelta(days=14))
    assert heard(olga, "sources") == ["away", "away"]
    Node.objects.update(revoked_at=now, last_heard_at=now)
    remind(now=now + timedelta(days=30))
    assert heard(olga, "sources") == ["away", "away"]


def test_a_source_on_the_web_is_away_when_it_was_not_read_for_days(olga: Person) -> None:
    now = timezone.now()
    for name, present in (("read", True), ("stopped", False)):
        Source.objects.create(
            pk=f"web_{name}",
            kind="point",
            title=name,
            url=f"https://{name}.example",
            present=present,
            seen_at=now - timedelta(days=5),
        )
    remind(now=now)
    assert [one.facts["source"] for one in Notice.objects.filter(kind="sources")] == ["web_read"]


def test_a_source_that_offers_itself_waits_for_an_operator(olga: Person, person: Person) -> None:
    now = timezone.now()
    Proposal.objects.create(url="https://point.example/~fdp", first_at=now, last_at=now)
    (one,) = waiting.page(olga, size=9).items
    assert (one.item.title, one.item.page) == ("https://point.example/~fdp", "/catalogue/add-source")
    assert waiting.page(olga, after=waiting.Mark.read(str(one.mark)), size=9).items == []
    assert waiting.page(person, size=9).items == []
