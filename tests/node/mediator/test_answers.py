"""A question that reached the node becomes an answer that says no more than it may."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from caimera.audit.models import Record
from caimera.cohort import Question, parse
from caimera.disclosure import discrete_laplace, seed_of
from caimera.node.datasets.actions import register_crate
from caimera.node.mediator.actions import answer_question
from caimera.node.mediator.errors import condition_path
from caimera.node.sources import DeadlinePassed, IndexedSource, SourceCount, SourceRelease
from caimera.protocol.messages import Answer, Ask, ConditionStatus, Count, CountKind, Treatment
from caimera.vocabulary import VERSION, Operator
from tests.node.conftest import KEY, NOW, ask_of, letter_of
from tests.node.crates import Holding, folder, random_holding

pytestmark = pytest.mark.django_db


def publish(holding: Holding, place: Path, policy: str) -> SourceRelease:
    written = holding.write(place)
    register_crate(path=folder(written), policy=policy, actor="system")
    return written


def answer(question: Question, source: IndexedSource) -> Answer:
    return answer_question(letter=letter_of(ask_of(question)), source=source, now=NOW, key=KEY)


def seed(release: SourceRelease, question: str) -> bytes:
    return seed_of(KEY, question=question, dataset_id=release.dataset_id, digest=release.digest)


def with_patients(number: int, count: int, *, sex: str = "male") -> Holding:
    holding = Holding(number)
    for _ in range(count):
        holding.add_series(holding.add_study(holding.add_patient(sex=sex), age=50), modality="CT")
    return holding


def test_an_open_dataset_is_counted_exactly(tmp_path: Path, source: IndexedSource) -> None:
    holding = random_holding(1, patients=30)
    publish(holding, tmp_path, "open")
    question = parse("modality = CT and not sex = male")
    (told,) = answer(question, source).datasets
    right = holding.count(question)
    assert right.series > 0
    assert [count.value for count in (told.subjects, told.studies, told.series)] == [
        right.subjects,
        right.studies,
        right.series,
    ]
    assert {count.kind for count in (told.subjects, told.studies, told.series)} == {CountKind.EXACT}
    assert (told.dataset_id, told.title, told.version, told.policy) == (
        holding.dataset_id,
        "Collection 1",
        "1",
        "open",
    )


def test_a_protected_dataset_tells_rounded_subjects_only(tmp_path: Path, source: IndexedSource) -> None:
    written = publish(with_patients(1, 63), tmp_path, "protected")
    (told,) = answer(parse("modality = CT"), source).datasets
    noisy = 63 + discrete_laplace(0.28, seed(written, "modality = CT"), "subjects")
    assert told.subjects == Count(kind=CountKind.ROUNDED, value=(noisy + 2) // 5 * 5, step=5)
    assert told.studies == told.series == Count(kind=CountKind.WITHHELD)


def test_small_and_empty_groups_of_a_protected_dataset_look_the_same(
    tmp_path: Path, source: IndexedSource
) -> None:
    publish(with_patients(1, 9), tmp_path, "protected")
    nine = answer(parse("modality = CT"), source).datasets
    none = answer(parse("modality = MR"), source).datasets
    assert nine[0].model_copy(update={"budget_left": 48}) == none[0]
    assert nine[0].subjects == Count(kind=CountKind.FEWER_THAN, bound=10)


def test_every_published_dataset_answers_in_the_order_of_titles(
    tmp_path: Path, source: IndexedSource
) -> None:
    for number in (3, 1, 2):
        publish(with_patients(number, 2), tmp_path, "open")
    said = answer(parse("modality = MR"), source)
    assert [dataset.title for dataset in said.datasets] == ["Collection 1", "Collection 2", "Collection 3"]
    assert [dataset.subjects.value for dataset in said.datasets] == [0, 0, 0]


def test_conditions_come_back_with_what_was_done(tmp_path: Path, source: IndexedSource) -> None:
    publish(with_patients(1, 2), tmp_path, "open")
    said = answer(parse("modality = CT and year_of_imaging >= 2000"), source)
    assert {status.status for status in said.conditions} == {Treatment.APPLIED, Treatment.APPROXIMATED}
    assert said.outcome == "answered"
    assert said.reason == ""


def test_the_question_is_in_the_trail_without_its_numbers(tmp_path: Path, source: IndexedSource) -> None:
    written = publish(with_patients(1, 77), tmp_path, "protected")
    ask = ask_of(parse("sex = male and modality = CT"))
    answer_question(letter=letter_of(ask), source=source, now=NOW, key=KEY)
    record = Record.objects.first()
    assert record is not None
    assert (record.act, record.actor) == ("question.answered", "site:hub")
    assert (record.object, record.request_id) == (f"question:{ask.question_id}", "request-1")
    assert record.detail == {
        "asker": "a-pseudonym",
        "purpose": "lung study",
        "question": "modality = CT and sex = male",
        "question_hash": ask.question_hash,
        "releases": [f"{written.dataset_id}@1"],
        "breakdown": [],
        "reason": "",
    }


def test_exact_numbers_of_protected_datasets_are_neither_logged_nor_stored(
    tmp_path: Path, source: IndexedSource, caplog: pytest.LogCaptureFixture
) -> None:
    written = publish(with_patients(1, 83), tmp_path, "protected")
    with caplog.at_level(logging.DEBUG):
        said = answer(parse("sex = male"), source)
    trail = json.dumps(
        [record.detail["reason"] for record in Record.objects.filter(act__startswith="question.")]
    )
    noisy = 83 + discrete_laplace(0.28, seed(written, "sex = male"), "subjects")
    assert said.datasets[0].subjects.value == (noisy + 2) // 5 * 5
    assert "83" not in caplog.text + trail + json.dumps(
        said.model_dump(mode="json")["datasets"][0]["subjects"]
    )


def test_without_a_published_dataset_the_node_says_so(source: IndexedSource) -> None:
    said = answer(parse("modality = CT"), source)
    assert (said.outcome, said.datasets) == ("refused", ())
    assert said.reason == "This node has no published dataset yet."


def test_a_refusal_is_in_the_trail(source: IndexedSource) -> None:
    answer(parse("modality = CT"), source)
    record = Record.objects.get()
    assert record.act == "question.refused"
    assert record.detail["reason"] == "This node has no published dataset yet."


def test_an_unknown_variable_is_named_by_its_path_and_gives_no_numbers(
    tmp_path: Path, source: IndexedSource
) -> None:
    publish(with_patients(1, 2), tmp_path, "open")
    document = {
        "and": [
            {"variable": "modality", "operator": "EQUALS", "value": "CT"},
            {"not": {"variable": "tumour_stage", "operator": "EQUALS", "value": "II"}},
        ]
    }
    ask = Ask(**{**ask_of(parse("modality = CT")).model_dump(), "question": document})
    said = answer_question(letter=letter_of(ask), source=source, now=NOW, key=KEY)
    assert (said.outcome, said.datasets) == ("refused", ())
    (status,) = said.conditions
    assert (status.path, status.status) == ("1.0", Treatment.UNSUPPORTED)
    assert "tumour_stage" in status.why
    assert said.reason.startswith("This node does not understand the question.")
    record = Record.objects.first()
    assert record is not None
    assert record.detail["question"] == ""


def test_another_vocabulary_is_named_as_the_likely_cause(source: IndexedSource) -> None:
    from dataclasses import replace

    ask = Ask(**{**ask_of(parse("modality = CT")).model_dump(), "question": {"nonsense": 1}})
    letter = replace(letter_of(ask), vocabulary="2031.01", asker=None)
    said = answer_question(letter=letter, source=source, now=NOW, key=KEY)
    assert said.reason.endswith(f"The hub speaks vocabulary 2031.01, this node {VERSION}.")


def test_a_question_that_is_not_the_one_hashed_gives_no_numbers(
    tmp_path: Path, source: IndexedSource
) -> None:
    publish(with_patients(1, 2), tmp_path, "open")
    ask = ask_of(parse("modality = CT")).model_copy(update={"question_hash": "0" * 64})
    said = answer_question(letter=letter_of(ask), source=source, now=NOW, key=KEY)
    assert (said.outcome, said.datasets) == ("refused", ())
    assert "differently from the hub" in said.reason


def test_after_the_deadline_nothing_is_counted(tmp_path: Path, source: IndexedSource) -> None:
    publish(with_patients(1, 2), tmp_path, "open")
    ask = ask_of(parse("modality = CT"), deadline_at=NOW - timedelta(seconds=1))
    said = answer_question(letter=letter_of(ask), source=source, now=NOW, key=KEY)
    assert said.reason == "This node could not count before the deadline."
    assert not (tmp_path / "index").exists()


def test_data_that_cannot_be_read_is_said_without_its_place(
    tmp_path: Path, source: IndexedSource, caplog: pytest.LogCaptureFixture
) -> None:
    written = publish(with_patients(1, 2), tmp_path, "open")
    shutil.rmtree(folder(written))
    said = answer(parse("modality = CT"), source)
    assert said.outcome == "refused"
    assert str(tmp_path) not in said.reason
    assert str(folder(written)) in caplog.text


class NarrowSource:
    """A kind of source that answers modality alone, and is late with it."""

    def capabilities(self) -> Mapping[str, tuple[Operator, ...]]:
        return {"modality": (Operator.EQUALS,)}

    def prepare(self, releases: Sequence[SourceRelease]) -> None:
        return None

    def statuses(self, question: Question, releases: Sequence[SourceRelease]) -> tuple[ConditionStatus, ...]:
        from caimera.cohort import conditions

        return tuple(
            ConditionStatus(path=path, status=Treatment.APPLIED)
            if condition.variable in self.capabilities()
            else ConditionStatus(path=path, status=Treatment.UNSUPPORTED, why="Only modality is known here.")
            for path, condition in conditions(question)
        )

    def count(
        self, question: Question, releases: Sequence[SourceRelease], *, wait: float
    ) -> tuple[SourceCount, ...]:
        raise DeadlinePassed

    def close(self) -> None:
        return None


def test_one_unsupported_condition_and_there_are_no_numbers(tmp_path: Path) -> None:
    publish(with_patients(1, 2), tmp_path, "open")
    letter = letter_of(ask_of(parse("modality = CT and sex = male")))
    said = answer_question(letter=letter, source=NarrowSource(), now=NOW, key=KEY)
    assert (said.outcome, said.datasets) == ("refused", ())
    assert {status.status for status in said.conditions} == {Treatment.APPLIED, Treatment.UNSUPPORTED}
    assert said.reason == (
        "This node cannot apply every condition, so it gives no numbers. Only modality is known here."
    )


def test_a_source_that_is_late_is_said(tmp_path: Path) -> None:
    publish(with_patients(1, 2), tmp_path, "open")
    letter = letter_of(ask_of(parse("modality = CT")))
    said = answer_question(letter=letter, source=NarrowSource(), now=NOW, key=KEY)
    assert said.reason == "This node could not count before the deadline."


def test_the_policy_at_the_time_of_the_question_counts(tmp_path: Path, source: IndexedSource) -> None:
    from caimera.node.datasets.actions import set_policy

    holding = with_patients(1, 3)
    publish(holding, tmp_path, "open")
    before = answer(parse("modality = CT"), source).datasets[0].subjects
    set_policy(dataset_id=holding.dataset_id, changes={"name": "protected"}, actor="system")
    after = answer(parse("modality = CT"), source).datasets[0].subjects
    assert (before.kind, after.kind) == (CountKind.EXACT, CountKind.FEWER_THAN)


@pytest.mark.parametrize(
    ("pointer", "path"),
    [
        ("", ""),
        ("/variable", ""),
        ("/and/0/value", "0"),
        ("/and/1/not/or/2/operator", "1.0.2"),
        ("/not/variable", "0"),
    ],
)
def test_places_in_the_document_become_paths_of_conditions(pointer: str, path: str) -> None:
    assert condition_path(pointer) == path
