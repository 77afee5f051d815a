from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from caimera.audit.queries import trail
from caimera.hub.federation import actions
from caimera.hub.federation.errors import AlreadyEnrolled, KeyTaken, UnknownNode
from caimera.hub.federation.models import Node, Worker
from caimera.hub.federation.queries import cards_of, enrolled_nodes, is_present, present, worker_problem
from caimera.protocol.identity import Identity
from tests.hub.conftest import FakeNode, heard, presence

pytestmark = pytest.mark.django_db

MakeNode = Callable[..., FakeNode]


def tell(node: FakeNode, **changes: object) -> Node:
    assert heard(f"fed.hb.{node.id}", node.seal(presence(**changes)))
    return Node.objects.get(pk=node.id)


def test_a_node_is_enrolled_by_its_card(make_node: MakeNode) -> None:
    node = make_node("trials")

    assert list(enrolled_nodes()) == [node.row]
    assert cards_of(["trials"])["trials"] == node.identity.card(
        "The trials node", broker_key=node.row.broker_key
    )
    assert trail(act="node.enrolled").get().detail["name"] == "The trials node"


def test_an_enrolled_node_is_not_enrolled_again(make_node: MakeNode) -> None:
    make_node("trials")

    with pytest.raises(AlreadyEnrolled, match="Revoke it before"):
        make_node("trials")


def test_a_card_with_another_nodes_key_is_refused(make_node: MakeNode) -> None:
    node = make_node("trials")
    borrowed = node.identity.card("Other", broker_key=node.row.broker_key).model_copy(
        update={"site": "other"}
    )

    with pytest.raises(KeyTaken, match="keys of its own"):
        actions.enrol_node(card=borrowed, actor="system")
    assert enrolled_nodes().count() == 1


def test_a_revoked_node_is_a_stranger_until_it_is_enrolled_anew(make_node: MakeNode) -> None:
    node = make_node("trials")
    actions.revoke_node(node_id="trials", actor="person:operator")

    assert cards_of(["trials"]) == {}
    assert trail(act="node.revoked").get().actor == "person:operator"
    fresh = Identity.generate("trials")
    actions.enrol_node(card=fresh.card("Trials", broker_key=node.row.broker_key), actor="system")
    card = cards_of(["trials", "nobody"])["trials"]
    assert card.sign_key == fresh.card("Trials").sign_key


def test_a_node_nobody_enrolled_cannot_be_revoked() -> None:
    with pytest.raises(UnknownNode, match="caimera hub nodes"):
        actions.revoke_node(node_id="nobody", actor="system")


def test_a_node_is_present_from_its_first_word_to_fifteen_seconds_after_its_last(make_node: MakeNode) -> None:
    node = make_node("trials", present=False)
    now = timezone.now()

    assert not is_present(node.row, now)
    assert not enrolled_nodes().filter(present(now)).exists()
    row = tell(node)
    assert row.last_heard_at is not None
    for seconds, there in ((15, True), (15.1, False)):
        at = row.last_heard_at + timedelta(seconds=seconds)
        assert is_present(row, at) is there
        assert enrolled_nodes().filter(present(at)).exists() is there


def test_what_a_node_can_answer_is_remembered(make_node: MakeNode) -> None:
    row = tell(make_node(), variables={"sex": ["EQUALS", "IN"]}, dataset_count=7)

    assert row.capabilities == {"sex": ["EQUALS", "IN"]}
    assert (row.software, row.vocabulary, row.dataset_count) == ("caimera 0.1.0", "2026.11", 7)


def test_a_goodbye_ends_the_presence_at_once(make_node: MakeNode) -> None:
    node = make_node()
    tell(node)
    row = tell(node, leaving=True)

    assert not is_present(row, timezone.now())
    assert is_present(tell(node), timezone.now())
    assert [record.act for record in trail(actor="site:trials")] == [
        "node.arrived",
        "node.left",
        "node.arrived",
    ]


def test_the_trail_hears_of_changes_only(make_node: MakeNode) -> None:
    node = make_node(present=False)
    for _ in range(3):
        tell(node)
    tell(node, dataset_count=4)

    assert [record.detail["datasets"] for record in trail(act="node.arrived")] == [4, 3]


def test_the_site_is_ready_while_a_worker_reaches_the_broker() -> None:
    assert "caimera hub worker" in worker_problem()
    actions.beat(worker_id="one", link="reconnecting")
    assert "CAIMERA_HUB_BROKER_URL" in worker_problem()
    actions.beat(worker_id="two", link="connected")
    assert worker_problem() == ""
    actions.stop_beating(worker_id="two")
    assert "connection to the broker" in worker_problem()


def test_workers_that_died_long_ago_are_forgotten() -> None:
    Worker.objects.create(pk="dead", seen_at=timezone.now() - timedelta(days=2), link="connected")
    actions.beat(worker_id="alive", link="connected")

    assert list(Worker.objects.values_list("pk", flat=True)) == ["alive"]
