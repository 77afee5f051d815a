"""One table of the datasets of all nodes, in the order a reader chose in the address."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from caimera.hub.search.results import DatasetState, NodeState
from caimera.protocol.messages import Count, CountKind


@dataclass(frozen=True, slots=True)
class DatasetRow:
    """A dataset with the node that holds it."""

    node: NodeState
    dataset: DatasetState


@dataclass(frozen=True, slots=True)
class Column:
    """A heading of the table, the address that sorts by it, and how the table is sorted by it now."""

    name: str
    label: str | Promise
    number: bool
    address: str
    sorted: str
    """`ascending`, `descending`, or empty where the table is sorted by another column."""


_LABELS: Mapping[str, str | Promise] = {
    "title": gettext_lazy("Dataset"),
    "node": gettext_lazy("Hospital"),
    "access": gettext_lazy("Access"),
    "patients": gettext_lazy("Patients"),
    "studies": gettext_lazy("Studies"),
    "series": gettext_lazy("Series"),
}
_NUMBERS = {"patients", "studies", "series"}


def _size(count: Count) -> int:
    return -1 if count.value is None else count.value


_KEYS: Mapping[str, Callable[[DatasetRow], str | int]] = {
    "title": lambda row: row.dataset.title.casefold(),
    "node": lambda row: row.node.name.casefold(),
    "access": lambda row: row.dataset.policy,
    "patients": lambda row: _size(row.dataset.subjects),
    "studies": lambda row: _size(row.dataset.studies),
    "series": lambda row: _size(row.dataset.series),
}


@dataclass(frozen=True, slots=True)
class Order:
    """By which column, and which way."""

    by: str = "patients"
    descending: bool = True

    @classmethod
    def read(cls, data: QueryDict) -> Order:
        """The order an address names; the usual one where it names none."""
        by = data.get("sort", "")
        if by not in _KEYS:
            return cls()
        return cls(by, data.get("order", "") == "descending" if "order" in data else by in _NUMBERS)

    @property
    def query(self) -> str:
        """The order as part of an address."""
        return urlencode({"sort": self.by, "order": self._word})

    @property
    def _word(self) -> str:
        return "descending" if self.descending else "ascending"

    @property
    def columns(self) -> list[Column]:
        """The headings; each sorts by its column, and the one sorted by now turns the order round."""
        return [self._column(name) for name in _LABELS]

    def _column(self, name: str) -> Column:
        here = name == self.by
        turned = Order(name, not self.descending if here else name in _NUMBERS)
        return Column(
            name, _LABELS[name], name in _NUMBERS, f"?{turned.query}#datasets", self._word if here else ""
        )

    def rows(self, rows: Iterable[DatasetRow]) -> list[DatasetRow]:
        """The rows in this order, equal ones by title."""
        by_title = sorted(rows, key=_KEYS["title"])
        return sorted(by_title, key=_KEYS[self.by], reverse=self.descending)


USUAL = Order()
"""The most patients first."""


@dataclass(frozen=True, slots=True)
class DatasetTable:
    """Every dataset that answered: what has something to tell in the reader's order, the rest by title."""

    order: Order
    telling: list[DatasetRow]
    """With a number, or with a reason for having none."""
    few: list[DatasetRow]
    """Protected, with few patients or none; which of both is not said."""
    empty: list[DatasetRow]
    """Open, where nobody matches."""

    @classmethod
    def of(cls, nodes: Iterable[NodeState], order: Order) -> DatasetTable:
        """The datasets of all nodes."""
        rows = [DatasetRow(node, dataset) for node in nodes for dataset in node.datasets]
        few = [row for row in rows if row.dataset.subjects.kind is CountKind.FEWER_THAN]
        empty = [row for row in rows if row.dataset.subjects.value == 0]
        telling = [row for row in rows if row not in few and row not in empty]
        by_title = Order("title", descending=False)
        return cls(order, order.rows(telling), by_title.rows(few), by_title.rows(empty))
