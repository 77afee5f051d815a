"""Where a description contradicts itself or its data, in sentences for the data holder."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from caimera.dcat.computed import Computed
from caimera.dcat.concepts import label_of, values_of
from caimera.dcat.dataset import Dataset
from caimera.dcat.described import Described, said
from caimera.dcat.figures import figures_of
from caimera.dcat.graph import Graph
from caimera.dcat.parts import Moment, Period, Text
from caimera.protocol.messages import Count, CountKind
from caimera.vocabulary import VOCABULARY, fold

CLOSE = 0.1
"""Typed and computed numbers that differ by a tenth or less count as the same."""
_SPREAD = 5
"""Times 1/epsilon: noise, with rounding, is wider in less than one number of a hundred."""


class Kind(StrEnum):
    """What sort of contradiction it is."""

    DRIFT = "drift"
    IMPLAUSIBLE = "implausible"


@dataclass(frozen=True, slots=True)
class Finding:
    """A contradiction: the field it is about, and a sentence that says both sides."""

    kind: Kind
    field: str
    sentence: str


def findings(described: Described) -> tuple[Finding, ...]:
    """Every contradiction in a description; the data's own numbers appear only as far as they may be told."""
    found = [Finding(Kind.IMPLAUSIBLE, *each) for each in _implausible(described.typed)]
    if described.computed is not None:
        found += [Finding(Kind.DRIFT, *each) for each in _drift(described.typed, described.computed)]
        published = [Finding(Kind.IMPLAUSIBLE, *each) for each in _implausible(described.published())]
        found += [each for each in published if each not in found]
    return tuple(found)


def findings_in(graph: Graph, dataset: Dataset) -> tuple[Finding, ...]:
    """Every contradiction in a record that carries its figures: between those and its properties, too."""
    return findings(Described(dataset, figures_of(graph, dataset.id) if dataset.id else None))


_Sentences = Iterator[tuple[str, str]]


def _drift(typed: Dataset, computed: Computed) -> _Sentences:
    noise = _SPREAD / computed.protection.epsilon if computed.protection else 0
    wider = noise * (computed.studies_clip or 1)
    for field, what, count, spread in (
        ("individuals", "people", computed.subjects, noise),
        ("studies", "imaging studies", computed.studies, wider),
        ("segmented_studies", "studies with a segmentation", computed.segmented_studies, wider),
    ):
        yield from _number_drift(field, what, getattr(typed, field), count, spread)
    data = said(computed)
    for field in ("sex", "modality", "manufacturer", "body_part"):
        yield from _value_drift(field, getattr(typed, field), data[field], complete=computed.policy == "open")
    for field, word in (("minimum_age", "lowest"), ("maximum_age", "highest")):
        yield from _age_drift(field, word, getattr(typed, field), data[field])
    if typed.condition and data["condition"] and typed.condition != data["condition"]:
        told, held = label_of(typed.condition), label_of(data["condition"])
        yield "condition", f"The description says {told}, the data say {held}."


def _number_drift(field: str, what: str, typed: int | None, computed: Count, spread: float) -> _Sentences:
    if typed is None:
        return
    if computed.kind is CountKind.FEWER_THAN and computed.bound is not None and typed >= 2 * computed.bound:
        yield field, f"The description says {typed:,} {what}, the data hold fewer than {computed.bound}."
    if computed.value is None:
        return
    allowed = max(CLOSE * computed.value, spread)
    if abs(typed - computed.value) > allowed:
        about = "" if computed.kind is CountKind.EXACT else "about "
        yield field, f"The description says {typed:,} {what}, the data hold {about}{computed.value:,}."


def _value_drift(field: str, typed: tuple[str, ...], data: tuple[str, ...], *, complete: bool) -> _Sentences:
    """Only an open dataset's data are known to lack a value: of others small groups are not told."""
    what = field.replace("_", " ")
    if not typed or not data:
        return
    for iri in data:
        if iri not in typed:
            yield field, f"The data hold {what} {label_of(iri)}, the description does not say so."
    for iri in typed if complete else ():
        if iri not in data:
            yield field, f"The description says {what} {label_of(iri)}, the data hold none."


def _age_drift(field: str, word: str, typed: int | None, data: int | None) -> _Sentences:
    if typed is not None and data is not None and abs(typed - data) > 5:
        yield field, f"The description says {typed} years for the {word} age, the data say {data}."


def _implausible(dataset: Dataset) -> _Sentences:
    for check in _CHECKS:
        yield from check(dataset)


