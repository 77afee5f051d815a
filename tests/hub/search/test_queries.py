from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from caimera import cohort
from caimera.hub.federation.actions import revoke_node
from caimera.hub.search import actions, lines, queries
from caimera.hub.search.models import NodeAnswer, Question
from caimera.hub.search.results import NodeState, QuestionState
from caimera.people.models import Person
from caimera.protocol.messages import ConditionStatus, CountKind, Treatment
from tests.hub.conftest import FakeNode, answer, make_person, open_dataset
from tests.hub.search.test_actions import ask, say

pytestmark = pytest.mark.django_db

MakeNode = Callable[..., FakeNode]


def shown(question: Question) -> QuestionState:
    return queries.question_state(queries.with_answers().get(pk=question.pk))


def only_node(question: Question) -> NodeState:
    (node,) = shown(question).nodes
    return node


def grow_old(question: Question, seconds: float) -> None:
    """Let the question have been asked that long ago."""
    past = timezone.now() - timedelta(seconds=seconds)
    Question.objects.filter(pk=question.pk).update(asked_at=past, deadline_at=past + timedelta(seconds=15))


def test_a_person_sees_their_own_questions_only_newest_first(person: Person) -> None:
    first, second = ask(person), ask(person)
    ask(make_person("another"))

    assert list(queries.visible_questions(person)) == [second, first]


def test_a_question_is_shown_in_all_its_forms(person: Person) -> None:
    question = cohort.parse("sex = female and modality = CT")
    state = shown(ask(person, question))

    assert state.question.text == "sex = female and modality = CT"
    assert state.question.canonical == cohort.canonical_text(question)
    assert state.question.hash == cohort.question_hash(question)
    assert state.question.words == cohort.in_words(question)
    assert state.model_dump(mode="json")["question"]["json"] == cohort.to_json(cohort.canonical(question))


def test_the_empty_question_is_shown_too(person: Person) -> None:
    assert cohort.parse(shown(ask(person, cohort.And(()))).question.text) == cohort.And(())


def test_a_node_that_answered_is_shown_with_its_numbers(person: Person, make_node: MakeNode) -> None:
    node = make_node("trials")
    question = ask(person)
    paths = [path for path, _ in cohort.conditions(cohort.from_json(question.question))]
    statuses = [ConditionStatus(path=path, status=Treatment.APPLIED) for path in paths]
    say(node, answer(question.pk, open_dataset(3), open_dataset(4), conditions=statuses))

    seen = only_node(question)
    assert (seen.id, seen.name, seen.state) == ("trials", "The trials node", "answered")
    assert (seen.subjects.value, seen.studies.value, seen.series.value) == (7, 14, 21)
    assert [dataset.subjects.value for dataset in seen.datasets] == [3, 4]
    assert {condition.text for condition in seen.conditions} == {"sex = female", "modality = CT"}
    assert shown(question).totals.subjects.value == 7
    assert shown(question).state == "closed"


def test_a_path_the_question_does_not_have_has_no_text(person: Person, make_node: MakeNode) -> None:
    node = make_node("trials")
    question = ask(person)
    status = ConditionStatus(path="9.9", status=Treatment.UNSUPPORTED, why="Not recorded here.")
    say(node, answer(question.pk, conditions=[status]))

    (condition,) = only_node(question).conditions
    assert (condition.text, condition.why) == ("", "Not recorded here.")
    assert only_node(question).subjects.kind is CountKind.WITHHELD


def test_a_refusal_is_shown_with_its_reason(person: Person, make_node: MakeNode) -> None:
    node = make_node("trials")
    question = ask(person)
    say(node, answer(question.pk, outcome="refused", reason="Not this month."))

    assert (only_node(question).state, only_node(question).reason) == ("refused", "Not this month.")


def test_waiting_is_shown_as_slow_after_two_seconds(person: Person, make_node: MakeNode) -> None:
    make_node("trials")
    question = ask(person)
    assert (only_node(question).state, only_node(question).reason) == ("waiting", "")

    grow_old(question, 3)
    assert (only_node(question).state, only_node(question).reason) == ("slow", "")
    assert shown(question).state == "open"


def test_a_question_ends_at_its_deadline_also_without_a_worker(person: Person, make_node: MakeNode) -> None:
    make_node("trials")
    question = ask(person)
    grow_old(question, 16)

    assert shown(question).state == "closed"
    assert only_node(question).reason.startswith("No answer came in time")


def test_an_absent_node_is_shown_offline_and_why(person: Person, make_node: MakeNode) -> None:
    make_node("trials", present=False)
    question = ask(person)

    assert (only_node(question).state, only_node(question).reason) == (
        "offline",
        "This node is offline, so it was not asked.",
    )


def unsent() -> list[str]:
    """The nodes a question is to be sent to now."""
    with transaction.atomic():
        return [line.node.site for line in lines.unsent(timezone.now(), most=10)]


def test_a_question_goes_to_the_nodes_that_wait_for_it(person: Person, make_node: MakeNode) -> None:
    make_node("trials")
    make_node("genomics", present=False)
    question = ask(person)

    assert unsent() == ["trials"]
    sent = queries.ask_of(question)
    assert (sent.question_id, sent.deadline_at) == (question.pk, question.deadline_at)
    assert cohort.from_json(sent.question) == cohort.canonical(cohort.parse(question.text))


def test_a_node_that_stays_silent_is_asked_again(person: Person, make_node: MakeNode) -> None:
    make_node("trials")
    ask(person)
    actions.mark_sent(line_ids=list(NodeAnswer.objects.values_list("pk", flat=True)))
    assert unsent() == []

    NodeAnswer.objects.update(sent_at=timezone.now() - timedelta(seconds=5))
    assert unsent() == ["trials"]


def test_a_node_that_answered_is_not_asked_again(person: Person, make_node: MakeNode) -> None:
    node = make_node("trials")
    make_node("genomics")
    question = ask(person)
    say(node, answer(question.pk, open_dataset(7)))
    NodeAnswer.objects.update(sent_at=timezone.now() - timedelta(seconds=5))

    assert unsent() == ["genomics"]


def test_a_question_is_not_sent_to_a_node_revoked_since(person: Person, make_node: MakeNode) -> None:
    make_node("trials")
    ask(person)
    revoke_node(node_id="trials", actor="system")

    assert unsent() == []


def test_a_question_is_not_sent_after_its_deadline_but_closed(person: Person, make_node: MakeNode) -> None:
    make_node("trials")
    question = ask(person)
    assert not queries.overdue_questions(timezone.now()).exists()
    grow_old(question, 16)

    assert unsent() == []
    assert list(queries.overdue_questions(timezone.now())) == [question]


def test_a_closed_question_is_neither_sent_nor_closed_again(person: Person, make_node: MakeNode) -> None:
    make_node("trials")
    question = ask(person)
    actions.close_question(question_id=question.pk)
    grow_old(question, 16)

    assert unsent() == []
    assert not queries.overdue_questions(timezone.now()).exists()
