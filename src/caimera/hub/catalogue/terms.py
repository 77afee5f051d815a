"""Terms of use of several datasets side by side: what binds all the work, what cannot go together, and why.

The terms are those of the Data Use Ontology in EUCAIM's list, and Creative Commons licences, as the facet of
terms keys them. What is said here helps a person to see; the holder's own words decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Generic, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from caimera.vocabulary import VOCABULARY

DISEASE, HEALTH = "DUO_0000007", "DUO_0000006"
ORIGINS_ONLY, NO_ORIGINS = "DUO_0000011", "DUO_0000044"
NO_METHODS, GENETIC = "DUO_0000015", "DUO_0000016"
NON_COMMERCIAL, NOT_FOR_PROFIT, NEITHER = "DUO_0000046", "DUO_0000045", "DUO_0000018"
PUBLISH, MORATORIUM = "DUO_0000019", "DUO_0000024"

_LIMITS: Mapping[str, str | Promise] = MappingProxyType(
    {
        NON_COMMERCIAL: _("No commercial use. Work that uses all of these together stays non-commercial."),
        NEITHER: _("Only not-for-profit organisations, without commercial purpose."),
        NOT_FOR_PROFIT: _("Only not-for-profit organisations may use it."),
        DISEASE: _("Only research on the disease the dataset was collected for."),
        HEALTH: _("Only research on health or medicine, not on ancestry."),
        NO_METHODS: _("Not for developing methods in general: an algorithm must serve a named disease."),
        GENETIC: _("Only genetic studies."),
        ORIGINS_ONLY: _("Only research on ancestry or population origins."),
        NO_ORIGINS: _("Not for research on ancestry or population origins."),
        "DUO_0000022": _("Only within the regions the holder names."),
        "DUO_0000028": _("Only by institutions the holder approved."),
        "DUO_0000027": _("Only within projects the holder approved."),
        "DUO_0000026": _("Only by persons the holder approved."),
        "DUO_0000025": _("Only for the time the holder names; then it ends."),
        "DUO_0000012": _("Only research of the kinds the holder names."),
    }
)
_DUTIES: Mapping[str, str | Promise] = MappingProxyType(
    {
        "DUO_0000021": _(
            "An ethics committee approves the work first. Have its decision at hand when you ask."
        ),
        "DUO_0000020": _("The holder takes part in the work. Write to them before you plan."),
        PUBLISH: _("Results are made available to all."),
        MORATORIUM: _("Nothing is published before the date the holder names."),
        "DUO_0000029": _("What you derive, such as annotations, is given back to the holder."),
    }
)


class Use(StrEnum):
    """What somebody may mean to do."""

    COMMERCIAL = "commercial"
    METHODS = "methods"
    ANCESTRY = "ancestry"
    DERIVE = "derive"


USES: Mapping[Use, str | Promise] = MappingProxyType(
    {
        Use.COMMERCIAL: _("Commercial work, such as a product"),
        Use.METHODS: _("Methods in general, such as training an algorithm for no one disease"),
        Use.ANCESTRY: _("Research on ancestry or population origins"),
        Use.DERIVE: _("Sharing what I derive, such as annotations"),
    }
)

_CREATIVE = "CC-BY-"


def _forbidding(use: Use) -> Callable[[str], bool]:
    codes = {
        Use.COMMERCIAL: {NON_COMMERCIAL, NOT_FOR_PROFIT, NEITHER},
        Use.METHODS: {NO_METHODS, DISEASE},
        Use.ANCESTRY: {NO_ORIGINS, HEALTH, DISEASE},
        Use.DERIVE: set[str](),
    }[use]
    letter = {Use.COMMERCIAL: "NC", Use.DERIVE: "ND"}.get(use)
    return lambda key: key in codes or bool(letter and letter in _licence(key))


def _licence(key: str) -> tuple[str, ...]:
    """The conditions of a Creative Commons licence: `CC-BY-NC-4.0` -> BY, NC, 4.0."""
    return tuple(key.split("-")[1:]) if key.startswith(_CREATIVE) else ()


Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Bound(Generic[Thing]):
    """A dataset with its terms and conditions, by the keys of their facets."""

    dataset: Thing
    terms: frozenset[str]
    conditions: frozenset[str]

    @classmethod
    def of(cls, dataset: Thing, facets: Mapping[str, Sequence[str]]) -> Bound[Thing]:
        """From the facets of a record."""
        return cls(dataset, frozenset(facets.get("terms", ())), frozenset(facets.get("condition", ())))


@dataclass(frozen=True, slots=True)
class Caution(Generic[Thing]):
    """A sentence, and the datasets it is said of."""

    sentence: str | Promise
    datasets: tuple[Thing, ...]


@dataclass(frozen=True, slots=True)
class Terms(Generic[Thing]):
    """What the terms of several datasets mean for work that uses them together."""

    conflicts: Sequence[Caution[Thing]]
    """What cannot go together, or not with what somebody means to do."""
    limits: Sequence[Caution[Thing]]
    duties: Sequence[Caution[Thing]]
    silent: Sequence[Thing]
    """Datasets whose records say nothing of terms."""


def together(datasets: Sequence[Bound[Thing]], uses: Iterable[Use] = ()) -> Terms[Thing]:
    """What the terms of these datasets say side by side, and of what somebody means to do with them."""
    return Terms(
        conflicts=[*_between(datasets), *_with_uses(datasets, uses)],
        limits=[*_said(datasets, _LIMITS), *_licensed(datasets)],
        duties=_said(datasets, _DUTIES),
        silent=[one.dataset for one in datasets if not one.terms],
    )


def _said(datasets: Sequence[Bound[Thing]], sentences: Mapping[str, str | Promise]) -> list[Caution[Thing]]:
    pairs = ((sentence, _with(datasets, code)) for code, sentence in sentences.items())
    return [Caution(sentence, having) for sentence, having in pairs if having]


def _with(datasets: Sequence[Bound[Thing]], *codes: str) -> tuple[Thing, ...]:
    return tuple(one.dataset for one in datasets if one.terms.intersection(codes))


_LETTERS: Mapping[str, str | Promise] = MappingProxyType(
    {
        "NC": _("The licence allows no commercial use."),
        "ND": _("The licence does not allow what you derive to be shared."),
        "SA": _("The licence asks that what you derive is shared under the same licence."),
    }
)


def _licensed(datasets: Sequence[Bound[Thing]]) -> list[Caution[Thing]]:
    pairs = (
        (
            sentence,
            tuple(one.dataset for one in datasets if any(letter in _licence(key) for key in one.terms)),
        )
        for letter, sentence in _LETTERS.items()
    )
    return [Caution(sentence, having) for sentence, having in pairs if having]


_PAIRS: tuple[tuple[tuple[str, ...], tuple[str, ...], str | Promise], ...] = (
    (
        (ORIGINS_ONLY,),
        (NO_ORIGINS, HEALTH),
        _("Some may be used for research on ancestry alone, others not for it at all: no work may use both."),
    ),
    (
        (GENETIC,),
        (HEALTH, DISEASE),
        _("Some may be used for genetic studies alone: work with the others must be a genetic study, too."),
    ),
    (
        (PUBLISH,),
        (MORATORIUM,),
        _("Some ask that results are published, others that nothing is before a date: agree on the date."),
    ),
)


def _between(datasets: Sequence[Bound[Thing]]) -> list[Caution[Thing]]:
    found = [
        Caution(sentence, tuple(dict.fromkeys((*one, *other))))
        for some, others, sentence in _PAIRS
        if (one := _with(datasets, *some)) and (other := _with(datasets, *others)) and set(one) != set(other)
    ]
    limited = [one for one in datasets if DISEASE in one.terms and one.conditions]
    if len(limited) > 1 and not frozenset.intersection(*(_kinds(one.conditions) for one in limited)):
        sentence = _("Each is for research on its own disease, and no disease is in all: ask for them apart.")
        found.append(Caution(sentence, tuple(one.dataset for one in limited)))
    return found


def _kinds(conditions: Iterable[str]) -> frozenset[str]:
    """Conditions with all that are kinds of them; those the vocabulary does not know stand for themselves."""
    variable = VOCABULARY.variable("condition")
    known = {value.name for value in variable.values}
    return frozenset(
        name
        for key in conditions
        for name in ((value.name for value in variable.narrower(key)) if key in known else (key,))
    )


def _with_uses(datasets: Sequence[Bound[Thing]], uses: Iterable[Use]) -> list[Caution[Thing]]:
    sentences = {
        Use.COMMERCIAL: _("These do not allow commercial work."),
        Use.METHODS: _("These do not allow methods in general: name the disease the method is for."),
        Use.ANCESTRY: _("These do not allow research on ancestry."),
        Use.DERIVE: _("These do not allow what you derive to be shared."),
    }
    pairs = (
        (sentences[use], tuple(one.dataset for one in datasets if any(map(_forbidding(use), one.terms))))
        for use in dict.fromkeys(uses)
    )
    return [Caution(sentence, having) for sentence, having in pairs if having]
