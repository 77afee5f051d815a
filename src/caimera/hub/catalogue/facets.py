"""The fourteen facets of the EUCAIM catalogue: which values a dataset has, and what they are called.

A value's key is short where a vocabulary or list knows it (`MR`, `SPEC1000011`), else it is the address or
the text itself; keys stand in addresses, so they are kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from caimera.dcat import Dataset, concepts, iri_of, label_of, listed
from caimera.dcat.schema_org import words
from caimera.hub.catalogue.places import COUNTRIES
from caimera.vocabulary import VOCABULARY

NOT_RECORDED = "not_recorded"
"""The key of what a record does not say."""

LONGEST_KEY = 300

Keys = Callable[[Dataset], Iterable[str]]
Label = Callable[[str], "str | Promise"]
Broader = Callable[[str], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Facet:
    """One facet: `keys` of a dataset's values, `label` of a key; `ordered` where keys have an order.

    `broader` gives the keys a key is a kind of, or a part where `parts`, the nearest first: who chooses one
    of them means it, too.
    """

    name: str
    title: str | Promise
    keys: Keys
    label: Label
    ordered: tuple[str, ...] = ()
    broader: Broader = lambda key: ()
    parts: bool = False


def keys_of(dataset: Dataset) -> dict[str, list[str]]:
    """The keys of a dataset's values by facet, each once; facets without a value are left out."""
    found = {
        facet.name: [key[:LONGEST_KEY] for key in dict.fromkeys(facet.keys(dataset)) if key]
        for facet in FACETS
    }
    return {name: keys for name, keys in found.items() if keys}


def _coded(name: str, field: str) -> tuple[Keys, Label]:
    """A facet of a vocabulary's values; concepts it does not know are keyed by their address."""

    def keys(dataset: Dataset) -> Iterator[str]:
        given = getattr(dataset, field)
        iris = given if isinstance(given, tuple) else (given,) if given else ()
        return (_names(name).get(iri, iri) for iri in iris)

    return keys, lambda key: _value_label(name, key)


@cache
def _names(name: str) -> Mapping[str, str]:
    """The vocabulary's names by EUCAIM's concepts."""
    pairs = ((iri_of(value), value.name) for value in VOCABULARY.variable(name).values)
    return MappingProxyType({iri: value for iri, value in pairs if iri})


@cache
def _value_label(name: str, key: str) -> str:
    label = _labels(name).get(key) or label_of(key)
    return label[:1].upper() + label[1:]


@cache
def _labels(name: str) -> Mapping[str, str]:
    """Labels by the vocabulary's names. Asked itself, it would look for words alike, which takes 0.1 s."""
    return MappingProxyType({value.name: value.label for value in VOCABULARY.variable(name).values})


def _broader(name: str) -> Broader:
    """What a vocabulary's value is a kind or a part of, at any remove."""
    return lambda key: _above(name).get(key, ())


@cache
def _above(name: str) -> Mapping[str, tuple[str, ...]]:
    parents = {value.name: value.parent for value in VOCABULARY.variable(name).values}

    def above(key: str) -> Iterator[str]:
        while (parent := parents[key]) is not None:
            yield parent
            key = parent

    return MappingProxyType({key: tuple(above(key)) for key in parents})


@cache
def _sites() -> Mapping[str, str]:
    """The vocabulary's names of ICD-O-3's sites, by their codes."""
    pairs = (
        (coding.code, value.name)
        for value in VOCABULARY.variable("topography").values
        for coding in value.codes
        if coding.system == "ICDO3"
    )
    return MappingProxyType(dict(pairs))


def _concepts(scheme: str, iris: Callable[[Dataset], Iterable[str | None]]) -> tuple[Keys, Label]:
    """A facet of a list's concepts. What is in another list is left to the facet of that list."""

    def keys(dataset: Dataset) -> Iterator[str]:
        for iri in iris(dataset):
            if iri and (concept := concepts().get(iri)) is None:
                yield iri
            elif iri and concept is not None and concept.scheme == scheme:
                yield concept.code

    return keys, lambda key: _concept_label(scheme, key)


@cache
def _concept_label(scheme: str, key: str) -> str:
    return next((each.label for each in listed(scheme) if each.code == key), "") or label_of(key)


_ICDO = re.compile(r"ICD-?(?:O|10)\b[^:]{0,12}:\s*(C\d\d(?:\.\d)?)", re.IGNORECASE)


def _topographies(dataset: Dataset) -> Iterator[str]:
    """Sites by ICD-O-3; the codes of ICD-10 say the same of solid tumours, where it has them."""
    codes = (code.upper() for text in dataset.code_values for code in _ICDO.findall(text.value))
    return (_sites()[code] for code in codes if code in _sites())


