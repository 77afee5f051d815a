from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from caimera.hub.search.results import ConditionState, DatasetState, NodeState
from caimera.hub.search.states import State
from caimera.hub.search.totals import sums_of, totals_of
from caimera.protocol.messages import Count, CountKind, DatasetCount, Treatment
from tests.hub.conftest import open_dataset, protected_dataset

FEW = Count(kind=CountKind.FEWER_THAN, bound=10)
ABOUT_20 = Count(kind=CountKind.ROUNDED, value=20, step=5)


def node(
    name: str,
    *datasets: DatasetCount,
    state: State = State.ANSWERED,
    treatment: Treatment = Treatment.APPLIED,
) -> NodeState:
    shown = [dataset_state(dataset) for dataset in datasets]
    says_numbers = state is State.ANSWERED and treatment is not Treatment.UNSUPPORTED
    condition = ConditionState(path="", status=treatment, why="", text="sex = female")
    return NodeState(
        id=name.lower(),
        name=name,
        state=state,
        reason="",
        took_ms=None,
        conditions=(condition,),
        datasets=tuple(shown),
        **sums_of(shown, complete=says_numbers),
    )


def dataset_state(said: DatasetCount) -> DatasetState:
    fields: dict[str, Any] = said.model_dump()
    return DatasetState(id=fields.pop("dataset_id"), **fields)


def sentences(nodes: Sequence[NodeState]) -> str:
    return " ".join(totals_of(nodes).left_out)


def test_exact_parts_add_up_exactly() -> None:
    totals = totals_of([node("A", open_dataset(3)), node("B", open_dataset(4))])

    assert totals.subjects == Count(kind=CountKind.EXACT, value=7)
    assert totals.studies == Count(kind=CountKind.EXACT, value=14)
    assert totals.series == Count(kind=CountKind.EXACT, value=21)


def test_patients_in_two_datasets_are_owned_up_to() -> None:
    assert sentences([node("A", open_dataset(3), open_dataset(4))]) == (
        "A patient who is in two datasets is counted in both."
    )
    assert sentences([node("A", open_dataset(3), open_dataset(0))]) == ""


def test_small_and_rounded_numbers_make_the_total_approximate() -> None:
    totals = totals_of([node("A", open_dataset(3), protected_dataset(FEW), protected_dataset(ABOUT_20))])

    assert totals.subjects == Count(kind=CountKind.APPROXIMATE, value=23)
    assert totals.studies == Count(kind=CountKind.APPROXIMATE, value=6)
    assert totals.left_out == (
        "1 dataset with fewer than 10 matching patients (perhaps none) is not counted.",
        "Studies and series of 2 protected datasets are not told.",
        "1 number is rounded to the nearest 5.",
        "A patient who is in two datasets is counted in both.",
    )


def test_more_than_one_small_number_is_said_in_the_plural() -> None:
    nodes = [node("A", protected_dataset(FEW), protected_dataset(FEW))]

    assert "2 datasets with fewer than 10 matching patients each (or none) are not counted." in sentences(
        nodes
    )
    assert totals_of(nodes).subjects == Count(kind=CountKind.WITHHELD)


def test_silent_nodes_are_named_by_how_they_are_silent() -> None:
    nodes = [
        node("Ash", state=State.WAITING),
        node("Beech", state=State.SLOW),
        node("Cedar", state=State.SLOW),
        node("Date", state=State.OFFLINE),
        node("Elm", state=State.REFUSED),
        node("Fir", open_dataset(3)),
    ]

    assert totals_of(nodes).left_out == (
        "Still waiting for Ash.",
        "No answer in time from Beech, Cedar.",
        "Offline: Date.",
        "Refused to answer: Elm.",
    )
    assert totals_of(nodes).subjects == Count(kind=CountKind.EXACT, value=3)


def test_a_node_that_cannot_test_a_condition_is_named() -> None:
    nodes = [node("A", treatment=Treatment.UNSUPPORTED), node("B", treatment=Treatment.APPROXIMATED)]

    assert totals_of(nodes).left_out == (
        "No numbers from A: a condition cannot be tested there.",
        "A condition is only approximated at B.",
    )


def test_nothing_heard_is_not_nothing_found() -> None:
    heard_nothing = totals_of([node("A", state=State.OFFLINE)])
    found_nothing = totals_of([node("A")])

    assert heard_nothing.subjects == Count(kind=CountKind.WITHHELD)
    assert found_nothing.subjects == Count(kind=CountKind.EXACT, value=0)


def test_unknown_and_none_together_are_unknown() -> None:
    assert totals_of([node("A"), node("B", state=State.SLOW)]).series == Count(kind=CountKind.WITHHELD)
