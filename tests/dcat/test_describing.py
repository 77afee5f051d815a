"""Descriptions computed from tables: exact of open datasets; of protected ones nothing about a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import pyarrow as pa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from caimera.crate import open_crate
from caimera.dcat import Computed, Memory, describe_open, describe_protected, tables_of
from caimera.dcat.telling import Counted, Said, placed, tell
from caimera.disclosure import Guard
from caimera.protocol.messages import Count, CountKind
from tests.cdm.samples import sound_tables
from tests.crate.conftest import description, make_crate
from tests.dcat.people import Patient, Study, about, crowd, guard, someone, tables

__all__ = ["description", "make_crate"]

SOME = settings(
    max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)
GUARD = guard()


def protected(
    patients: list[Patient], memory: Memory | None = None, *, version: str = "1", rules: Guard = GUARD
):
    return describe_protected(tables(patients), about(version), guard=rules, remembered=memory or Memory())


def shares(computed: Computed, variable: str) -> dict[str, int | None]:
    facet = computed.facet(variable)
    assert facet is not None
    return {share.name: share.subjects.value for share in facet.shares}


def told(computed: Computed) -> Computed:
    """What is told, but for the names of the version."""
    return computed.model_copy(update={"version": "", "digest": ""})


# Open datasets


def test_an_open_dataset_is_counted_exactly() -> None:
    patients = crowd(60)
    computed = describe_open(tables(patients), about(size=1234))
    studies = [study for each in patients for study in each.studies]
    assert computed.subjects == Count(kind=CountKind.EXACT, value=60)
    assert computed.studies.value == len(studies)
    assert computed.series.value == sum(len(study.modalities) for study in studies)
    assert computed.segmented_studies.value == sum(study.segmented for study in studies)
    assert computed.size == 1234
    assert shares(computed, "sex") == Counter(each.sex for each in patients if each.sex)
    assert shares(computed, "condition") == Counter(each.condition for each in patients)
    assert shares(computed, "modality") == Counter(
        name for each in patients for name in {one for study in each.studies for one in study.modalities}
    )
    assert shares(computed, "has_segmentation") == {
        "yes": sum(any(study.segmented for study in each.studies) for each in patients)
    }


def test_ages_and_years_are_in_bands_with_their_ends() -> None:
    patients = [
        Patient("a", studies=(Study(59, 2004), Study(60, 2005))),
        Patient("b", studies=(Study(64, None),)),
    ]
    computed = describe_open(tables(patients), about())
    ages, years = computed.facet("age_at_imaging"), computed.facet("year_of_imaging")
    assert ages is not None
    assert years is not None
    assert shares(computed, "age_at_imaging") == {"55-59": 1, "60-64": 2}
    assert (ages.lowest, ages.highest, years.lowest, years.highest) == (59, 64, 2004, 2005)
    assert shares(computed, "year_of_imaging") == {"2000-2004": 1, "2005-2009": 1}


def test_completeness_is_the_share_of_people_with_a_value() -> None:
    patients = [Patient("a", "male"), Patient("b", "female"), Patient("c"), Patient("d")]
    computed = describe_open(tables(patients), about())
    found = {facet.variable: facet.completeness for facet in computed.facets}
    assert (found["sex"], found["modality"], found["age_at_imaging"], found["condition"]) == (50, 100, 0, 0)


def test_a_dataset_without_people_can_be_described() -> None:
    computed = describe_open(tables([]), about())
    assert computed.subjects.value == 0
    assert all(facet.completeness is None and facet.shares == () for facet in computed.facets)
    hidden, _ = protected([])
    assert hidden.subjects.kind is CountKind.FEWER_THAN


def test_codes_nobody_knows_are_recorded_but_not_named() -> None:
    data = tables([Patient("a"), Patient("b")])
    data["image_series"] = data["image_series"].set_column(
        2, "modality", pa.array(["X:1", None], pa.string())
    )
    facet = describe_open(data, about()).facet("modality")
    assert facet is not None
    assert (facet.shares, facet.recorded.value) == ((), 1)


def test_a_crate_is_described_from_its_tables(make_crate: Callable[..., Path]) -> None:
    computed = describe_open(tables_of(open_crate(make_crate())), about())
    assert computed == describe_open(sound_tables(), about())
    assert (computed.subjects.value, shares(computed, "condition")) == (2, {"lung_cancer": 1})


def test_measurements_are_told_of_the_rows_that_speak_of_them() -> None:
    """Several variables share a column of the clinical tables; each row's code says which it is about."""
    data = tables([Patient("a"), Patient("b")])
    data["tumor_marker_test"] = pa.table(
        {
            "tumor_marker_test_id": [0, 1, 2],
            "patient_id": [0, 1, 1],
            "code": ["CLIN1045815", "CLIN1045815", "CLIN1046085"],
            "value_as_concept": ["EUCAIM:COM1001310", "EUCAIM:COM1001332", "EUCAIM:COM1001310"],
        }
    )
    computed = describe_open(data, about())
    assert shares(computed, "er_status") == {"positive": 1, "negative": 1}
    assert shares(computed, "pr_status") == {"positive": 1}


