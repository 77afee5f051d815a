"""Datasets side by side: what each says to the same property, and where they differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caimera.dcat import Computed, Dataset, figures_of
from caimera.hub.catalogue import words
from caimera.hub.catalogue.labels import LABELS
from caimera.hub.catalogue.models import Record
from caimera.hub.catalogue.numbers import number_in_words
from caimera.hub.catalogue.queries import visible_records
from caimera.hub.catalogue.reading import parsed
from caimera.hub.catalogue.tiers import offer_of, tier_of
from caimera.web.identifiers import uuid_of

MOST = 4
"""Datasets side by side."""

_FIELDS = (
    "condition",
    "sex",
    "minimum_age",
    "maximum_age",
    "modality",
    "body_part",
    "manufacturer",
    "acquired",
    "segmentation_label",
    "spatial",
    "type",
    "collection_method",
    "access_rights",
)
_COUNTED = (
    ("subjects", gettext_lazy("Subjects")),
    ("studies", gettext_lazy("Imaging studies")),
    ("segmented_studies", gettext_lazy("Studies with a segmentation")),
)
_COMPLETE = ("sex", "age_at_diagnosis", "body_part", "manufacturer")


@dataclass(frozen=True, slots=True)
class Cell:
    """What one dataset says: its values, none where it says nothing; `only` those no other has."""

    title: str
    values: tuple[str, ...]
    only: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Line:
    """One property over all datasets."""

    label: str | Promise
    cells: tuple[Cell, ...]

    @property
    def differs(self) -> bool:
        """Whether not all say the same."""
        return len({frozenset(cell.values) for cell in self.cells}) > 1


@dataclass(frozen=True, slots=True)
class Compared:
    """Some datasets, in the order they were chosen, and every line about them."""

    records: tuple[Record, ...]
    lines: tuple[Line, ...]

    @property
    def differing(self) -> int:
        """How many properties differ."""
        return sum(line.differs for line in self.lines)


def chosen(ids: Sequence[str]) -> tuple[tuple[Record, ...], bool]:
    """The records chosen, each once, at most `MOST`; and whether some of what was asked for is left out."""
    wanted = list(dict.fromkeys(one for one in map(uuid_of, ids) if one is not None))
    found = visible_records().select_related("source__node").in_bulk(wanted[:MOST])
    records = tuple(found[one] for one in wanted[:MOST] if one in found)
    return records, len(records) < len(dict.fromkeys(ids))


def compare(records: Sequence[Record], now: datetime) -> Compared:
    """Every line of some records."""
    sides = [_said(record, now) for record in records]
    labels = list(dict.fromkeys(label for side in sides for label in side))
    titles = [record.title for record in records]
    lines = (_line(label, titles, [side.get(label, ()) for side in sides]) for label in labels)
    return Compared(tuple(records), tuple(line for line in lines if any(cell.values for cell in line.cells)))


def _line(label: str | Promise, titles: Sequence[str], values: Sequence[tuple[str, ...]]) -> Line:
    cells = []
    for place, (title, own) in enumerate(zip(titles, values, strict=True)):
        elsewhere = {value for other, those in enumerate(values) if other != place for value in those}
        cells.append(Cell(title, own, frozenset(own) - elsewhere))
    return Line(label, tuple(cells))


def _said(record: Record, now: datetime) -> dict[str | Promise, tuple[str, ...]]:
    graph, dataset = parsed(record.turtle, record.pk)
    return {
        **dict(_who(record, dataset, now)),
        **{label: (number_in_words(record, name),) for name, label in _COUNTED},
        **dict(_what(dataset)),
        **dict(_complete(figures_of(graph, dataset.id or ""))),
        **dict(_terms(dataset)),
    }


_Said = Iterator[tuple[str | Promise, tuple[str, ...]]]


def _who(record: Record, dataset: Dataset, now: datetime) -> _Said:
    yield _("Provider"), (record.provider,) if record.provider else ()
    yield LABELS["version"], (record.version,) if record.version else ()
    yield LABELS["tier"], (tier_of(dataset.tier or "", offer_of(record.source.node, now).tier).label,)


def _what(dataset: Dataset) -> _Said:
    lines = {line.label: line for group in words.in_words(dataset) for line in group.lines}
    for name in _FIELDS:
        line = lines.get(LABELS[name])
        yield LABELS[name], tuple(value.text for value in line.values) if line else ()


def _complete(computed: Computed | None) -> _Said:
    for name in _COMPLETE:
        facet = computed.facet(name) if computed else None
        label = _("Complete: %s") % LABELS.get(name, name.replace("_", " ").capitalize())
        known = facet is not None and facet.completeness is not None
        yield label, (f"{facet.completeness} %",) if facet and known else ()


def _terms(dataset: Dataset) -> _Said:
    ways = words.access(dataset)
    yield _("What may be done"), tuple(said.text for way in ways for said in way.conditions)
    terms = (said.text for way in ways for said in (*way.terms, *filter(None, [way.licence])))
    yield _("Terms of use"), tuple(dict.fromkeys(terms))
