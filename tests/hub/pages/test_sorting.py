"""The table of datasets over all nodes, in the order an address asks for."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.http import QueryDict

from caimera.hub.search.results import DatasetState, NodeState
from caimera.hub.search.sorting import DatasetTable, Order
from caimera.hub.search.states import State
from caimera.protocol.messages import Count, CountKind

WITHHELD = Count(kind=CountKind.WITHHELD)


def exact(value: int) -> Count:
    return Count(kind=CountKind.EXACT, value=value)


def dataset(title: str, subjects: Count, studies: Count = WITHHELD, policy: str = "open") -> DatasetState:
    return DatasetState(
        id=uuid4(),
        title=title,
        version="1",
        policy=policy,  # type: ignore[arg-type]
        subjects=subjects,
        studies=studies,
        series=WITHHELD,
    )


def node(name: str, *datasets: DatasetState) -> NodeState:
    return NodeState(
        id=name.lower(),
        name=name,
        state=State.ANSWERED,
        reason="",
        took_ms=1.0,
        conditions=(),
        datasets=datasets,
        subjects=WITHHELD,
        studies=WITHHELD,
        series=WITHHELD,
    )


NODES = (
    node("Beta", dataset("many", exact(50), exact(60)), dataset("none", exact(0))),
    node(
        "Alpha",
        dataset("Some", exact(5), exact(90), policy="protected"),
        dataset("few", Count(kind=CountKind.FEWER_THAN, bound=10)),
        dataset("silent", WITHHELD),
    ),
)


def titles(address: str = "") -> list[str]:
    return [row.dataset.title for row in DatasetTable.of(NODES, Order.read(QueryDict(address))).telling]


def test_datasets_are_shown_by_what_they_have_to_tell() -> None:
    table = DatasetTable.of(NODES, Order())
    assert [row.dataset.title for row in table.few] == ["few"]
    assert [(row.node.name, row.dataset.title) for row in table.empty] == [("Beta", "none")]


@pytest.mark.parametrize(
    ("address", "order"),
    [
        ("", ["many", "Some", "silent"]),
        ("sort=patients", ["many", "Some", "silent"]),
        ("sort=patients&order=ascending", ["silent", "Some", "many"]),
        ("sort=title", ["many", "silent", "Some"]),
        ("sort=title&order=descending", ["Some", "silent", "many"]),
        ("sort=node", ["silent", "Some", "many"]),
        ("sort=access&order=descending", ["Some", "many", "silent"]),
        ("sort=studies", ["Some", "many", "silent"]),
        ("sort=shoe_size&order=sideways", ["many", "Some", "silent"]),
    ],
)
def test_the_address_says_the_order_and_equal_rows_come_by_title(address: str, order: list[str]) -> None:
    assert titles(address) == order


def test_a_heading_sorts_by_its_column_and_turns_the_order_round() -> None:
    columns = {column.name: column for column in Order("title", descending=False).columns}
    assert (columns["title"].sorted, columns["patients"].sorted) == ("ascending", "")
    assert columns["title"].address == "?sort=title&order=descending#datasets"
    assert columns["patients"].address == "?sort=patients&order=descending#datasets"
    assert columns["node"].address == "?sort=node&order=ascending#datasets"