# Protected datasets


def test_a_protected_dataset_tells_rounded_numbers_of_subjects() -> None:
    computed, _ = protected(crowd(300))
    assert computed.subjects.kind is CountKind.ROUNDED
    assert computed.subjects.value is not None
    assert abs(computed.subjects.value - 300) < 60
    counts = [computed.subjects, *(share.subjects for facet in computed.facets for share in facet.shares)]
    assert all(count.value is not None and count.value % 5 == 0 and count.value >= 10 for count in counts)
    assert computed.series.kind is CountKind.WITHHELD
    assert all(facet.completeness is None or facet.completeness % 5 == 0 for facet in computed.facets)


def test_small_groups_are_left_out() -> None:
    patients = [Patient(f"P{n}", "female", "breast_cancer", (Study(60, 2010),)) for n in range(100)]
    patients += [Patient(f"Q{n}", "male", "lung_cancer", (Study(18, 1990, True, ("MR",)),)) for n in range(9)]
    computed, _ = protected(patients)
    assert list(shares(computed, "sex")) == ["female"]
    assert list(shares(computed, "condition")) == ["breast_cancer"]
    assert list(shares(computed, "modality")) == ["CT"]
    ages = computed.facet("age_at_imaging")
    assert ages is not None
    assert (ages.lowest, ages.highest) == (60, 64)
    assert computed.segmented_studies.kind is CountKind.WITHHELD


def test_few_people_are_only_said_to_be_few() -> None:
    computed, _ = protected(crowd(9))
    assert computed.subjects == Count(kind=CountKind.FEWER_THAN, bound=10)
    assert all(facet.shares == () and facet.completeness is None for facet in computed.facets)
    assert computed.studies.kind is CountKind.WITHHELD


def test_the_same_version_says_the_same_again() -> None:
    first, memory = protected(crowd(200))
    again, later = protected(crowd(200), memory)
    assert again == first
    assert later == memory


def test_the_node_s_secret_makes_the_noise() -> None:
    mine, _ = protected(crowd(200))
    others = {protected(crowd(200), rules=guard(key=bytes([n])))[0].model_dump_json() for n in range(8)}
    assert len(others | {mine.model_dump_json()}) > 4


def test_no_more_studies_are_counted_than_a_person_may_have() -> None:
    busy = [Patient(f"P{n}", studies=(Study(),) * 50) for n in range(200)]
    computed, _ = protected(busy, rules=guard(epsilon=1))
    assert computed.studies.value is not None
    assert computed.studies.value < 200 * 10 + 400


@st.composite
def neighbours(draw: st.DrawFn) -> tuple[list[Patient], list[Patient]]:
    """Two versions that differ in fewer patients than the overlap: gone, come, or changed in any way."""
    random = Random(draw(st.integers(0, 2**32)))
    before = crowd(draw(st.sampled_from([0, 5, 9, 10, 12, 25, 120])), random.randint(0, 99))
    after = list(before)
    for n in range(draw(st.integers(1, 9))):
        act = random.choice(("leave", "come", "change"))
        if act == "come" or not after:
            after.append(someone(random, f"N{n}"))
        else:
            place = random.randrange(len(after))
            after[place : place + 1] = [] if act == "leave" else [someone(random, after[place].identifier)]
    random.shuffle(after)
    return before, after


@SOME
@given(neighbours())
def test_two_versions_subtracted_say_nothing_about_a_few(
    versions: tuple[list[Patient], list[Patient]],
) -> None:
    before, after = versions
    first, memory = protected(before)
    second, _ = protected(after, memory, version="2")
    assert told(second) == told(first)


@SOME
@given(st.integers(0, 10**6), st.integers(2, 12))
def test_many_versions_draw_again_only_after_enough_change(seed: int, versions: int) -> None:
    """However a dataset is cut into versions, a new number needs `overlap` changed people."""
    random, patients = Random(seed), crowd(60, seed % 7)
    computed, memory = protected(patients)
    said, changed = {told(computed).model_dump_json()}, 0
    for version in range(versions):
        come = random.randint(1, 4)
        patients = [*patients, *(someone(random, f"N{version}-{n}") for n in range(come))]
        changed += come
        computed, memory = protected(patients, memory, version=str(version + 2))
        said.add(told(computed).model_dump_json())
        assert len(memory.said["subjects"]) <= 1 + changed // 10
    assert len(said) <= 1 + versions


