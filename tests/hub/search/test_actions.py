from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from caimera import cohort
from caimera.audit.models import Record
from caimera.audit.queries import trail
from caimera.hub.federation.handlers import Undelivered
from caimera.hub.federation.hearing import hear
from caimera.hub.search import actions
from caimera.hub.search.errors import PurposeTooLong, TooManyQuestions
from caimera.hub.search.models import NodeAnswer, Question
from caimera.hub.search.states import State
from caimera.people.models import Person
from caimera.protocol.messages import Answer
from caimera.receiving.models import Refusal
from caimera.transport import Arrival
from tests.hub.conftest import FakeNode, answer, heard, make_person, open_dataset

pytestmark = pytest.mark.django_db

MakeNode = Callable[..., FakeNode]
WOMEN_IN_CT = cohort.parse("sex = female and modality = CT")


def ask(
    person: Person, question: cohort.Question = WOMEN_IN_CT, purpose: str = "A feasibility study"
) -> Question:
    return actions.ask(person=person, question=question, purpose=purpose, request_id="request-0001")


def say(node: FakeNode, message: Answer) -> bool:
    return heard(f"fed.r.{node.id}.{message.question_id}", node.seal(message))


def states(question: Question) -> dict[str, str]:
    return dict(NodeAnswer.objects.filter(question=question).values_list("node_id", "state"))


def test_a_question_is_kept_in_its_canonical_form(person: Person) -> None:
    question = ask(person)

    assert question.asked_by == person
    assert question.text == "sex = female and modality = CT"
    assert question.canonical == cohort.canonical_text(WOMEN_IN_CT)
    assert cohort.from_json(question.question) == cohort.canonical(WOMEN_IN_CT)
    assert question.question_hash == cohort.question_hash(WOMEN_IN_CT)
    assert question.deadline_at - question.asked_at == timedelta(seconds=15)


def test_equal_questions_have_one_hash(person: Person) -> None:
    turned = ask(person, cohort.parse("modality = CT and sex = female"))

    assert ask(person).question_hash == turned.question_hash


def test_asking_is_told_in_the_trail(person: Person, make_node: MakeNode) -> None:
    make_node("trials")
    question = ask(person)

    told = trail(act="question.asked").get()
    assert (told.actor, told.object) == (person.actor, f"question:{question.pk}")
    assert told.request_id == "request-0001"
    assert told.detail["purpose"] == "A feasibility study"
    assert told.detail["nodes"] == {"trials": "waiting"}


def test_what_is_rolled_back_leaves_nothing(person: Person, make_node: MakeNode) -> None:
    make_node("trials")
    records = Record.objects.count()

    with transaction.atomic():
        ask(person)
        transaction.set_rollback(True)

    assert not Question.objects.exists()
    assert not NodeAnswer.objects.exists()
    assert Record.objects.count() == records


def test_nodes_that_are_away_are_not_asked(person: Person, make_node: MakeNode) -> None:
    make_node("trials")
    make_node("genomics", present=False)
    make_node("community").appear(ago=20)
    question = ask(person)

    assert states(question) == {"trials": "waiting", "genomics": "offline", "community": "offline"}
    assert question.closed_at is None


@pytest.mark.parametrize("enrolled", [False, True])
def test_a_question_nobody_can_answer_is_closed_at_once(
    enrolled: bool, person: Person, make_node: MakeNode
) -> None:
    if enrolled:
        make_node("trials", present=False)

    assert ask(person).closed_at is not None


def test_a_purpose_longer_than_a_node_takes_is_refused(person: Person) -> None:
    assert ask(person, purpose=f" {'x' * 600} ").purpose == "x" * 600
    with pytest.raises(PurposeTooLong, match="600 characters"):
        ask(person, purpose="x" * 601)


def test_an_answer_is_taken_and_the_last_one_closes_the_question(person: Person, make_node: MakeNode) -> None:
    trials, genomics = make_node("trials"), make_node("genomics")
    question = ask(person)

    assert say(trials, answer(question.pk, open_dataset(7)))
    question.refresh_from_db()
    assert states(question) == {"trials": "answered", "genomics": "waiting"}
    assert question.closed_at is None

    assert say(genomics, answer(question.pk, outcome="refused", reason="Not this month."))
    question.refresh_from_db()
    assert states(question) == {"trials": "answered", "genomics": "refused"}
    assert question.closed_at is not None


def test_an_answer_is_kept_with_its_time_and_told(person: Person, make_node: MakeNode) -> None:
    node = make_node("trials")
    question = ask(person)
    say(node, answer(question.pk, open_dataset(7)))

    kept = NodeAnswer.objects.get()
    assert kept.answer["datasets"][0]["subjects"]["value"] == 7
    assert kept.answered_at is not None
    assert kept.took_ms == pytest.approx((kept.answered_at - question.asked_at).total_seconds() * 1000)
    told = trail(act="question.answered").get()
    assert (told.actor, told.detail["datasets"]) == ("site:trials", 1)


def test_a_second_answer_is_refused_and_the_first_stands(person: Person, make_node: MakeNode) -> None:
    node = make_node("trials")
    question = ask(person)
    say(node, answer(question.pk, open_dataset(7)))

    assert not say(node, answer(question.pk, open_dataset(9)))
    assert Refusal.objects.get().code == "already_answered"
    assert NodeAnswer.objects.get().answer["datasets"][0]["subjects"]["value"] == 7


