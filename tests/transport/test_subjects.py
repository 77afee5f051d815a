"""Subjects name one site and one question, and nothing else fits into them."""

from uuid import UUID

import pytest

from caimera.transport import BadSubject, subjects

QUESTION = UUID("6f2d1c1e-6a0b-4a53-9a44-6f0f0a5f8c11")


def test_each_subject_is_spelled_as_written_down() -> None:
    assert subjects.question("north") == "fed.q.north"
    assert subjects.answer("north", QUESTION) == f"fed.r.north.{QUESTION}"
    assert subjects.answers("north") == "fed.r.north.>"
    assert subjects.presence("north") == "fed.hb.north"
    assert subjects.undelivered("north", str(QUESTION)) == f"fed.u.north.{QUESTION}"


@pytest.mark.parametrize("node", ["*", ">", "a.b", "", "a b", "North", "n\r\nPUB"])
def test_a_node_cannot_widen_a_subject(node: str) -> None:
    for spelled in (subjects.question, subjects.presence, subjects.answers):
        with pytest.raises(BadSubject):
            spelled(node)


@pytest.mark.parametrize("question", ["", "*", "a.b", "a b", "x" * 65])
def test_a_question_cannot_widen_a_subject(question: str) -> None:
    for spelled in (subjects.answer, subjects.undelivered):
        with pytest.raises(BadSubject):
            spelled("north", question)
