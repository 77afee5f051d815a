"""Records to documents and back, by our reader and by another's."""

from __future__ import annotations

import io

import pyoxigraph
import pytest
import rdflib
from hypothesis import HealthCheck, given, settings

from caimera.dcat import (
    FORMATS,
    N_TRIPLES,
    TURTLE,
    Catalogue,
    Dataset,
    DatasetSeries,
    Distribution,
    addressed,
    dump,
    read,
    record_of,
    records,
    to_graph,
    triples,
    write,
)
from tests.dcat import samples
from tests.dcat.samples import HERE

SLOWLY = settings(deadline=None, max_examples=12, suppress_health_check=list(HealthCheck))
RDFLIB = {
    "text/turtle": "turtle",
    "application/ld+json": "json-ld",
    "application/rdf+xml": "xml",
    N_TRIPLES: "nt",
}


def there_and_back(record, media_type):
    document = write(triples(record), media_type)
    return record_of(read(document, media_type), HERE, type(record))


@pytest.mark.parametrize("media_type", FORMATS)
def test_the_whole_dataset_survives_each_form(media_type: str) -> None:
    reading = there_and_back(samples.whole(), media_type)
    assert reading.record == addressed(samples.whole())
    assert reading.notes == ()


@pytest.mark.parametrize("media_type", FORMATS)
@pytest.mark.parametrize("kind", [Dataset, Catalogue, DatasetSeries])
def test_whatever_a_record_holds_survives(kind, media_type: str) -> None:
    @SLOWLY
    @given(samples.records(kind))
    def survives(record) -> None:
        reading = there_and_back(record, media_type)
        assert reading.record == addressed(record)
        assert reading.notes == ()

    survives()


@pytest.fixture
def as_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let rdflib leave values as they are written."""
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)


@pytest.mark.usefixtures("as_written")
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.parametrize("media_type", FORMATS)
def test_rdflib_reads_the_same_statements(media_type: str) -> None:
    document = write(triples(samples.whole()), media_type)
    theirs = rdflib.Graph().parse(data=document, format=RDFLIB[media_type])
    ours = {tuple(map(_n3, triple)) for triple in to_graph(samples.whole())}
    assert {tuple(term.n3() for term in triple) for triple in theirs} == ours


def _n3(term) -> str:
    if isinstance(term, pyoxigraph.NamedNode):
        return rdflib.URIRef(term.value).n3()
    if term.language:
        return rdflib.Literal(term.value, lang=term.language).n3()
    plain = term.datatype.value.endswith("#string")
    return rdflib.Literal(term.value, datatype=None if plain else rdflib.URIRef(term.datatype.value)).n3()


@pytest.mark.usefixtures("as_written")
@pytest.mark.parametrize("media_type", FORMATS)
def test_we_read_what_rdflib_writes(media_type: str) -> None:
    theirs = rdflib.Graph().parse(data=write(triples(samples.whole())), format="turtle")
    document = theirs.serialize(format=RDFLIB[media_type]).encode()
    reading = record_of(read(document, media_type), HERE, Dataset)
    assert set(to_graph(reading.record)) == set(to_graph(samples.whole()))
    assert (reading.record.extra, reading.notes) == ((), ())


def test_datatypes_are_kept_as_written() -> None:
    """A store of triples would make an xsd:integer of it, and no shape would be satisfied any more."""
    document = write(triples(samples.whole())).decode()
    assert '"340"^^xsd:nonNegativeInteger' in document
    assert "0.0005" in document
    again = write(triples(record_of(read(document.encode(), TURTLE), HERE, Dataset).record)).decode()
    assert again == document


def test_the_same_record_is_the_same_document() -> None:
    assert write(triples(samples.whole())) == write(triples(samples.whole()))


def test_every_part_has_an_address() -> None:
    graph = to_graph(samples.whole())
    assert all(isinstance(subject, pyoxigraph.NamedNode) for subject in graph.subjects())
    assert pyoxigraph.NamedNode(f"{HERE}#publisher-contact_point") in graph


def test_a_dump_holds_every_record() -> None:
    output = io.BytesIO()
    several = [
        Dataset(id=f"{HERE}{n}", individuals=n, distribution=(Distribution(size=n),)) for n in range(50)
    ]
    dump((triple for each in several for triple in triples(each)), output)
    found = list(records(read(output.getvalue(), TURTLE), Dataset))
    assert [reading.record for reading in found] == [addressed(each) for each in several]


UNKNOWN = b"""
@prefix dct: <http://purl.org/dc/terms/> . @prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix x: <https://x.org/#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<https://hub.example.org/dataset/7> a dcat:Dataset, x:Special ; dct:title "Known" ;
  x:score "1.50"^^xsd:decimal ; x:nested [ x:deeper [ x:deepest "here" ], "and"@fr ] ;
  dcat:contactPoint [ a vcard:Organization ; vcard:hasEmail <mailto:a@example.org> ; vcard:note "by day" ] ;
  dct:publisher <https://x.org/us> .
<https://x.org/us> a foaf:Agent ; foaf:name "Us" ; x:colour "red" .
<https://x.org/stranger> x:colour "blue" .
"""


def test_what_the_profile_does_not_list_survives() -> None:
    reading = record_of(read(UNKNOWN, TURTLE), HERE, Dataset)
    assert reading.notes == ()
    written = rdflib.Graph().parse(data=write(triples(reading.record)), format="turtle")
    name = rdflib.Namespace("https://x.org/#")
    about = rdflib.URIRef(HERE)
    assert written.value(about, name.score).n3().startswith('"1.50"')
    assert [str(end) for end in written.objects(about, name.nested / name.deeper / name.deepest)] == ["here"]
    assert str(written.value(rdflib.URIRef("https://x.org/us"), name.colour)) == "red"
    note = rdflib.URIRef("http://www.w3.org/2006/vcard/ns#note")
    contact = written.value(about, rdflib.URIRef("http://www.w3.org/ns/dcat#contactPoint"))
    assert [str(text) for text in written.objects(contact, note)] == ["by day"]
    assert (rdflib.URIRef("https://x.org/stranger"), None, None) not in written


def test_unlisted_statements_are_named_alike_each_time() -> None:
    first, second = (record_of(read(UNKNOWN, TURTLE), HERE, Dataset).record for _ in range(2))
    assert write(triples(first)) == write(triples(second))
    assert addressed(addressed(first)) == addressed(first)
