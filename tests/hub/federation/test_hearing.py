from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from caimera.audit.queries import trail
from caimera.hub.federation.actions import revoke_node
from caimera.hub.federation.hearing import hear
from caimera.hub.federation.models import Node
from caimera.hub.federation.schemas import NodeSummary
from caimera.people.models import Person
from caimera.protocol.identity import Identity
from caimera.protocol.messages import Ask
from caimera.receiving.models import Refusal, UsedNonce
from caimera.transport import Arrival
from tests.hub.conftest import FakeNode, answer, heard, open_dataset, presence
from tests.hub.search.test_actions import ask, states

pytestmark = pytest.mark.django_db

MakeNode = Callable[..., FakeNode]
SUBJECT = "fed.hb.trials"


def refused(data: bytes, *, subject: str = SUBJECT) -> str:
    """The reason a message is refused for."""
    assert not heard(subject, data)
    return Refusal.objects.get().code


def test_a_message_counts_once_also_when_it_comes_again(make_node: MakeNode) -> None:
    data = make_node().seal(presence())

    assert heard(SUBJECT, data)
    assert refused(data) == "replayed"
    assert UsedNonce.objects.count() == 1


def test_a_node_cannot_speak_as_another(make_node: MakeNode) -> None:
    make_node("trials", present=False)
    other = make_node("genomics", present=False)

    assert refused(other.seal(presence())) == "wrong_subject"
    assert Node.objects.filter(last_heard_at__isnull=False).count() == 0


@pytest.mark.parametrize("data", [b"", b"\x00\xff", b"[]", b"{}", b'{"v":1}', b"x" * 4_000_000])
def test_garbage_is_refused_counted_and_told(data: bytes, make_node: MakeNode) -> None:
    make_node(present=False)

    assert refused(data)
    told = trail(act="message.refused").get()
    assert told.object == "node:trials"
    assert told.detail["sentence"]


def test_a_stranger_is_not_heard() -> None:
    stranger = FakeNode(identity=Identity.generate("trials"), broker_seed="", row=Node())

    assert refused(stranger.seal(presence())) == "unknown_sender"


def test_a_revoked_node_is_not_heard(make_node: MakeNode) -> None:
    node = make_node()
    revoke_node(node_id=node.id, actor="system")

    assert refused(node.seal(presence())) == "unknown_sender"


def test_a_forged_signature_is_refused(make_node: MakeNode) -> None:
    make_node("trials")
    forger = FakeNode(identity=Identity.generate("trials"), broker_seed="", row=Node())

    assert refused(forger.seal(presence())) == "bad_signature"


def test_a_message_for_another_hub_is_refused(make_node: MakeNode) -> None:
    data = make_node().seal(presence(), recipient=Identity.generate("another-hub"))

    assert refused(data) == "wrong_audience"


def test_an_old_message_is_refused(make_node: MakeNode) -> None:
    data = make_node().seal(presence(), now=timezone.now() - timedelta(hours=1))

    assert refused(data) == "expired"


def test_a_message_no_room_takes_is_refused(make_node: MakeNode) -> None:
    ask = Ask(question_id=uuid4(), question={"and": []}, question_hash="0" * 64, deadline_at=timezone.now())

    assert refused(make_node().seal(ask)) == "no_handler"


def test_what_a_room_refuses_does_not_come_again(make_node: MakeNode) -> None:
    data = make_node().seal(answer(uuid4()))
    assert refused(data, subject="fed.r.trials.x") == "not_asked"

    assert not heard("fed.r.trials.x", data)
    assert set(Refusal.objects.values_list("code", "count")) == {("not_asked", 1), ("replayed", 1)}


def test_messages_heard_together_are_judged_each_by_itself(make_node: MakeNode) -> None:
    trials, genomics = make_node("trials", present=False), make_node("genomics", present=False)
    word, forged = trials.seal(presence()), genomics.seal(presence())
    arrivals = [
        Arrival("fed.hb.trials", word),
        Arrival("fed.hb.trials", b"garbage"),
        Arrival("fed.hb.trials", word),
        Arrival("fed.hb.trials", forged),
        Arrival("fed.hb.genomics", genomics.seal(presence(dataset_count=5))),
        Arrival("fed.r.genomics.x", genomics.seal(answer(uuid4()))),
    ]

    assert hear(arrivals) == 2
    assert {node.pk: node.dataset_count for node in Node.objects.all()} == {"trials": 3, "genomics": 5}
    assert set(Refusal.objects.values_list("site", "code", "count")) == {
        ("trials", "malformed", 1),
        ("trials", "replayed", 1),
        ("trials", "wrong_subject", 1),
        ("genomics", "not_asked", 1),
    }


def test_what_a_node_says_last_counts_also_when_all_is_heard_at_once(make_node: MakeNode) -> None:
    node = make_node(present=False)
    words = [node.seal(presence(leaving=leaving)) for leaving in (False, True, False, True)]

    assert hear([Arrival(SUBJECT, word) for word in words]) == 4
    assert Node.objects.get().left_at is not None
    assert [record.act for record in trail(actor="site:trials")] == ["node.left", "node.arrived"] * 2


def test_one_message_the_database_cannot_keep_does_no_harm_to_the_others(
    person: Person, make_node: MakeNode
) -> None:
    trials, genomics = make_node("trials"), make_node("genomics")
    question = ask(person)
    unspeakable = answer(question.pk, open_dataset(7, title="A title with \0 in it"))
    arrivals = [
        Arrival(f"fed.r.trials.{question.pk}", trials.seal(unspeakable)),
        Arrival(f"fed.r.genomics.{question.pk}", genomics.seal(answer(question.pk, open_dataset(9)))),
    ]

    assert hear(arrivals) == 1
    assert states(question) == {"trials": "waiting", "genomics": "answered"}
    assert Refusal.objects.get().code == "cannot_be_taken"
    assert "log" in trail(act="message.refused").get().detail["sentence"]


def test_only_the_broker_says_that_a_question_reached_nobody(person: Person, make_node: MakeNode) -> None:
    make_node("trials")
    question = ask(person)
    subject = f"fed.u.trials.{question.pk}"

    hear([Arrival(subject, b"")])
    assert states(question) == {"trials": "waiting"}
    hear([Arrival(subject, b"", undelivered=True)])
    assert states(question) == {"trials": "offline"}


def test_a_status_on_an_answer_says_nothing(person: Person, make_node: MakeNode) -> None:
    make_node("trials")
    question = ask(person)

    assert not heard(f"fed.r.trials.{question.pk}", undelivered=True)
    assert states(question) == {"trials": "waiting"}


@pytest.mark.parametrize(("minutes", "says"), [(-2, "expired"), (2, "in the future")])
def test_a_node_whose_clock_is_off_is_away_and_the_operators_learn_why(
    minutes: int, says: str, make_node: MakeNode
) -> None:
    node = make_node("trials", present=False)
    make_node("genomics")
    by_its_clock = timezone.now() + timedelta(minutes=minutes)

    assert not heard(SUBJECT, node.seal(presence(), now=by_its_clock))
    shown = {summary.id: summary for summary in NodeSummary.every(now=timezone.now())}
    assert shown["trials"].state == "away"
    assert says in shown["trials"].refused
    assert "clocks" in shown["trials"].refused
    assert (shown["genomics"].state, shown["genomics"].refused) == ("present", "")
    later = {
        summary.id: summary.refused
        for summary in NodeSummary.every(now=timezone.now() + timedelta(minutes=3))
    }
    assert later["trials"] == ""