def test_enough_change_is_told() -> None:
    first, memory = protected(crowd(100))
    second, _ = protected(crowd(100) + [Patient(f"N{n}", "male") for n in range(400)], memory, version="2")
    assert first.subjects.value is not None
    assert second.subjects.value is not None
    assert second.subjects.value > first.subjects.value + 200


def test_a_value_that_grows_over_the_minimum_by_one_stays_untold() -> None:
    """Who knows the others and the one who came would learn that the one has it."""
    few = [Patient(f"P{n}", "female") for n in range(50)] + [Patient(f"M{n}", "male") for n in range(9)]
    _, memory = protected(few)
    more, _ = protected([*few, Patient("target", "male")], memory, version="2")
    assert list(shares(more, "sex")) == ["female"]


def test_a_value_that_shrinks_below_the_minimum_stays_told() -> None:
    wide = guard(epsilon=1, overlap=20)
    men = [Patient(f"M{n}", "male") for n in range(25)]
    first, memory = protected(men, rules=wide)
    second, _ = protected(men[:9], memory, version="2", rules=wide)
    assert shares(first, "sex").keys() == {"male"}
    assert shares(second, "sex") == shares(first, "sex")


def test_studies_are_told_only_where_answers_tell_them() -> None:
    computed, memory = protected(crowd(200), rules=guard(studies_clip=None))
    assert computed.subjects.value is not None
    assert (computed.studies.kind, computed.segmented_studies.kind) == (
        CountKind.WITHHELD,
        CountKind.WITHHELD,
    )
    assert "studies" not in memory.said


def test_a_new_follow_up_of_one_person_is_not_seen() -> None:
    patients = [Patient(f"P{n}", studies=(Study(50),)) for n in range(80)]
    first, memory = protected(patients)
    later = [replace(patients[0], studies=(Study(50), Study(51), Study(90))), *patients[1:]]
    assert told(protected(later, memory, version="2")[0]) == told(first)


def test_the_first_row_of_a_table_is_not_seen() -> None:
    """A crate holds the tables that have rows: that one appears would tell that the one who came is in it."""
    first, memory = protected(crowd(80))
    data = tables(crowd(80))
    data["tumor_marker_test"] = pa.table(
        {
            "tumor_marker_test_id": [0],
            "patient_id": [3],
            "code": ["CLIN1045815"],
            "value_as_concept": ["EUCAIM:COM1001310"],
        }
    )
    second, _ = describe_protected(data, about("2"), guard=GUARD, remembered=memory)
    assert first.facet("er_status") is not None
    assert told(second) == told(first)


def test_sizes_are_powers_of_two_and_kept() -> None:
    people = tables(crowd(50))
    first, memory = describe_protected(people, about(size=1000), guard=GUARD, remembered=Memory())
    second, memory = describe_protected(people, about("2", size=3000), guard=GUARD, remembered=memory)
    assert (first.size, second.size) == (1024, 1024)
    third, _ = describe_protected(tables(crowd(90)), about("3", size=3000), guard=GUARD, remembered=memory)
    assert third.size == 4096


def test_what_is_remembered_can_be_stored_and_names_nobody() -> None:
    first, memory = protected(crowd(40))
    stored = memory.to_json()
    assert Memory.from_json(stored) == memory
    assert "P39" not in str(stored)
    assert protected(crowd(40), Memory.from_json(stored))[0] == first


def test_a_patient_keeps_their_place_whatever_their_number() -> None:
    places, memory = placed(["a", "b", "c"], Memory(), b"key")
    later, _ = placed(["c", "new", "a"], memory, b"key")
    assert (places, later) == ((0, 1, 2), (2, 3, 0))


def test_a_silent_description_said_that_nobody_has_it() -> None:
    strict, thirty = guard(overlap=40), Counted((2**30 - 1,))
    earlier = Memory(said={"sex=male": (Said((2**60 - 1,), 60),)})
    numbers, _ = tell({"sex=male": Counted((2**60 - 1,)), "sex=other": thirty}, earlier, strict, "2")
    assert numbers == {"sex=male": 60, "sex=other": None}
    fresh, _ = tell({"sex=other": thirty}, Memory(), strict, "2")
    assert fresh["sex=other"] is not None


def test_sets_that_are_near_share_a_number() -> None:
    """Women and everyone, subtracted, would tell the few men."""
    women = [Patient(f"P{n}", "female") for n in range(100)]
    computed, _ = protected([*women, *(Patient(f"M{n}", "male") for n in range(5))])
    assert shares(computed, "sex") == {"female": computed.subjects.value}
