"""What was computed, in a record: read by us and by another's library, and no more than may be told."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
import rdflib
from rdflib import Literal, Namespace, URIRef
from rdflib.namespace import RDF, XSD

from caimera.dcat import (
    FORMATS,
    TURTLE,
    Computed,
    Dataset,
    Memory,
    State,
    conformance,
    counts_of,
    describe_open,
    describe_protected,
    figures,
    figures_of,
    read,
    record_of,
    triples,
    write,
)
from caimera.dcat.figures import TOLD_BY_VALUE
from caimera.protocol.messages import CountKind
from tests.dcat.people import Patient, about, crowd, guard, tables
from tests.dcat.samples import HERE, whole

CAIMERA = Namespace("https://w3id.org/caimera#")
DQV = Namespace("http://www.w3.org/ns/dqv#")


def opened(count: int = 118) -> Computed:
    return describe_open(tables(crowd(count)), about(size=5_000))


def protected(count: int = 300) -> Computed:
    return describe_protected(tables(crowd(count)), about(), guard=guard(), remembered=Memory())[0]


def carrying(computed: Computed) -> Dataset:
    return replace(whole(), extra=figures(computed, HERE))


def expected(computed: Computed) -> Computed:
    """As it is read back: without what names the data, and with the values of some variables only."""
    facets = tuple(
        facet if facet.variable in TOLD_BY_VALUE else facet.model_copy(update={"shares": ()})
        for facet in computed.facets
    )
    return computed.model_copy(update={"facets": facets, "digest": "", "dataset_id": UUID(int=0)})


@pytest.mark.parametrize("media_type", FORMATS)
@pytest.mark.parametrize("make", [opened, protected])
def test_what_was_computed_survives_every_form(make, media_type: str) -> None:
    computed = make()
    graph = read(write(triples(carrying(computed)), media_type), media_type)
    assert figures_of(graph, HERE) == expected(computed)
    again = record_of(graph, HERE, Dataset).record
    assert figures_of(read(write(triples(again)), TURTLE), HERE) == expected(computed)


def test_another_library_reads_how_each_number_is_to_be_read() -> None:
    patients = [Patient(f"P{number}", "female" if number < 60 else None) for number in range(80)]
    document = write(triples(carrying(describe_open(tables(patients), about()))))
    theirs = rdflib.Graph().parse(data=document, format="turtle")
    here = theirs.value(URIRef(HERE), CAIMERA.figures)
    counts = {
        str(theirs.value(one, CAIMERA.counts)): (
            str(theirs.value(one, CAIMERA.kind)),
            int(theirs.value(one, RDF.value)),
        )
        for one in theirs.objects(here, CAIMERA["count"])
    }
    assert counts["subjects"] == ("exact", 80)
    (sex,) = theirs.subjects(CAIMERA.variable, Literal("sex"))
    assert (URIRef(HERE), DQV.hasQualityMeasurement, sex) in theirs
    assert theirs.value(sex, DQV.isMeasurementOf) == CAIMERA.completeness
    assert theirs.value(sex, DQV.value) == Literal("75", datatype=XSD.nonNegativeInteger)


def test_a_record_with_figures_conforms_as_before() -> None:
    before = conformance(read(write(triples(whole())), TURTLE))
    after = conformance(read(write(triples(carrying(protected()))), TURTLE))
    assert {name: found.state for name, found in after.items()} == {
        name: found.state for name, found in before.items()
    }
    assert after["eucaim-v2"].state is not State.VIOLATES


@pytest.mark.parametrize("computed", [opened(), protected(), protected(4)])
def test_the_totals_alone_are_those_of_the_figures(computed: Computed) -> None:
    graph = read(write(triples(carrying(computed))), TURTLE)
    back = figures_of(graph, HERE)
    assert back is not None
    assert counts_of(graph, HERE) == {
        "subjects": back.subjects,
        "studies": back.studies,
        "series": back.series,
        "segmented_studies": back.segmented_studies,
    }


def test_what_tells_no_figures_or_has_no_address_has_no_totals() -> None:
    assert counts_of(read(write(triples(whole())), TURTLE), HERE) == {}
    assert counts_of(read(b"", TURTLE), "_:b1") == {}
    broken = write(triples(carrying(opened()))).decode().replace('kind "exact"', 'kind "certain"')
    assert counts_of(read(broken.encode(), TURTLE), HERE) == {}


def test_few_people_are_told_as_few() -> None:
    computed = protected(4)
    back = figures_of(read(write(triples(carrying(computed))), TURTLE), HERE)
    assert back is not None
    assert (back.subjects.kind, back.subjects.value) == (CountKind.FEWER_THAN, None)
    assert back.subjects.bound == guard().policy.minimum
    values = {
        str(triple.object) for triple in figures(computed, HERE) if triple.predicate.value.endswith("#value")
    }
    assert not values - {f'"{computed.size}"'}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('caimera:kind "exact"', 'caimera:kind "certain"'),
        ('caimera:kind "exact"', 'caimera:kind "fewer_than"'),
        ('caimera:policy "open"', 'caimera:policy "shut"'),
        ('caimera:policy "open"', 'caimera:policy "protected"'),
        ('"60=', '"sixty='),
        ('"60=', '"60=-'),
    ],
)
def test_a_guests_figures_that_do_not_fit_are_not_relied_on(old: str, new: str) -> None:
    document = write(triples(carrying(opened()))).decode()
    assert old in document
    assert figures_of(read(document.replace(old, new).encode(), TURTLE), HERE) is None


def test_values_nobody_knows_are_left_out_and_labels_are_our_own() -> None:
    document = write(triples(carrying(opened()))).decode()
    strange = document.replace('"female=', '"<b>fee</b>=')
    back = figures_of(read(strange.encode(), TURTLE), HERE)
    assert back is not None
    sex = back.facet("sex")
    assert sex is not None
    assert [share.label for share in sex.shares] == ["male"]


def test_a_record_without_figures_has_none() -> None:
    assert figures_of(read(write(triples(whole())), TURTLE), HERE) is None
