"""How large a dataset is, for search engines and DOIs: each number with how it is to be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from caimera.dcat.dataset import Dataset
from caimera.protocol.messages import Count, CountKind

_HOW: Mapping[CountKind, str] = {
    CountKind.EXACT: "Counted in the data.",
    CountKind.ROUNDED: "Protected: noise was added, then it was rounded.",
    CountKind.APPROXIMATE: "A sum with inexact parts.",
    CountKind.FEWER_THAN: "Protected: too few to say more.",
}
_UNTOLD = "As the holder says; whether it is exact is not told."


class Size(NamedTuple):
    """What is counted, with its number; the kind is None where the record tells none."""

    what: str
    value: int | None
    bound: int | None
    kind: CountKind | None

    @property
    def words(self) -> str:
        """`118 subjects`, `about 120 subjects`, `fewer than 10 subjects`."""
        if self.kind is CountKind.FEWER_THAN:
            return f"fewer than {self.bound} {self.what}"
        inexact = self.kind in {CountKind.ROUNDED, CountKind.APPROXIMATE}
        return f"{'about ' if inexact else ''}{self.value} {self.what}"

    @property
    def measured(self) -> dict[str, Any]:
        """The same as schema.org's PropertyValue; of few people only what they are fewer than."""
        few = self.kind is CountKind.FEWER_THAN and self.bound is not None
        return {
            "@type": "PropertyValue",
            "name": self.what[:1].upper() + self.what[1:],
            **({"maxValue": (self.bound or 1) - 1} if few else {"value": self.value}),
            "description": _HOW[self.kind] if self.kind else _UNTOLD,
        }


def sizes(dataset: Dataset, counts: Mapping[str, Count]) -> Iterator[Size]:
    """Subjects and imaging studies by what was computed (`counts_of`), else as the record's bare numbers."""
    bare = {"subjects": dataset.individuals, "studies": dataset.studies}
    for name, what in (("subjects", "subjects"), ("studies", "imaging studies")):
        if (count := counts.get(name)) is not None:
            if count.kind is not CountKind.WITHHELD:
                yield Size(what, count.value, count.bound, count.kind)
        elif bare[name] is not None:
            yield Size(what, bare[name], None, None)
