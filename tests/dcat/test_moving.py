"""Records told at another address: nothing lost, nobody else spoken of."""

from __future__ import annotations

import pytest
from hypothesis import given
from rdflib import Graph, URIRef
from rdflib.namespace import OWL

from caimera.dcat import HEAD, HERE, TURTLE, Dataset, body, moved, placed, read, to_graph, write
from tests.dcat.samples import records, whole

OLD, NEW = "https://hub.example.org/dataset/7", f"{HERE}dataset/7"


def told(turtle: str, record: str = OLD, **names: str) -> Graph:
    """What is told at the new address, read by another library."""
    new = moved(read(turtle.encode(), TURTLE), record, to=NEW, parts=names, ours=("https://own.org/", HERE))
    return Graph().parse(data=placed(HEAD + new, "https://own.org/fdp/"), format="turtle")


def test_every_statement_comes_along_under_the_new_address() -> None:
    part = f"{OLD}#distribution-1"
    came = Graph().parse(data=write(to_graph(whole())), format="turtle")
    found = told(write(to_graph(whole())).decode(), **{part: f"{HERE}distribution/7-1"})
    new = URIRef("https://own.org/fdp/dataset/7")
    assert (new, OWL.sameAs, URIRef(OLD)) in found
    assert URIRef("https://own.org/fdp/distribution/7-1") in set(found.subjects())
    assert len(found) == len(came) + 1
    assert set(map(str, found.predicates())) == {*map(str, came.predicates()), str(OWL.sameAs)}
    assert not [each for each in found.subjects() if str(each).startswith(OLD)]


def test_a_guest_speaks_of_its_own_record_only() -> None:
    turtle = f"""@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
    <{OLD}> a dcat:Dataset ; dct:title "Mine" ; dct:relation <https://own.org/fdp/dataset/1>, <{NEW}9>,
        <https://other.org/x>, [ dct:title "No address" ] .
    <https://own.org/fdp/dataset/1> dct:title "Not mine" . <{NEW}9> dct:title "Nor this" .
    <https://other.org/x> dct:title "A thing elsewhere" . <https://other.org/y> dct:title "Not reached" ."""
    titles = {str(each) for each in told(turtle).objects(None, URIRef("http://purl.org/dc/terms/title"))}
    assert titles == {"Mine", "No address", "A thing elsewhere"}


def test_what_has_no_name_gets_an_address() -> None:
    graph = read(b"@prefix dct: <http://purl.org/dc/terms/> . [] dct:creator [ dct:title 'x' ] .", TURTLE)
    (record,) = [each for each in graph.subjects() if len(graph.record(each)) == 2]
    new = moved(graph, str(record), to=NEW, parts={})
    assert {str(each) for each in read((HEAD + new).encode(), TURTLE).subjects()} == {
        f"<{NEW}>",
        f"<{NEW}#blank-1>",
    }


@given(records(Dataset))
@pytest.mark.filterwarnings("ignore")
def test_any_record_can_be_moved_and_joined(dataset: Dataset) -> None:
    graph = to_graph(dataset)
    new = moved(graph, dataset.id or "", to=NEW, parts={}, ours=(HERE,))
    own = graph.record(next(iter(graph.subjects())))
    once, twice = (len(read((HEAD + new * times).encode(), TURTLE)) for times in (1, 2))
    assert once == twice >= len(own)


def test_a_body_says_what_another_library_reads_in_the_document() -> None:
    turtle = f"""@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix dct: <http://purl.org/dc/terms/> .
    <{OLD}> a <http://www.w3.org/ns/dcat#Dataset>, <http://purl.org/dc/terms/a/b> ; dct:title "x"@en-gb ;
        dct:extent "07"^^xsd:nonNegativeInteger, 7, "7", 1.50, true ; dct:type dct:, <urn:a:b>, dct:_x-1 ;
        dct:subject '\\"^^<http://www.w3.org/2001/XMLSchema#nonNegativeInteger>', "a\\nb\\u00e9\\\\c" ."""
    theirs = Graph().parse(data=turtle, format="turtle")
    ours = Graph().parse(data=HEAD + body(read(turtle.encode(), TURTLE)), format="turtle")
    assert {tuple(each.n3() for each in one) for one in ours} == {
        tuple(each.n3() for each in one) for one in theirs
    }
    assert len(ours) == 13


def test_nothing_has_no_body() -> None:
    assert body(read(b"", TURTLE)) == ""
