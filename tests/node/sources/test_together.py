"""Many questions at once find what each finds alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caimera.cohort import Question, parse
from caimera.node.sources import IndexedSource, SourceRelease
from caimera.node.sources.together import AT_ONCE
from tests.node.crates import random_federation

WORDINGS = (
    "modality = CT",
    "not modality = MR and sex = female",
    "body_part = chest and age_at_imaging between 40 and 70 and sex = male",
    "age_at_imaging >= 50",
    "sex is missing",
    "modality = CT or sex = male",
    "some series of the study (modality = MR) and modality = CT",
    "modality is recorded and modality is missing",
)


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> tuple[SourceRelease, ...]:
    folder = tmp_path_factory.mktemp("crates")
    return tuple(holding.write(folder) for holding in random_federation(patients=60, datasets=9))


@pytest.fixture(scope="module")
def source(
    tmp_path_factory: pytest.TempPathFactory, held: tuple[SourceRelease, ...]
) -> Iterator[IndexedSource]:
    made = IndexedSource(tmp_path_factory.mktemp("index"))
    made.prepare(held)
    yield made
    made.close()


def subjects(source: IndexedSource, question: Question, held: tuple[SourceRelease, ...]) -> list[int]:
    return [count.subjects for count in source.count(question, held, wait=30)]


def test_more_questions_than_a_number_has_bits(
    source: IndexedSource, held: tuple[SourceRelease, ...]
) -> None:
    ages = [parse(f"age_at_imaging between {low} and {low + 9}") for low in range(AT_ONCE + 9)]
    sets = source.sets(ages, held, wait=30)
    assert [[int(one.sum()) for one in found] for found in sets] == [
        subjects(source, question, held) for question in ages
    ]


@settings(max_examples=40, deadline=None)
@given(
    wordings=st.lists(st.sampled_from(WORDINGS), min_size=1, max_size=9),
    asked=st.sets(st.integers(0, 8), min_size=1),
)
def test_any_questions_of_any_datasets_together_find_what_each_finds_alone(
    source: IndexedSource, held: tuple[SourceRelease, ...], wordings: list[str], asked: set[int]
) -> None:
    releases = [held[place] for place in asked]
    questions = [parse(wording) for wording in wordings]
    together = source.sets(questions, releases, wait=30)
    for question, found in zip(questions, together, strict=True):
        for release, patients in zip(releases, found, strict=True):
            ((alone,),) = source.sets([question], [release], wait=30)
            assert np.array_equal(patients, alone)
