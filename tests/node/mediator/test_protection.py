"""What protected datasets say through the whole mediator, with its memory and ledger in a real database."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, connections, transaction

from caimera.audit.models import Record
from caimera.cohort import parse
from caimera.disclosure import discrete_laplace, seed_of
from caimera.node.datasets.actions import register_crate, set_policy
from caimera.node.mediator import settling
from caimera.node.mediator.actions import answer_question, remember_patients
from caimera.node.mediator.models import Numbering, Remembered, SettledQuestion, Spending
from caimera.node.sources import IndexedSource, SourceRelease
from caimera.protocol.messages import Answer, Asker, Count, CountKind, DatasetCount, Treatment
from tests.node.conftest import KEY, NOW, ask_of, letter_of
from tests.node.crates import Holding, folder

pytestmark = pytest.mark.django_db

HIDDEN = Count(kind=CountKind.FEWER_THAN, bound=10)
WITHHELD = Count(kind=CountKind.WITHHELD)


def publish(holding: Holding, place: Path, policy: str = "protected") -> SourceRelease:
    written = holding.write(place)
    register_crate(path=folder(written), policy=policy, actor="system")
    return written


def holding(
    number: int = 1, *, male: int = 60, female: int = 60, version: str = "1", ages: Sequence[int] = (50,)
) -> Holding:
    """Patients with a CT each: the men's of the chest, the women's of the breast; ages in turn."""
    made = Holding(number, version=version)
    for count, sex, body_part in ((male, "male", "chest"), (female, "female", "breast")):
        for turn in range(count):
            study = made.add_study(made.add_patient(sex=sex), age=ages[turn % len(ages)], year=2015)
            made.add_series(study, modality="CT", body_part=body_part)
    return made


def ask(
    text: str, source: IndexedSource, *, person: str = "anna", breakdown: Sequence[str] = (), days: int = 0
) -> Answer:
    asked = ask_of(parse(text), deadline_at=NOW + timedelta(days=days, seconds=15))
    letter = replace(
        letter_of(asked.model_copy(update={"breakdown": tuple(breakdown)})), asker=Asker(person=person)
    )
    return answer_question(letter=letter, source=source, now=NOW + timedelta(days=days), key=KEY)


def one(text: str, source: IndexedSource, **more: object) -> DatasetCount:
    (said,) = ask(text, source, **more).datasets  # type: ignore[arg-type]
    return said


def expected(size: int, release: SourceRelease, question: str) -> int:
    seed = seed_of(KEY, question=question, dataset_id=release.dataset_id, digest=release.digest)
    return (size + discrete_laplace(0.28, seed, "subjects") + 2) // 5 * 5


def test_a_protected_number_is_noisy_rounded_and_says_by_which_rules(
    tmp_path: Path, source: IndexedSource
) -> None:
    release = publish(holding(), tmp_path)
    said = one("sex = male", source)
    assert said.subjects == Count(kind=CountKind.ROUNDED, value=expected(60, release, "sex = male"), step=5)
    assert (said.studies, said.series) == (WITHHELD, WITHHELD)
    assert said.protection is not None
    assert (said.protection.minimum, said.protection.step, said.protection.epsilon) == (10, 5, 0.28)
    assert said.budget_left == 49


def test_repeating_is_free_and_says_the_same_to_whoever_asks(tmp_path: Path, source: IndexedSource) -> None:
    publish(holding(), tmp_path)
    first = one("sex = male and modality = CT", source)
    again = one("modality = CT and sex = male", source)
    other = one("modality = CT and sex = male", source, person="bert")
    assert first == again
    assert (other.subjects, other.budget_left) == (first.subjects, 50)
    assert SettledQuestion.objects.count() == 1


def test_a_restart_forgets_nothing(
    tmp_path: Path, source: IndexedSource, restart: Callable[[], None]
) -> None:
    publish(holding(), tmp_path)
    everyone = one("modality = CT", source)
    restart()
    assert one("modality = CT", source) == everyone
    restart()
    recorded = one("sex is recorded", source)  # the same patients, in other words
    assert recorded.subjects == everyone.subjects
    assert Remembered.objects.count() == 1


def test_sets_that_differ_by_few_patients_get_one_answer(tmp_path: Path, source: IndexedSource) -> None:
    made = holding(ages=(50,))
    made.add_series(made.add_study(made.add_patient(sex="male"), age=72, year=2015), modality="CT")
    publish(made, tmp_path)
    men = one("sex = male", source)
    assert one("sex = male and age_at_imaging < 70", source).subjects == men.subjects
    assert one("sex = male or age_at_imaging >= 70", source).subjects == men.subjects


def test_a_small_part_is_not_followed_and_nobody_is_told(tmp_path: Path, source: IndexedSource) -> None:
    made = holding(female=30)
    made.add_series(made.add_study(made.add_patient(sex="female"), age=72, year=2015), modality="MR")
    release = publish(made, tmp_path)
    said = ask("sex = male or (sex = female and modality = MR)", source)
    assert said.datasets[0].subjects.value == expected(60, release, "sex = male")
    assert {status.status for status in said.conditions} == {Treatment.APPLIED}


def test_a_question_of_too_many_parts_is_withheld_and_spends_nothing(
    tmp_path: Path, source: IndexedSource
) -> None:
    publish(holding(), tmp_path)
    ages = " or ".join(f"(sex = male and age_at_imaging = {age})" for age in range(0, 120, 5))
    said = one(f"{ages} or " + ages.replace("male", "female"), source)
    assert said.subjects == WITHHELD
    assert said.reason.startswith("The question has more than 64 conditions")
    assert (said.budget_left, Spending.objects.count()) == (50, 0)


def test_ages_are_asked_in_bands_and_the_asker_is_told(tmp_path: Path, source: IndexedSource) -> None:
    publish(holding(ages=(50, 54, 57)), tmp_path)
    said = ask("age_at_imaging between 50 and 52", source)
    band = one("age_at_imaging between 50 and 54", source)
    assert said.datasets[0] == band
    (status,) = said.conditions
    assert (status.status, status.why) == (
        Treatment.APPROXIMATED,
        "Protected datasets are asked for this in bands of five years.",
    )


def test_bands_are_for_protected_datasets_alone(tmp_path: Path, source: IndexedSource) -> None:
    publish(holding(ages=(50, 54, 57)), tmp_path, "open")
    said = ask("age_at_imaging between 50 and 52", source)
    assert said.datasets[0].subjects == Count(kind=CountKind.EXACT, value=40)
    assert [status.status for status in said.conditions] == [Treatment.APPLIED]


def test_open_and_protected_datasets_answer_side_by_side(tmp_path: Path, source: IndexedSource) -> None:
    publish(holding(1, male=12), tmp_path, "open")
    release = publish(holding(2, male=40), tmp_path)
    publish(holding(3, male=3), tmp_path, "open")
    said = ask("sex = male", source).datasets
    assert [count.title for count in said] == ["Collection 1", "Collection 2", "Collection 3"]
    assert [count.subjects.value for count in said] == [12, expected(40, release, "sex = male"), 3]
    assert [count.budget_left for count in said] == [None, 49, None]
    assert [count.protection is None for count in said] == [True, False, True]


def test_a_persons_budget_ends_and_comes_back_after_seven_days(tmp_path: Path, source: IndexedSource) -> None:
    release = publish(holding(), tmp_path)
    set_policy(dataset_id=release.dataset_id, changes={"weekly_per_person": 2}, actor="system")
    first = one("sex = male", source)
    assert [first.budget_left, one("sex = female", source).budget_left] == [1, 0]
    third = one("modality = CT", source)
    assert (third.subjects, third.budget_left) == (WITHHELD, 0)
    assert third.reason.startswith("Your 2 questions of these seven days")
    assert one("sex = male", source).subjects == first.subjects
    assert one("modality = CT", source, person="bert").subjects.kind is CountKind.ROUNDED
    assert one("modality = MR", source, days=6).subjects == WITHHELD
    assert one("modality = MR", source, days=7).subjects == HIDDEN


def test_colluding_persons_share_one_budget(tmp_path: Path, source: IndexedSource) -> None:
    release = publish(holding(), tmp_path)
    set_policy(dataset_id=release.dataset_id, changes={"weekly_in_all": 2}, actor="system")
    for person, sex in (("anna", "male"), ("bert", "female")):
        assert one(f"sex = {sex}", source, person=person).subjects.kind is CountKind.ROUNDED
    last = one("modality = CT", source, person="clara")
    assert last.reason.startswith("The 2 questions that everyone together")
    assert last.budget_left == 0


def test_a_new_version_is_asked_anew_but_does_not_tell_whom_it_added(
    tmp_path: Path, source: IndexedSource
) -> None:
    publish(holding(male=40), tmp_path)
    before = one("sex = male", source)
    publish(holding(male=41, version="2"), tmp_path)
    after = one("sex = male", source)
    assert (after.version, after.subjects) == ("2", before.subjects)
    assert after.budget_left == 48
    release = publish(holding(male=90, version="3"), tmp_path)
    assert one("sex = male", source).subjects.value == expected(90, release, "sex = male")


def test_patients_keep_their_places_through_versions_under_hashes(
    tmp_path: Path, source: IndexedSource
) -> None:
    publish(holding(male=40), tmp_path)
    remember_patients(source=source, key=KEY)
    before = bytes(Numbering.objects.get().hashes)
    publish(holding(male=50, version="2"), tmp_path)
    remember_patients(source=source, key=KEY)
    after = bytes(Numbering.objects.get().hashes)
    assert after.startswith(before)
    assert (len(before), len(after)) == (100 * 16, 110 * 16)
    assert b"P1" not in after


def test_studies_and_series_are_told_with_each_patient_clipped(tmp_path: Path, source: IndexedSource) -> None:
    made = holding(male=40, female=0)
    for _ in range(200):
        made.add_series(made.add_study(1, age=50, year=2015), modality="CT")
    release = publish(made, tmp_path)
    set_policy(dataset_id=release.dataset_id, changes={"studies_clip": 3}, actor="system")
    said = one("modality = CT", source)
    seed = seed_of(KEY, question="modality = CT", dataset_id=release.dataset_id, digest=release.digest)
    noisy = 39 + 3 + discrete_laplace(0.28 / 3, seed, "studies")
    assert said.studies == Count(kind=CountKind.ROUNDED, value=(max(0, noisy) + 2) // 5 * 5, step=5)
    assert said.series == WITHHELD


def values(said: DatasetCount, at: int = 0) -> dict[str, Count]:
    return {one.value: one.subjects for one in said.breakdowns[at].values}


def test_a_breakdown_counts_each_value_as_a_question_of_its_own(
    tmp_path: Path, source: IndexedSource
) -> None:
    publish(holding(male=60, female=40), tmp_path)
    said = one("modality = CT", source, breakdown=("sex",))
    assert said.budget_left == 48
    counts = values(said)
    assert counts[""] == counts["other"] == HIDDEN
    assert counts["male"] == one("modality = CT and sex = male", source).subjects
    assert counts["male"].kind is counts["female"].kind is CountKind.ROUNDED
    assert one("modality = CT", source, breakdown=("sex",)).budget_left == 48


def test_a_breakdown_by_age_has_bands_of_five(tmp_path: Path, source: IndexedSource) -> None:
    publish(holding(ages=(50, 54, 67)), tmp_path)
    counts = values(one("modality = CT", source, breakdown=("age_at_imaging",)))
    assert list(counts) == [*map(str, range(0, 101, 5)), ""]
    assert [band for band, count in counts.items() if count.value] == ["50", "65"]


def test_a_value_that_alone_is_hidden_hides_another(tmp_path: Path, source: IndexedSource) -> None:
    made = holding(male=60, female=40)
    for study in made.studies:
        made.add_series(study["study_id"], modality="SEG" if study["study_id"] > 95 else "CT")
    publish(made, tmp_path)
    counts = values(one("modality = CT", source, breakdown=("has_segmentation",)))
    assert counts["true"] == HIDDEN
    assert counts["false"].kind is CountKind.ROUNDED  # two are hidden: true and not recorded
    assert counts[""] == HIDDEN


def test_an_open_dataset_is_broken_down_exactly(tmp_path: Path, source: IndexedSource) -> None:
    publish(holding(male=3, female=4), tmp_path, "open")
    counts = values(one("modality = CT", source, breakdown=("sex",)))
    assert {name: count.value for name, count in counts.items() if count.value} == {"male": 3, "female": 4}
    assert {count.kind for count in counts.values()} == {CountKind.EXACT}


def test_nothing_is_broken_down_where_the_total_is_hidden(tmp_path: Path, source: IndexedSource) -> None:
    publish(holding(male=9, female=0), tmp_path)
    said = one("modality = CT", source, breakdown=("sex", "body_part"))
    assert [split.values for split in said.breakdowns] == [(), ()]
    assert said.budget_left == 47


@pytest.mark.parametrize("variable", ["psa", "shoe_size", "Sex"])
def test_a_variable_without_countable_values_is_refused(
    tmp_path: Path, source: IndexedSource, variable: str
) -> None:
    publish(holding(), tmp_path)
    said = ask("modality = CT", source, breakdown=(variable,))
    assert (said.outcome, said.datasets) == ("refused", ())
    assert said.reason.startswith(f"This node cannot count the values of {variable!r} one by one.")


def test_whatever_fails_in_settling_no_number_leaves(
    tmp_path: Path,
    source: IndexedSource,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    publish(holding(male=61), tmp_path)
    publish(holding(2), tmp_path, "open")

    def fail(found: object, *_: object, **__: object) -> None:
        raise ValueError(f"cannot settle {found}")

    monkeypatch.setattr(settling, "settle", fail)
    said = ask("sex = male", source)
    assert (said.outcome, said.datasets) == ("refused", ())
    assert said.reason.startswith("This node could not settle what its protected datasets may say")
    assert "ValueError" in caplog.text
    assert "cannot settle" not in caplog.text
    assert (Remembered.objects.count(), SettledQuestion.objects.count(), Spending.objects.count()) == (
        0,
        0,
        0,
    )
    monkeypatch.undo()
    assert ask("sex = male", source).outcome == "answered"


def test_exact_numbers_are_in_no_message_log_or_trail(
    tmp_path: Path, source: IndexedSource, caplog: pytest.LogCaptureFixture
) -> None:
    """Sizes that no rounding gives: 7,919 and 7,902 patients would be found if they were written anywhere."""
    publish(holding(male=7_919, female=7_902), tmp_path)
    with caplog.at_level(logging.DEBUG):
        answers = [ask(text, source, breakdown=("sex",)) for text in ("modality = CT", "sex = male")]
    trail = json.dumps(list(Record.objects.values_list("detail", flat=True)))
    said = json.dumps([answer.model_dump(mode="json") for answer in answers])
    assert answers[0].datasets[0].subjects.kind is CountKind.ROUNDED
    for number in ("7919", "7902", "15821"):
        assert number not in caplog.text + trail + said


def test_the_trail_says_what_was_broken_down(tmp_path: Path, source: IndexedSource) -> None:
    publish(holding(), tmp_path)
    ask("modality = CT", source, breakdown=("sex",))
    record = Record.objects.filter(act="question.answered").get()
    assert record.detail["breakdown"] == ["sex"]


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_get_one_answer_and_spend_once_each(
    tmp_path: Path, source: IndexedSource
) -> None:
    publish(holding(), tmp_path)

    def asking(number: int) -> DatasetCount:
        try:
            return one("sex = male", source, person=f"person {number % 2}")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(asking, range(8)))
    assert len({count.subjects for count in said}) == 1
    assert (SettledQuestion.objects.count(), Remembered.objects.count()) == (1, 1)
    assert [sum(one.questions.values()) for one in Spending.objects.exclude(person="")] == [1]


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_was_not_said_and_is_not_remembered(
    tmp_path: Path, source: IndexedSource
) -> None:
    publish(holding(), tmp_path)
    with transaction.atomic():
        one("sex = male", source)
        transaction.set_rollback(True)
    assert (Remembered.objects.count(), Numbering.objects.count()) == (0, 0)
    assert one("sex = male", source).budget_left == 49
    assert connection.in_atomic_block is False