def test_a_node_that_was_not_asked_is_not_heard(person: Person, make_node: MakeNode) -> None:
    make_node("trials")
    away = make_node("genomics", present=False)
    question = ask(person)
    late_comer = make_node("community")

    assert not say(away, answer(question.pk))
    assert not say(late_comer, answer(question.pk))
    assert set(Refusal.objects.values_list("site", "code")) == {
        ("genomics", "not_asked"),
        ("community", "not_asked"),
    }


def test_the_deadline_makes_the_silent_slow_and_a_late_answer_is_taken(
    person: Person, make_node: MakeNode
) -> None:
    trials, _ = make_node("trials"), make_node("genomics")
    question = ask(person)
    say(trials, answer(question.pk))

    actions.close_question(question_id=question.pk)
    actions.close_question(question_id=question.pk)
    assert states(question) == {"trials": "answered", "genomics": "slow"}
    assert trail(act="question.closed").get().detail == {"slow": ["genomics"]}


def test_a_late_answer_is_taken(person: Person, make_node: MakeNode) -> None:
    node = make_node("trials")
    question = ask(person)
    actions.close_question(question_id=question.pk)

    assert say(node, answer(question.pk))
    assert states(question) == {"trials": "answered"}


def test_what_nobody_took_makes_the_node_offline_until_it_answers_after_all(
    person: Person, make_node: MakeNode
) -> None:
    node = make_node("trials")
    question = ask(person)

    heard(f"fed.u.trials.{question.pk}", undelivered=True)
    question.refresh_from_db()
    assert states(question) == {"trials": "offline"}
    assert question.closed_at is not None
    assert trail(act="question.undelivered").get().detail == {"node": "trials"}

    assert say(node, answer(question.pk))
    assert states(question) == {"trials": "answered"}


def test_an_answered_question_stays_answered_when_a_copy_of_it_reaches_nobody(
    person: Person, make_node: MakeNode
) -> None:
    node = make_node("trials")
    question = ask(person)
    say(node, answer(question.pk))

    actions.mark_undelivered(undelivered=[Undelivered(question.pk, "trials")])
    assert states(question) == {"trials": "answered"}


def test_a_question_that_never_was_cannot_be_undelivered() -> None:
    actions.mark_undelivered(undelivered=[Undelivered(uuid4(), "trials")])

    assert not trail(act="question.undelivered").exists()


def test_sending_is_told_once_for_each_question(person: Person, make_node: MakeNode) -> None:
    for site in ("trials", "genomics"):
        make_node(site)
    questions = [ask(person), ask(person)]
    actions.mark_sent(line_ids=list(NodeAnswer.objects.values_list("pk", flat=True)))

    told = {record.object: record for record in trail(act="question.sent")}
    assert told.keys() == {f"question:{question.pk}" for question in questions}
    assert all(record.detail == {"nodes": ["genomics", "trials"]} for record in told.values())
    assert {record.request_id for record in told.values()} == {"request-0001"}
    assert not NodeAnswer.objects.filter(sent_at__isnull=True).exists()


def test_answers_that_arrive_together_are_each_taken_and_told(person: Person, make_node: MakeNode) -> None:
    nodes = [make_node(f"site-{number}") for number in range(5)]
    questions = [ask(person), ask(person)]
    arrivals = [
        Arrival(f"fed.r.{node.id}.{question.pk}", node.seal(answer(question.pk, open_dataset(count))))
        for question in questions
        for count, node in enumerate(nodes, start=1)
    ]

    assert hear([*arrivals[:7], arrivals[0]]) == 7
    assert [state for question in questions for state in states(question).values()].count("answered") == 7
    assert list(Question.objects.filter(closed_at__isnull=False)) == [questions[0]]
    kept = NodeAnswer.objects.filter(question=questions[0]).order_by("node_id")
    assert [row.answer["datasets"][0]["subjects"]["value"] for row in kept] == [1, 2, 3, 4, 5]
    assert trail(act="question.answered").count() == 7
    assert Refusal.objects.get().code == "replayed"


@pytest.mark.parametrize(
    "broken",
    [
        {"state": "asleep"},
        {"state": State.ANSWERED},
        {"state": State.WAITING, "answer": {}, "answered_at": timezone.now()},
    ],
)
def test_the_database_refuses_an_answer_that_does_not_fit_its_state(
    broken: dict[str, Any], person: Person, make_node: MakeNode
) -> None:
    make_node("trials")
    ask(person)

    with pytest.raises(IntegrityError), transaction.atomic():
        NodeAnswer.objects.update(**broken)


def test_a_person_asks_so_often_a_minute_and_no_more(person: Person, settings: Any) -> None:
    settings.SITE = settings.SITE.model_copy(update={"questions_per_minute": 2})
    first, _ = ask(person), ask(person)

    with pytest.raises(TooManyQuestions, match=r"Ask again in \d+ seconds") as refused:
        ask(person)
    assert 55 < refused.value.seconds <= 60
    assert Question.objects.count() == 2
    ask(make_person("another"))

    Question.objects.filter(pk=first.pk).update(asked_at=timezone.now() - timedelta(seconds=61))
    ask(person)


def test_without_a_limit_nobody_waits(person: Person, settings: Any) -> None:
    settings.SITE = settings.SITE.model_copy(update={"questions_per_minute": 0})
    for _ in range(40):
        ask(person)
    assert Question.objects.count() == 40
