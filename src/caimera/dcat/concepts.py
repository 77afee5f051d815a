"""The lists of concepts the profile chooses from, and the way between them and the vocabulary."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from caimera.dcat.names import PREFIXES
from caimera.vocabulary import VOCABULARY, Value, Variable

_EUCAIM = PREFIXES["eucaim"]


@dataclass(frozen=True, slots=True)
class Concept:
    """One entry of a list: its address, its label, and what it means to a reader."""

    scheme: str
    code: str
    iri: str
    label: str
    words: str


@cache
def concepts() -> Mapping[str, Concept]:
    """Every concept by its address, lists in their own order."""
    text = files("caimera.dcat").joinpath("data", "concepts.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), strict=True)
    return MappingProxyType({row["iri"]: Concept(**row) for row in rows})


def listed(scheme: str) -> tuple[Concept, ...]:
    """The concepts of a list: tier, dataset_type, collection_method, access_condition, access_right,
    health_category, data_use or cancer_condition. Raises KeyError on others."""
    found = tuple(concept for concept in concepts().values() if concept.scheme == scheme)
    if not found:
        raise KeyError(scheme)
    return found


def iri_of(value: Value) -> str | None:
    """A vocabulary value as a concept of EUCAIM's hyper-ontology, None where it has none."""
    codes = (coding.code for coding in value.codes if coding.system == "EUCAIM")
    return next((_EUCAIM + code for code in codes), None)


def values_of(variable: str, iris: Iterable[str]) -> Iterator[Value]:
    """The vocabulary values some concepts stand for, those left out that it does not know."""
    known = _by_iri(VOCABULARY.variable(variable).name)
    return (known[iri] for iri in iris if iri in known)


@cache
def _by_iri(name: str) -> Mapping[str, Value]:
    variable: Variable = VOCABULARY.variable(name)
    pairs = (
        (_EUCAIM + coding.code, value)
        for value in variable.values
        for coding in value.codes
        if coding.system == "EUCAIM"
    )
    return MappingProxyType(dict(pairs))


def label_of(iri: str) -> str:
    """What a concept is called, from the lists or the vocabulary; its last part where neither knows it."""
    if (concept := concepts().get(iri)) is not None:
        return concept.label
    for variable in VOCABULARY.variables:
        if (value := _by_iri(variable.name).get(iri)) is not None:
            return value.label
    return iri.rstrip("/#").rpartition("#")[2].rpartition("/")[2] or iri