def _counts(dataset: Dataset) -> _Sentences:
    people, studies, segmented = dataset.individuals, dataset.studies, dataset.segmented_studies
    if _above(people, studies):
        sentence = (
            f"There are {people:,} people and {studies:,} imaging studies: each person has at least one."
        )
        yield "studies", sentence
    if _above(segmented, studies):
        yield (
            "segmented_studies",
            f"There are {segmented:,} studies with a segmentation, of {studies:,} studies.",
        )


def _ages(dataset: Dataset) -> _Sentences:
    if _above(dataset.minimum_age, dataset.maximum_age):
        yield (
            "minimum_age",
            f"The lowest age, {dataset.minimum_age}, is above the highest, {dataset.maximum_age}.",
        )
    for field in ("minimum_age", "maximum_age"):
        if _above(age := getattr(dataset, field), 130):
            yield field, f"Nobody is {age} years old; ages are given in years."


def _dates(dataset: Dataset) -> _Sentences:
    if _later(dataset.issued, dataset.modified):
        yield "modified", "The last change is dated before the publication."
    periods: list[tuple[str, Period]] = [("acquired", period) for period in dataset.acquired]
    periods += [("retention", dataset.retention)] if dataset.retention else []
    for field, period in periods:
        if _later(period.start, period.end):
            yield field, f"The period of {field.replace('acquired', 'acquisition')} ends before it starts."


def _sites(dataset: Dataset) -> _Sentences:
    """A cancer and the body parts it is imaged in."""
    held = {value.name for value in values_of("body_part", dataset.body_part)}
    for name, label in _cancers(dataset):
        expected = _plausible().get(name)
        if held and expected and not held & expected:
            parts = ", ".join(sorted(label_of(iri) for iri in dataset.body_part))
            yield "body_part", f"The dataset is about {label}, but its images show {parts}."


def _cancers(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """The cancers a dataset is about: by its condition, else by the one organ its title or keywords name."""
    conditions = [dataset.condition] if dataset.condition else []
    coded = [(value.name, value.label) for value in values_of("condition", conditions)]
    named = _named(dataset.title) or _named(dataset.keyword)
    yield from coded or (named if len(named) == 1 else ())


def _named(texts: Iterable[Text]) -> list[tuple[str, str]]:
    """The organs some texts speak of, as cancers of them; where there are several, no image tells which."""
    words = fold(" ".join(text.value for text in texts)).split()
    return [(name, word) for word, name in _organs().items() if word in words]


def _sexes(dataset: Dataset) -> _Sentences:
    sexes = {value.name for value in values_of("sex", dataset.sex)}
    conditions = values_of("condition", [dataset.condition] if dataset.condition else [])
    for value in conditions:
        wanted = _ONE_SEX.get(value.name)
        if wanted and sexes and wanted not in sexes:
            yield "sex", f"The dataset is about {value.label}, but none of its people is {wanted}."


def _above(value: int | None, limit: int | None) -> bool:
    return value is not None and limit is not None and value > limit


def _later(first: Moment | None, second: Moment | None) -> bool:
    """Whether a moment is surely after another: compared as far as both are known."""
    if first is None or second is None:
        return False
    length = min(_precision(first), _precision(second))
    return first.value[:length] > second.value[:length]


def _precision(moment: Moment) -> int:
    return {"gYear": 4, "gYearMonth": 7}.get(moment.kind, 10)


_CHECKS: tuple[Callable[[Dataset], Any], ...] = (_counts, _ages, _dates, _sites, _sexes)

_ONE_SEX: Mapping[str, str] = MappingProxyType(
    {
        "prostate_cancer": "male",
        "testicular_germ_cell_tumor": "male",
        "ovarian_cancer": "female",
        "cervical_cancer": "female",
        "uterine_cancer": "female",
        "endometrial_carcinoma": "female",
    }
)


@cache
def _plausible() -> Mapping[str, frozenset[str]]:
    """The body parts images of a cancer show, by its name; a kind of a cancer is imaged as that is."""
    text = files("caimera.dcat").joinpath("data", "plausible.csv").read_text(encoding="utf-8")
    rows = {
        row["condition"]: frozenset(row["body_parts"].split()) for row in csv.DictReader(text.splitlines())
    }
    narrower = VOCABULARY.variable("condition").narrower
    return MappingProxyType(
        {kind.name: parts for name, parts in rows.items() for kind in narrower(name)} | rows
    )


@cache
def _organs() -> Mapping[str, str]:
    """The organ in a cancer's name: `lung` says `lung_cancer`."""
    return MappingProxyType(
        {name.removesuffix("_cancer"): name for name in _plausible() if name.count("_") == 1}
    )
