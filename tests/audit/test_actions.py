"""Recording an act: in its transaction, or not at all."""

from typing import Any

import pytest
from django.db import transaction

from caimera.audit.actions import record
from caimera.audit.errors import NotRecordable, OutsideTransaction, UnknownActor
from caimera.audit.models import Record
from caimera.web.logs import begin_request

ACTORS = ("person:ab12@lifescience-ri.eu", "site:trials", "system", "visitor")
NO_ACTORS = ("", "person", "person:", "site:", "robot:7", "system:x", "Rosa Researcher")


def test_outside_a_transaction_nothing_is_recorded() -> None:
    with pytest.raises(OutsideTransaction, match=r"'question\.asked' .* Wrap the act in transaction\.atomic"):
        record(act="question.asked", actor="system")


@pytest.mark.django_db
def test_a_record_keeps_what_it_was_told_and_takes_the_time_from_the_database() -> None:
    with transaction.atomic():
        made = record(
            act="question.asked",
            actor="person:ab12",
            object="question:7",
            detail={"canonical": "sex = female", "nodes": ["trials"], "minimum": None},
            request_id="request-0001",
        )
    kept = Record.objects.get()
    assert kept == made
    for record_ in (made, kept):
        assert record_.request_id == "request-0001"
        assert record_.detail == {"canonical": "sex = female", "nodes": ["trials"], "minimum": None}
    assert (kept.at, bytes(kept.salt), kept.txid) == (made.at, bytes(made.salt), made.txid)
    assert (kept.act, kept.actor, kept.object) == ("question.asked", "person:ab12", "question:7")
    assert kept.detail == {"canonical": "sex = female", "nodes": ["trials"], "minimum": None}
    assert kept.request_id == "request-0001"


@pytest.mark.django_db
def test_the_current_request_is_named_where_no_other_is() -> None:
    request_id = begin_request()
    made = record(act="node.enrolled", actor="system")
    assert made.request_id == request_id
    assert made.detail == {}


@pytest.mark.django_db
def test_an_act_undone_takes_its_record_along() -> None:
    with transaction.atomic():
        record(act="question.asked", actor="system")
        transaction.set_rollback(True)
    assert not Record.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("actor", ACTORS)
def test_every_kind_of_actor_is_known(actor: str) -> None:
    assert record(act="node.enrolled", actor=actor).actor == actor


@pytest.mark.django_db
@pytest.mark.parametrize("actor", NO_ACTORS)
def test_an_actor_of_no_kind_is_refused(actor: str) -> None:
    with pytest.raises(UnknownActor, match="is no actor"):
        record(act="node.enrolled", actor=actor)
    assert not Record.objects.exists()


@pytest.mark.django_db
def test_a_record_reads_as_one_line() -> None:
    made = record(act="node.enrolled", actor="system", object="node:trials")
    assert str(made) == f"{made.at:%Y-%m-%d %H:%M:%S} system node.enrolled node:trials"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "value", [2**53, -(2**53), float("nan"), float("inf"), {1: "x"}, {"a", "b"}, "\ud800"]
)
def test_what_has_no_canonical_text_is_refused(value: Any) -> None:
    with pytest.raises(NotRecordable, match=r"'question\.asked' has no canonical JSON"):
        record(act="question.asked", actor="system", detail={"x": value})
    assert not Record.objects.exists()
