"""Messages are frozen values with one text."""

import pytest
from pydantic import ValidationError

from caimera.protocol.messages import Answer, Ask, Asker, Message, Presence, type_of_message
from tests.protocol.parties import QUESTION


def test_every_kind_is_known_by_its_type() -> None:
    assert {
        kind: type_of_message[kind] for kind in ("search.ask/1", "search.answer/1", "node.presence/1")
    } == {
        "search.ask/1": Ask,
        "search.answer/1": Answer,
        "node.presence/1": Presence,
    }
    assert all(issubclass(kind, Message) for kind in type_of_message.values())


def test_a_message_never_changes() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        QUESTION.question_hash = "other"


def test_an_error_does_not_repeat_what_was_said() -> None:
    with pytest.raises(ValidationError) as caught:
        Asker(person="p", purpose="a-secret-purpose " * 100)
    assert "a-secret" not in str(caught.value)


def test_a_deadline_has_a_zone() -> None:
    with pytest.raises(ValidationError, match="timezone"):
        Ask.model_validate(QUESTION.model_dump() | {"deadline_at": QUESTION.deadline_at.replace(tzinfo=None)})


@pytest.mark.parametrize("milliseconds", [-1, float("inf"), float("nan")])
def test_a_duration_is_a_number(milliseconds: float) -> None:
    with pytest.raises(ValidationError):
        Answer(question_id=QUESTION.question_id, outcome="answered", took_ms=milliseconds)
