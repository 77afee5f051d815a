from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from caimera.audit.queries import trail
from caimera.hub.federation.actions import revoke_node
from caimera.hub.federation.hearing import hear
from caimera.hub.federation.models import Node, Refusal, UsedNonce
from caimera.protocol.identity import Identity
from caimera.protocol.messages import Ask
from tests.hub.conftest import FakeNode, answer, presence

pytestmark = pytest.mark.django_db

MakeNode = Callable[..., FakeNode]
SUBJECT = "fed.hb.trials"


def refused(data: bytes, *, subject: str = SUBJECT) -> str:
    """The reason a message is refused for."""
    assert not hear(subject=subject, data=data)
    return Refusal.objects.get().code


def test_a_message_counts_once_also_when_it_comes_again(make_node: MakeNode) -> None:
    data = make_node().seal(presence())

    assert hear(subject=SUBJECT, data=data)
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


def test_what_a_room_refuses_leaves_nothing_behind(make_node: MakeNode) -> None:
    data = make_node().seal(answer(uuid4()))

    assert refused(data, subject="fed.r.trials.x") == "not_asked"
    assert UsedNonce.objects.count() == 0
