"""Counting by a variable: what may be chosen, and sums that keep the kinds of their parts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from caimera.audit.queries import trail
from caimera.hub.search import actions, queries
from caimera.hub.search.breakdowns import chosen, together, value_label
from caimera.hub.search.errors import BreakdownRefused
from caimera.people.models import Person
from caimera.protocol.messages import Breakdown, Count, CountKind, DatasetCount, ValueCount
from tests.hub.conftest import FakeNode, answer, exact, open_dataset, protected_dataset
from tests.hub.search.test_actions import WOMEN_IN_CT, say

MakeNode = Callable[..., FakeNode]
FEW = Count(kind=CountKind.FEWER_THAN, bound=10)
WITHHELD = Count(kind=CountKind.WITHHELD)


def rounded(value: int) -> Count:
    return Count(kind=CountKind.ROUNDED, value=value, step=5)


def by(variable: str, dataset: DatasetCount, **counts: Count) -> DatasetCount:
    """The dataset, counted by a variable; the value called `missing` is the one not recorded."""
    values = (
        ValueCount(value="" if name == "missing" else name, subjects=count) for name, count in counts.items()
    )
    return dataset.model_copy(
        update={"breakdowns": (*dataset.breakdowns, Breakdown(variable=variable, values=tuple(values)))}
    )


def test_variables_are_chosen_by_any_of_their_words() -> None:
    assert chosen(["modality", "", "Age at imaging"]) == ("modality", "age_at_imaging")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["shoe_size"], "“shoe_size” is not a searchable variable"),
        (["sex", "SEX"], "named twice"),
        (["sex", "modality", "body_part", "manufacturer"], "at most 3 variables"),
    ],
)
def test_other_choices_are_refused_with_what_to_change(words: list[str], sentence: str) -> None:
    with pytest.raises(BreakdownRefused, match=sentence):
        chosen(words)


@pytest.mark.parametrize(
    ("counts", "sum_"),
    [
        ([exact(3), exact(4)], exact(7)),
        ([rounded(45)], rounded(45)),
        ([exact(3), rounded(45)], Count(kind=CountKind.APPROXIMATE, value=48)),
        ([FEW], FEW),
        ([FEW, FEW, FEW], Count(kind=CountKind.FEWER_THAN, bound=28)),
        ([FEW, exact(0)], FEW),
        ([FEW, exact(3)], Count(kind=CountKind.APPROXIMATE, value=3)),
        ([WITHHELD, WITHHELD], WITHHELD),
        ([FEW, WITHHELD], WITHHELD),
    ],
)
def test_a_sum_is_never_surer_than_its_parts(counts: list[Count], sum_: Count) -> None:
    assert together(counts) == sum_


@pytest.mark.parametrize(
    ("variable", "value", "label"),
    [
        ("sex", "female", "female"),
        ("sex", "", "not recorded"),
        ("sex", "purple", "purple"),
        ("age_at_imaging", "40", "40 to 44 years"),
        ("age_at_imaging", "old", "old"),
        ("year_of_imaging", "2010", "2010 to 2014"),
        ("has_segmentation", "true", "yes"),
        ("has_segmentation", "perhaps", "perhaps"),
        ("shoe_size", "40", "40"),
    ],
)
def test_values_are_called_as_people_call_them(variable: str, value: str, label: str) -> None:
    assert value_label(variable, value) == label


@pytest.mark.django_db
def test_what_to_count_by_travels_with_the_question(person: Person, make_node: MakeNode) -> None:
    make_node("trials")
    question = actions.ask(
        person=person, question=WOMEN_IN_CT, purpose="", request_id="r", breakdown=["Modality", "sex"]
    )

    assert queries.ask_of(question).breakdown == ("modality", "sex")
    assert trail(act="question.asked").get().detail["breakdown"] == ["modality", "sex"]


@pytest.mark.django_db
def test_breakdowns_are_added_up_over_datasets_and_nodes(person: Person, make_node: MakeNode) -> None:
    trials, community = make_node("trials"), make_node("community")
    question = actions.ask(
        person=person, question=WOMEN_IN_CT, purpose="", request_id="r", breakdown=["modality"]
    )
    first = by("modality", open_dataset(30), CT=exact(20), MR=exact(10), missing=exact(2))
    second = by("modality", protected_dataset(rounded(45)), CT=rounded(40), MR=FEW, PT=FEW)
    say(trials, answer(question.pk, first))
    say(community, answer(question.pk, second, open_dataset(4)))

    state = queries.question_state(queries.with_answers().get(pk=question.pk))
    (breakdown,) = state.breakdowns
    assert [(one.value, one.subjects, one.few) for one in breakdown.values] == [
        ("CT", Count(kind=CountKind.APPROXIMATE, value=60), 0),
        ("MR", Count(kind=CountKind.APPROXIMATE, value=10), 1),
        ("PT", FEW, 1),
        ("", exact(2), 0),
    ]
    assert breakdown.left_out == ("1 dataset does not tell its numbers by modality.",)


@pytest.mark.django_db
def test_bands_stand_in_their_order_and_several_values_are_explained(
    person: Person, make_node: MakeNode
) -> None:
    node = make_node("trials")
    question = actions.ask(
        person=person,
        question=WOMEN_IN_CT,
        purpose="",
        request_id="r",
        breakdown=["age_at_diagnosis"],
    )
    said = by(
        "age_at_diagnosis",
        open_dataset(30),
        missing=exact(1),
        **{"50": exact(1), "5": exact(2), "45": exact(9)},
    )
    say(node, answer(question.pk, said))

    (breakdown,) = queries.question_state(queries.with_answers().get(pk=question.pk)).breakdowns
    assert [one.value for one in breakdown.values] == ["5", "45", "50", ""]
    assert breakdown.left_out == (
        "A patient with several values is counted at each: these numbers can exceed the total.",
    )