def _places(dataset: Dataset) -> Iterator[str]:
    for iri in dataset.spatial:
        code = iri.rpartition("/")[2]
        yield code if code in COUNTRIES else iri


_BANDS = (
    (0, "0"),
    (1, "1"),
    (10, "10"),
    (100, "100"),
    (1_000, "1000"),
    (10_000, "10000"),
    (100_000, "100000"),
)
_BAND_LABELS: Mapping[str, str | Promise] = {
    "0": _("None"),
    "1": _("1 to 9 subjects"),
    "10": _("10 to 99 subjects"),
    "100": _("100 to 999 subjects"),
    "1000": _("1,000 to 9,999 subjects"),
    "10000": _("10,000 to 99,999 subjects"),
    "100000": _("100,000 subjects or more"),
}


def _magnitude(dataset: Dataset) -> Iterator[str]:
    if dataset.individuals is not None:
        yield next(key for least, key in reversed(_BANDS) if dataset.individuals >= least)


def provider_of(dataset: Dataset) -> str:
    """Who holds the data, else who publishes them; empty where nobody says."""
    agents = (agent for agent in (dataset.custodian, dataset.publisher) if agent is not None)
    return next((name for agent in agents if (name := words(agent.name))), "")


def rights_of(dataset: Dataset) -> Iterator[str]:
    """The addresses of the conditions and terms its distributions name."""
    for distribution in dataset.distribution:
        yield from (right.id for right in distribution.rights if right.id and not right.id.startswith("_:"))


_ACCESS = "access_condition"


def _access(dataset: Dataset) -> Iterator[str]:
    """Only what is in the list: any other right is a term of use."""
    return (iri for iri in rights_of(dataset) if iri in concepts() and concepts()[iri].scheme == _ACCESS)


def _terms(dataset: Dataset) -> Iterator[str]:
    yield from (iri for iri in rights_of(dataset) if iri in concepts())
    yield from (licence_key(each.licence) for each in dataset.distribution if each.licence)


_CREATIVE = re.compile(r"https?://creativecommons\.org/licenses/([a-z-]+)/(\d\.\d)", re.IGNORECASE)
_SPDX = re.compile(r"https?://spdx\.org/licenses/([A-Za-z0-9.+-]+?)(?:\.html|\.json)?/?$")


def licence_key(iri: str) -> str:
    """A licence by its SPDX identifier where the address tells it, else by its address."""
    if found := _CREATIVE.match(iri):
        return f"CC-{found[1].upper()}-{found[2]}"
    return found[1] if (found := _SPDX.match(iri)) else iri


@lru_cache(maxsize=10_000)
def _term_label(key: str) -> str:
    known = next((each.label for each in listed("data_use") if each.code == key), "")
    return known or ("CC " + key[3:].replace("-", " ") if key.startswith("CC-") else label_of(key))


def _facets() -> Iterator[Facet]:
    yield Facet("condition", _("Condition"), *_coded("condition", "condition"), broader=_broader("condition"))
    yield Facet(
        "topography",
        _("Topography"),
        _topographies,
        lambda key: _value_label("topography", key),
        broader=_broader("topography"),
    )
    yield Facet(
        "body_part",
        _("Body part"),
        *_coded("body_part", "body_part"),
        broader=_broader("body_part"),
        parts=VOCABULARY.variable("body_part").parts,
    )
    yield Facet("place", _("Geographical coverage"), _places, lambda key: COUNTRIES.get(key) or label_of(key))
    yield Facet("type", _("Collection type"), *_concepts("dataset_type", lambda one: one.type))
    yield Facet(
        "method", _("Collection method"), *_concepts("collection_method", lambda one: one.collection_method)
    )
    yield Facet(
        "magnitude",
        _("Order of magnitude"),
        _magnitude,
        lambda key: _BAND_LABELS.get(key, key),
        tuple(_BAND_LABELS),
    )
    yield Facet("sex", _("Sex"), *_coded("sex", "sex"))
    yield Facet("modality", _("Modality"), *_coded("modality", "modality"), broader=_broader("modality"))
    yield Facet(
        "vendor", _("Vendor"), *_coded("manufacturer", "manufacturer"), broader=_broader("manufacturer")
    )
    yield Facet("access", _("Image access type"), *_concepts(_ACCESS, _access))
    yield Facet("provider", _("Provider"), lambda one: [provider_of(one)], lambda key: key)
    term_keys, _label = _concepts("data_use", _terms)
    yield Facet("terms", _("Terms of use"), term_keys, _term_label)
    yield Facet(
        "tier",
        _("Interoperability tier"),
        *_concepts("tier", lambda one: [one.tier]),
        tuple(each.code for each in listed("tier")),
    )


FACETS: tuple[Facet, ...] = tuple(_facets())
FACET: Mapping[str, Facet] = MappingProxyType({facet.name: facet for facet in FACETS})
