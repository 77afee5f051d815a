"""Every variable, operator and combination counts, over crates and over a database, as it is meant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product

import pytest
from hypothesis import HealthCheck, given, settings

from caimera.cohort import And, Condition, Not, Or, Question, Range, SomeSeries, parse, to_text
from caimera.node.sources import IndexedSource, SourceRelease
from caimera.vocabulary import VOCABULARY, Level, Operator
from tests.cohort.strategies import questions
from tests.node.clinical import clinical_database
from tests.node.sources.contract import HOLDINGS, conditions, differences


@dataclass(frozen=True)
class Node:
    """A source and the releases it answers from."""

    source: IndexedSource
    releases: list[SourceRelease]

    def wrong(self, question: Question) -> list[str]:
        """What it says otherwise than it should, with the question."""
        return [
            f"{to_text(question)} in {each}" for each in differences(self.source, self.releases, question)
        ]


@pytest.fixture(scope="module", params=["crates", "database"])
def node(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, django_db_setup: None
) -> Iterator[Node]:
    folder = tmp_path_factory.mktemp("a node")
    source = IndexedSource(folder / "index")
    if request.param == "crates":
        yield Node(source, [holding.write(folder) for holding in HOLDINGS])
    else:
        with clinical_database() as database:
            database.load(*(holding.tables() for holding in HOLDINGS))
            yield Node(source, [database.release(holding.dataset_id) for holding in HOLDINGS])
    source.close()


@pytest.mark.parametrize("name", [variable.name for variable in VOCABULARY.variables])
def test_every_operator_of_every_variable(node: Node, name: str) -> None:
    variable = VOCABULARY.variable(name)
    asked = list(conditions(variable))
    assert {each.operator for each in asked} == set(variable.operators) - {Operator.CONTAINS}
    wrong = [node.wrong(question) for each in asked for question in (each, Not(each))]
    assert [each for each in wrong if each] == []


def test_every_variable_is_recorded_and_offered(node: Node) -> None:
    node.source.prepare(node.releases)
    assert set(node.source.capabilities()) == {variable.name for variable in VOCABULARY.variables}


PARTS = tuple(
    map(
        parse,
        (
            "sex = male",
            "condition = lung_cancer with descendants",
            "psa > 4",
            "age_at_imaging between 40 and *",
            "has_segmentation = true",
            "year_of_imaging is missing",
            "modality in (CT, MR)",
            "manufacturer != siemens",
        ),
    )
)


def _together(one: Question, other: Question) -> Iterator[Question]:
    """Ways in which two parts may stand in one question."""
    yield from (And((one, other)), Or((one, other)))
    yield from (And((one, Not(other))), Or((Not(one), other)), Not(And((one, other))), Not(Or((one, other))))
    for level in (Level.PATIENT, Level.STUDY):
        some = SomeSeries(And((one, other)), level)
        yield from (
            some,
            Not(some),
            SomeSeries(Or((one, Not(other))), level),
            And((one, SomeSeries(other, level))),
        )
        yield from (
            Or((Not(SomeSeries(one, level)), SomeSeries(other))),
            SomeSeries(And((Or((one, other)), Not(And((one, other))))), level),
            And((some, Or((one, other, SomeSeries(Not(one)))), Not(SomeSeries(other, level)))),
        )


@pytest.mark.parametrize("place", range(len(PARTS)))
def test_pairs_of_parts_in_every_combination(node: Node, place: int) -> None:
    for other in PARTS[place:]:
        for question in _together(PARTS[place], other):
            assert node.wrong(question) == []


def test_three_levels_at_once(node: Node) -> None:
    for one, two, three in combinations(PARTS, 3):
        assert node.wrong(And((one, two, three))) == []
        assert node.wrong(Or((And((one, two)), Not(three)))) == []


@pytest.mark.parametrize(
    "question",
    [
        And(()),
        Or(()),
        Not(And(())),
        And((And(()), And(()))),
        And((Or(()), parse("modality = CT"))),
        SomeSeries(And(())),
        SomeSeries(Or(()), Level.STUDY),
        SomeSeries(And((And(()), parse("sex = male"))), Level.STUDY),
        And((And((parse("modality = CT"),)),)),
        Condition("age_at_imaging", Operator.BETWEEN, Range(None, None)),
    ],
)
def test_questions_of_unusual_shape(node: Node, question: Question) -> None:
    assert node.wrong(question) == []


@given(question=questions)
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_questions_nobody_would_think_of(node: Node, question: Question) -> None:
    assert node.wrong(question) == []


def test_many_questions_at_once_are_answered_as_one_by_one(node: Node) -> None:
    asked = [And(parts) for parts in product(PARTS, repeat=2)] + [
        SomeSeries(Or(PARTS)),
        Or(PARTS),
        And(PARTS),
    ]
    together = node.source.sets(asked, node.releases, wait=60)
    for question, sets in zip(asked, together, strict=True):
        (alone,) = node.source.sets([question], node.releases, wait=60)
        assert [each.tolist() for each in sets] == [each.tolist() for each in alone]


def test_patients_taken_a_few_at_a_time_are_answered_as_all_at_once(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("caimera.node.sources.span.LENGTH", 7)
    for one, two, three in combinations(PARTS, 3):
        assert node.wrong(Or((And((one, SomeSeries(two))), Not(three)))) == []


def test_what_finds_no_room_to_be_kept_is_worked_out_again(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("caimera.node.sources.keeping.MEMORY", 0)
    for one, two in combinations(PARTS, 2):
        assert node.wrong(SomeSeries(And((one, Or((two, Not(one))))), Level.STUDY)) == []


def test_some_releases_in_any_order_are_answered_as_all_of_them(node: Node) -> None:
    node.source.prepare(node.releases)
    question = parse("psa > 4 or some series (modality = CT and age_at_imaging >= 40)")
    first, second, third = node.source.count(question, node.releases, wait=60)
    backwards = [node.releases[2], node.releases[0]]
    assert node.source.count(question, backwards, wait=60) == (third, first)
    assert node.source.count(question, node.releases[1:2], wait=60) == (second,)
    (sets,) = node.source.sets([question], backwards, wait=60)
    assert [each.sum() for each in sets] == [third.subjects, first.subjects]
