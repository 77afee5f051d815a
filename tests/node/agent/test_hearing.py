"""What arrives is opened, checked, counted once and answered; or refused, counted and told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError
from django.utils import timezone

from caimera.audit.models import Record
from caimera.cohort import parse
from caimera.node.agent import hearing
from caimera.node.agent.actions import beat, trust_hub
from caimera.node.agent.health import agent_problem, clock_problem
from caimera.node.agent.hearing import HANDLERS, hear
from caimera.node.agent.models import TrustedHub
from caimera.node.datasets.actions import register_crate
from caimera.node.sources import IndexedSource
from caimera.protocol.identity import Identity
from caimera.protocol.messages import (
    Answer,
    Ask,
    CatalogueWanted,
    Presence,
    RecordsWanted,
    TrailCheckpoint,
    TrailCosignature,
)
from caimera.receiving.actions import forget_expired_nonces, refuse_messages
from caimera.receiving.models import Refusal, UsedNonce
from tests.node.conftest import Hub, ask_of, make_hub
from tests.node.crates import folder, random_holding

pytestmark = pytest.mark.django_db


def question() -> Ask:
    return ask_of(parse("modality = CT"), deadline_at=timezone.now() + timedelta(seconds=15))


def refusals() -> dict[str, int]:
    return dict(Refusal.objects.values_list("code", "count"))


def test_a_question_is_answered_for_the_hub_alone(hub: Hub, source: IndexedSource, tmp_path: Path) -> None:
    register_crate(path=folder(random_holding(1, patients=20).write(tmp_path)), policy="open", actor="system")
    ask = question()
    reply = hear(data=hub.seal(ask), source=source)
    assert reply is not None
    assert reply.subject == f"fed.r.trials.{ask.question_id}"
    letter = hub.open(reply.data)
    assert isinstance(letter.message, Answer)
    assert (letter.issuer, letter.request_id, letter.asker) == ("trials", "request-0001", None)
    assert (letter.message.question_id, letter.message.outcome) == (ask.question_id, "answered")
    assert len(letter.message.datasets) == 1


def test_the_nonce_is_spent_with_the_audit(hub: Hub, source: IndexedSource) -> None:
    hear(data=hub.seal(question()), source=source)
    assert UsedNonce.objects.count() == 1
    assert Record.objects.filter(act="question.refused", request_id="request-0001").count() == 1


def test_a_message_counts_once(hub: Hub, source: IndexedSource) -> None:
    envelope = hub.seal(question())
    assert hear(data=envelope, source=source) is not None
    assert hear(data=envelope, source=source) is None
    assert refusals() == {"replayed": 1}
    assert Record.objects.filter(act__startswith="question.").count() == 1


def test_what_fails_on_the_way_may_be_sent_again(
    hub: Hub, source: IndexedSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: Any) -> None:
        raise DatabaseError("the connection was lost")

    envelope = hub.seal(question())
    with monkeypatch.context() as patch:
        patch.setattr(hearing, "HANDLERS", {Ask: fail})
        with pytest.raises(DatabaseError):
            hear(data=envelope, source=source)
    assert not UsedNonce.objects.exists()
    assert hear(data=envelope, source=source) is not None


@pytest.mark.parametrize(
    ("code", "data"),
    [
        ("malformed", lambda hub: b"no envelope"),
        ("malformed", lambda hub: b""),
        ("bad_signature", lambda hub: _changed(hub.seal(question()))),
        (
            "wrong_audience",
            lambda hub: hub.seal(question(), recipient=Identity.generate("genomics").card("G")),
        ),
        ("expired", lambda hub: hub.seal(question(), now=timezone.now() - timedelta(minutes=5))),
        ("not_yet_valid", lambda hub: hub.seal(question(), now=timezone.now() + timedelta(minutes=5))),
        ("unknown_sender", lambda hub: make_hub("intruder").seal(question())),
        ("bad_signature", lambda hub: make_hub("hub").seal(question())),
    ],
)
def test_what_does_not_count_is_refused_counted_and_told(
    hub: Hub, source: IndexedSource, code: str, data: Any
) -> None:
    assert hear(data=data(hub), source=source) is None
    assert refusals() == {code: 1}
    record = Record.objects.get(act="message.refused")
    assert (record.actor, record.detail["code"], record.detail["count"]) == ("system", code, 1)
    assert not UsedNonce.objects.exists()


def _changed(envelope: bytes) -> bytes:
    return envelope.replace(b'"request-0001"', b'"request-0002"')


def test_messages_no_room_takes_are_refused(hub: Hub, source: IndexedSource) -> None:
    presence = Presence(software="hub", vocabulary="1", variables={}, dataset_count=0)
    assert hear(data=hub.seal(presence), source=source) is None
    assert refusals() == {"no_handler": 1}
    assert not UsedNonce.objects.exists()


def test_questions_and_news_of_trail_and_catalogue_are_what_a_node_takes() -> None:
    assert set(HANDLERS) == {Ask, TrailCheckpoint, TrailCosignature, CatalogueWanted, RecordsWanted}


def test_before_a_hub_is_trusted_nobody_is_heard(source: IndexedSource) -> None:
    assert hear(data=make_hub().seal(question()), source=source) is None
    assert refusals() == {"unknown_sender": 1}


def test_trusting_another_hub_ends_the_first_ones_word(hub: Hub, source: IndexedSource) -> None:
    other = make_hub("newhub")
    trust_hub(card=other.card, actor="person:42")
    assert hear(data=hub.seal(question()), source=source) is None
    assert hear(data=other.seal(question()), source=source) is not None
    assert str(TrustedHub.objects.get()) == "The hub"
    record = Record.objects.filter(act="hub.trusted").first()
    assert record is not None
    assert (record.actor, record.object) == ("person:42", "hub:newhub")


def test_the_trail_hears_of_each_kind_of_refusal_once_a_minute(db: None) -> None:
    for _ in range(3):
        refuse_messages(code="malformed", sentence="No envelope.")
    refuse_messages(code="expired", sentence="Its time is over.")
    assert refusals() == {"malformed": 3, "expired": 1}
    assert Record.objects.count() == 2
    Refusal.objects.update(told_at=timezone.now() - timedelta(minutes=2))
    refuse_messages(code="malformed", sentence="No envelope.")
    record = Record.objects.first()
    assert record is not None
    assert record.detail == {"code": "malformed", "sentence": "No envelope.", "count": 4}
    assert str(Refusal.objects.get(code="malformed")) == "malformed 4"


def test_nonces_are_kept_while_their_letters_could_still_be_read(hub: Hub, source: IndexedSource) -> None:
    hear(data=hub.seal(question()), source=source)
    assert str(UsedNonce.objects.get()).startswith("hub ")
    assert forget_expired_nonces(now=timezone.now() + timedelta(minutes=5)) == 0
    assert forget_expired_nonces(now=timezone.now() + timedelta(minutes=12)) == 1
    assert not UsedNonce.objects.exists()


@pytest.mark.parametrize(("minutes", "says"), [(-2, "expired"), (2, "in the future")])
def test_a_clock_that_is_off_is_told_on_readyz(
    hub: Hub, source: IndexedSource, minutes: int, says: str
) -> None:
    beat(link="connected", problem="")
    assert agent_problem() == ""

    by_the_hubs_clock = timezone.now() + timedelta(minutes=minutes)
    assert hear(data=hub.seal(question(), now=by_the_hubs_clock), source=source) is None
    assert says in agent_problem()
    assert "clocks" in agent_problem()
    assert clock_problem(timezone.now() + timedelta(minutes=3)) == ""


def test_what_is_refused_for_another_reason_says_nothing_of_the_clock(
    hub: Hub, source: IndexedSource
) -> None:
    beat(link="connected", problem="")
    assert hear(data=b"no envelope", source=source) is None
    assert agent_problem() == ""


def test_a_message_counts_once_also_after_a_restart(
    hub: Hub, source: IndexedSource, restart: Callable[[], None]
) -> None:
    envelope = hub.seal(question())
    assert hear(data=envelope, source=source) is not None
    restart()
    assert hear(data=envelope, source=source) is None
    assert refusals() == {"replayed": 1}
