"""What the data say, as statements of a record: every number with how it is to be read.

EUCAIM's own properties hold bare numbers. Beside them a record carries what was computed, of which they are
part: the kind of each number (`protocol.CountKind`), the rules protected ones were made under, how many
subjects have each value, and the completeness of each variable, as quality measurements (W3C DQV). Nothing
is said here that `Computed` does not hold, so nothing that its dataset's policy keeps back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any, ClassVar
from uuid import UUID

from pyoxigraph import NamedNode, Triple

from caimera.dcat.computed import Computed, Facet, Share
from caimera.dcat.dataset import Record
from caimera.dcat.describing import share_of
from caimera.dcat.errors import DcatError
from caimera.dcat.graph import Graph, Subject
from caimera.dcat.mapping import record_of, triples
from caimera.dcat.names import expand, term
from caimera.dcat.properties import Form, Thing, prop
from caimera.protocol.messages import Count, CountKind, Protection
from caimera.vocabulary import VOCABULARY, Kind, Variable

TOLD_BY_VALUE = (
    "sex",
    "age_at_diagnosis",
    "age_at_imaging",
    "modality",
    "body_part",
    "manufacturer",
    "year_of_imaging",
)
"""The variables whose values a record counts one by one; of the others it tells the completeness."""
_COMPLETENESS = expand("caimera:completeness")
_COUNTED = ("subjects", "studies", "series", "segmented_studies")
_NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted(Thing):
    """A number, how it is to be read (exact, rounded, fewer_than, withheld), its rounding or its bound."""

    CLASS: ClassVar[str] = "caimera:Count"

    of: str | None = prop("caimera:counts", "0..1 C", Form.PLAIN)
    kind: str | None = prop("caimera:kind", "1..1 M", Form.PLAIN)
    value: int | None = prop("rdf:value", "0..1 C", Form.NUMBER)
    step: int | None = prop("caimera:step", "0..1 C", Form.NUMBER)
    bound: int | None = prop("caimera:bound", "0..1 C", Form.NUMBER)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedFacet(Thing):
    """A variable of the search vocabulary: how many subjects have any value, and how many each.

    `share` is `name=number`: a value by its name, or the first year of a band, exact of an open dataset, of
    a protected one rounded to the `step` of all figures. With a thing for each, records would be thrice as
    long.
    """

    CLASS: ClassVar[str] = "dqv:QualityMeasurement"

    variable: str | None = prop("caimera:variable", "1..1 M", Form.PLAIN)
    metric: str | None = prop("dqv:isMeasurementOf", "0..1 R", Form.IRI)
    completeness: int | None = prop("dqv:value", "0..1 R", Form.NUMBER)
    kind: str | None = prop("caimera:kind", "1..1 M", Form.PLAIN)
    value: int | None = prop("rdf:value", "0..1 C", Form.NUMBER)
    step: int | None = prop("caimera:step", "0..1 C", Form.NUMBER)
    bound: int | None = prop("caimera:bound", "0..1 C", Form.NUMBER)
    lowest: int | None = prop("caimera:lowest", "0..1 O", Form.NUMBER)
    highest: int | None = prop("caimera:highest", "0..1 O", Form.NUMBER)
    share: tuple[str, ...] = prop("caimera:share", "0..n O", Form.PLAIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals(Record):
    """Of the figures, the numbers of a dataset as a whole."""

    CLASS: ClassVar[str] = "caimera:Figures"

    count: tuple[Counted, ...] = prop("caimera:count", "1..n M", Counted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures(Record):
    """What was computed from one version of a dataset; minimum, step and epsilon of protected ones."""

    CLASS: ClassVar[str] = "caimera:Figures"

    version: str | None = prop("dcat:version", "1..1 M", Form.PLAIN)
    policy: str | None = prop("caimera:policy", "1..1 M", Form.PLAIN)
    minimum: int | None = prop("caimera:minimum", "0..1 C", Form.NUMBER)
    step: int | None = prop("caimera:step", "0..1 C", Form.NUMBER)
    epsilon: Decimal | None = prop("caimera:epsilon", "0..1 C", Form.DECIMAL)
    studies_clip: int | None = prop("caimera:studiesClip", "0..1 C", Form.NUMBER)
    size: int | None = prop("dcat:byteSize", "0..1 O", Form.NUMBER)
    count: tuple[Counted, ...] = prop("caimera:count", "1..n M", Counted)
    facet: tuple[CountedFacet, ...] = prop("caimera:facet", "0..n O", CountedFacet)


def figures(computed: Computed, about: str) -> tuple[Triple, ...]:
    """Statements for the `extra` of the record at `about`; the same of the same `computed`."""
    here = NamedNode(f"{about}#figures")
    said = tuple(triples(_figures(computed, about)))
    measured = (
        Triple(NamedNode(about), term("dqv:hasQualityMeasurement"), each.subject)
        for each in said
        if each.predicate == term("dqv:isMeasurementOf")
    )
    return (Triple(NamedNode(about), term("caimera:figures"), here), *measured, *said)


def _figures(computed: Computed, about: str) -> Figures:
    rules = computed.protection
    return Figures(
        id=f"{about}#figures",
        version=computed.version,
        policy=computed.policy,
        minimum=rules.minimum if rules else None,
        step=rules.step if rules else None,
        epsilon=Decimal(str(rules.epsilon)) if rules else None,
        studies_clip=computed.studies_clip,
        size=computed.size,
        count=tuple(_counted(getattr(computed, name), name) for name in _COUNTED),
        facet=tuple(_facet(each, about) for each in computed.facets),
    )


def _facet(facet: Facet, about: str) -> CountedFacet:
    known, recorded = facet.completeness is not None, facet.recorded
    told = facet.shares if facet.variable in TOLD_BY_VALUE else ()
    return CountedFacet(
        id=f"{about}#of-{facet.variable}",
        variable=facet.variable,
        metric=_COMPLETENESS if known else None,
        completeness=facet.completeness,
        kind=recorded.kind.value,
        value=recorded.value,
        step=recorded.step,
        bound=recorded.bound,
        lowest=facet.lowest,
        highest=facet.highest,
        share=tuple(f"{_name(each)}={each.subjects.value}" for each in told),
    )


def _name(share: Share) -> str:
    return share.name if share.first is None else str(share.first)


def _counted(count: Count, of: str | None = None) -> Counted:
    return Counted(of=of, kind=count.kind.value, value=count.value, step=count.step, bound=count.bound)


def figures_of(graph: Graph, about: Subject | str) -> Computed | None:
    """What a record says was computed, read back; None where it says nothing that can be relied on.

    The record may be a guest's: variables and values the vocabulary does not know are left out, labels come
    from the vocabulary alone.
    """
    if (found := _told_at(graph, about)) is None:
        return None
    try:
        return _computed(record_of(graph, found, Figures, whole=False).record)
    except (DcatError, ValueError, TypeError):
        return None


def counts_of(graph: Graph, about: str) -> Mapping[str, Count]:
    """The totals of `figures_of` alone, by what they count, in a tenth of the time; empty likewise."""
    if (found := _told_at(graph, about)) is None:
        return {}
    try:
        return _counts(record_of(graph, found, Totals, whole=False).record.count)
    except (DcatError, ValueError, TypeError):
        return {}


def _told_at(graph: Graph, about: Subject | str) -> NamedNode | None:
    """Where the figures of a record are; one without an address has none."""
    if isinstance(about, str) and about.startswith("_:"):
        return None
    subject = NamedNode(about) if isinstance(about, str) else about
    found = next(iter(graph.values(subject, term("caimera:figures"))), None)
    return found if isinstance(found, NamedNode) else None


def _counts(said: tuple[Counted, ...]) -> dict[str, Count]:
    """Each of the totals, withheld where nothing is said. Raises ValueError."""
    told = {each.of: _count(each) for each in said if each.of in _COUNTED}
    return {name: told.get(name) or Count(kind=CountKind.WITHHELD) for name in _COUNTED}


def _computed(said: Figures) -> Computed:
    rules: dict[str, Any] = {"minimum": said.minimum, "step": said.step, "epsilon": said.epsilon}
    return Computed(
        dataset_id=_NOBODY,
        version=said.version or "",
        digest="",
        policy=said.policy,
        protection=Protection(**rules) if said.policy == "protected" else None,
        studies_clip=said.studies_clip,
        size=said.size,
        facets=tuple(_facets(said)),
        **_counts(said.count),
    )


def _count(said: Counted | CountedFacet) -> Count:
    """A number whose kind and parts fit each other. Raises ValueError on others."""
    kind = CountKind(said.kind or "")
    if (said.value is None) is (kind in {CountKind.EXACT, CountKind.ROUNDED, CountKind.APPROXIMATE}):
        raise ValueError(said)
    if (said.bound is None) is (kind is CountKind.FEWER_THAN):
        raise ValueError(said)
    return Count(kind=kind, value=said.value, step=said.step, bound=said.bound)


def _facets(said: Figures) -> Iterator[Facet]:
    for each in said.facet:
        variable = _variables().get(each.variable or "")
        if variable is not None:
            yield Facet(
                variable=variable.name,
                label=variable.label,
                shares=tuple(_shares(variable, each, said.step)),
                recorded=_count(each),
                completeness=each.completeness,
                lowest=each.lowest,
                highest=each.highest,
            )


@cache
def _variables() -> Mapping[str, Variable]:
    """By name. The vocabulary itself looks for words alike where it knows none, which takes 0.1 s."""
    return MappingProxyType({variable.name: variable for variable in VOCABULARY.variables})


@cache
def _values(variable: str) -> frozenset[str]:
    return frozenset(value.name for value in _variables()[variable].values)


def _shares(variable: Variable, said: CountedFacet, step: int | None) -> Iterator[Share]:
    kind = CountKind.ROUNDED if step else CountKind.EXACT
    for each in said.share if variable.name in TOLD_BY_VALUE else ():
        name, _, number = each.rpartition("=")
        count = Count(kind=kind, value=int(number), step=step)
        if variable.kind is Kind.NUMBER:
            yield share_of(variable, int(name), count)
        elif name in _values(variable.name):
            yield share_of(variable, name, count)
