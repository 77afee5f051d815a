"""What a visitor looks for, whole in the address: a link to it shows the same to anyone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from caimera.hub.catalogue.facets import FACETS, LONGEST_KEY

SIZES = (10, 25, 50, 100)
LONGEST_TEXT = 200
MOST_VALUES = 100
"""Values of one facet that may be chosen."""
MOST_SUBJECTS = 10**12
MOST_YEARS = 150
MOST_PAGES = 100_000
BOUNDS: Mapping[str, int] = MappingProxyType(
    {"least": MOST_SUBJECTS, "most": MOST_SUBJECTS, "youngest": MOST_YEARS, "oldest": MOST_YEARS}
)
"""The names of all bounds, each with the largest number it may be."""


class Sort(StrEnum):
    """The order of what was found."""

    RELEVANCE = "relevance"
    TITLE = "title"
    MOST_SUBJECTS = "most-subjects"
    FEWEST_SUBJECTS = "fewest-subjects"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Query:
    """The values chosen in each facet (any of them), all facets together, words, ranges.

    `least` and `most` bound the number of subjects. `youngest` and `oldest`, in years, ask for datasets with
    subjects of such an age, as far as their records tell.
    """

    text: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    least: int | None = None
    most: int | None = None
    youngest: int | None = None
    oldest: int | None = None
    sort: Sort = Sort.RELEVANCE
    size: int = SIZES[1]
    page: int = 1
    problems: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Sentences by the field that could not be read and was left out."""

    @property
    def narrowed(self) -> bool:
        """Whether anything is asked for at all."""
        return bool(self.text or self.chosen or self.ranges)

    @property
    def ranges(self) -> Mapping[str, int]:
        """The bounds that are given, by their names."""
        given = {name: getattr(self, name) for name in BOUNDS}
        return {name: bound for name, bound in given.items() if bound is not None}

    def without(self, name: str, key: str) -> Query:
        """The same with one value less."""
        left = tuple(each for each in self.chosen.get(name, ()) if each != key)
        chosen = {**self.chosen, name: left}
        return replace(self, chosen={each: keys for each, keys in chosen.items() if keys}, page=1)

    def only(self, **changes: Any) -> Query:
        """The same but for some of it, from the first page."""
        return replace(self, page=1, **changes)

    def at(self, page: int) -> Query:
        """The same on another page."""
        return replace(self, page=page)

    @property
    def address(self) -> str:
        """The query string, without what is as usual."""
        pairs: list[tuple[str, Any]] = [("text", self.text)] if self.text else []
        pairs += [(name, key) for name, keys in self.chosen.items() for key in keys]
        usual = Query()
        pairs += [
            (name, getattr(self, name))
            for name in (*BOUNDS, "sort", "size", "page")
            if getattr(self, name) != getattr(usual, name)
        ]
        return urlencode(pairs)


def read(data: QueryDict) -> Query:
    """The query an address or form says; what cannot be read is left out and told in `problems`."""
    problems: dict[str, str] = {}
    bounds = {name: _number(data, name, problems) for name in BOUNDS}
    for low, high in (("least", "most"), ("youngest", "oldest")):
        if (from_ := bounds[low]) is not None and (to := bounds[high]) is not None and from_ > to:
            problems[high] = _("The largest number is below the smallest. Change one of them.")
            bounds[high] = None
    chosen = {facet.name: _keys(data.getlist(facet.name)) for facet in FACETS}
    return Query(
        text=data.get("text", "").replace("\x00", "").strip()[:LONGEST_TEXT],
        chosen={name: keys for name, keys in chosen.items() if keys},
        **bounds,
        sort=_sort(data.get("sort", "")),
        size=size if (size := _whole(data.get("size", ""))) in SIZES else Query().size,
        page=min(max(_whole(data.get("page", "")), 1), MOST_PAGES),
        problems=problems,
    )


def _keys(given: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key[:LONGEST_KEY] for key in given if key))[:MOST_VALUES]


def _number(data: QueryDict, name: str, problems: dict[str, str]) -> int | None:
    if not (text := data.get(name, "").strip()):
        return None
    if not (text.isascii() and text.isdecimal()) or int(text[:20]) > BOUNDS[name]:
        problems[name] = _("Write a whole number up to %d, or nothing.") % BOUNDS[name]
        return None
    return int(text)


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


def _sort(text: str) -> Sort:
    return Sort(text) if text in set(Sort) else Sort.RELEVANCE
