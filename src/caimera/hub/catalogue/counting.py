"""A facet's values with their counts, in the order people read them: kinds below what they are kinds of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from caimera.hub.catalogue.facets import NOT_RECORDED, Facet
from caimera.hub.catalogue.filters import Query

_GLANCE = 12


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a facet: how many results it would leave, and whether it is chosen.

    `within` is the nearest value shown that it is a kind of, `depth` how many of those are above it; `kinds`
    is how many are below, which are counted and found with it, `parts` whether they are parts of it.
    """

    key: str
    label: str
    count: int
    chosen: bool
    within: str = ""
    depth: int = 0
    kinds: int = 0
    parts: bool = False

    @property
    def words(self) -> str:
        """What it is called, what is counted with it, and the number."""
        if not self.kinds:
            return f"{self.label} ({self.count:,})"
        if self.parts:
            said = ngettext("%(label)s, with %(kinds)d part", "%(label)s, with %(kinds)d parts", self.kinds)
        else:
            said = ngettext("%(label)s, with %(kinds)d kind", "%(label)s, with %(kinds)d kinds", self.kinds)
        return f"{said % {'label': self.label, 'kinds': self.kinds}} ({self.count:,})"


@dataclass(frozen=True, slots=True)
class FacetCounts:
    """A facet with its values: by number, then by name, or in their own order; kinds below their kind."""

    name: str
    title: str | Promise
    values: Sequence[Value]

    @property
    def long(self) -> bool:
        """Whether its values are more than one sees at a glance."""
        return len(self.values) > _GLANCE

    @property
    def options(self) -> Sequence[tuple[str, str, bool, int]]:
        """The values as boxes to tick: key, words with the number, whether it is ticked, how far below."""
        return [(value.key, value.words, value.chosen, value.depth) for value in self.values]

    @property
    def chosen(self) -> int:
        """How many values are chosen."""
        return sum(value.chosen for value in self.values)


def facet_counts(facet: Facet, counts: Mapping[str, int], query: Query) -> FacetCounts:
    """A facet's values with their counts; a chosen value stays in sight though nothing is left of it."""
    chosen = query.chosen.get(facet.name, ())
    keys = dict.fromkeys((*counts, *chosen))
    values = [
        Value(
            key,
            label_of(facet, key),
            counts.get(key, 0),
            key in chosen,
            within=_nearest(facet, key, keys),
            parts=facet.parts,
        )
        for key in keys
    ]
    order = {key: place for place, key in enumerate(facet.ordered)}
    values.sort(
        key=lambda one: (one.key == NOT_RECORDED, order.get(one.key, len(order)), -one.count, one.label)
    )
    return FacetCounts(facet.name, facet.title, _nested(values))


def _nearest(facet: Facet, key: str, shown: Mapping[str, None]) -> str:
    return next((broader for broader in facet.broader(key) if broader in shown), "")


def _nested(values: Sequence[Value]) -> Sequence[Value]:
    """Each value with its kinds below it, all else in the order it came."""
    if not any(value.within for value in values):
        return values
    below: defaultdict[str, list[Value]] = defaultdict(list)
    for value in values:
        below[value.within].append(value)

    def under(key: str, depth: int) -> Iterator[Value]:
        for value in below[key]:
            kinds = list(under(value.key, depth + 1))
            yield replace(value, depth=depth, kinds=len(kinds))
            yield from kinds

    return list(under("", 0))


def label_of(facet: Facet, key: str) -> str:
    """What a value is called."""
    return str(_("Not recorded")) if key == NOT_RECORDED else str(facet.label(key))
