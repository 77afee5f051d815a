"""What a FAIR Data Point adds to records, as another's library reads it; and records in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, RDF, XSD

from caimera import dcat
from caimera.dcat import FairDataPoint, Severity, Text, Upkeep, conformance, container, lines, to_graph
from caimera.dcat import Graph as Statements
from tests.dcat import samples

HERE = "https://node.example.org/fdp"
FDP = "https://w3id.org/fdp/fdp-o#"
LDP = "http://www.w3.org/ns/ldp#"
AT = datetime(2026, 3, 1, 12, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=2)))


def upkeep(**others: object) -> Upkeep:
    return Upkeep(about=HERE, issued=AT, modified=datetime(2026, 4, 1, tzinfo=UTC), **others)  # type: ignore[arg-type]


def understood(statements: object) -> Graph:
    return Graph().parse(data=dcat.write(statements), format="turtle")  # type: ignore[arg-type]


def point() -> FairDataPoint:
    return FairDataPoint(
        id=HERE,
        title=(Text("A node", "en"),),
        publisher=samples.agent("Hospital"),
        licence="https://creativecommons.org/publicdomain/zero/1.0/",
        conforms_to=(f"{HERE}/profile/fair-data-point",),
        endpoint=HERE,
        catalogue=(f"{HERE}/catalog/1",),
    )


def test_a_point_with_its_upkeep_satisfies_the_shapes_and_without_it_does_not() -> None:
    whole = Statements([*dcat.triples(point()), *upkeep().statements()])
    (judged,) = conformance(whole, ["fair-data-point"]).values()
    assert judged.of(Severity.VIOLATION) == ()
    (bare,) = conformance(to_graph(point()), ["fair-data-point"]).values()
    assert {each.path for each in bare.of(Severity.VIOLATION)} == {
        "fdp-o:metadataIdentifier",
        "fdp-o:metadataIssued",
        "fdp-o:metadataModified",
    }


def test_upkeep_says_since_when_in_what_and_by_which_shapes() -> None:
    graph = understood(
        upkeep(part_of="https://x.org/up", shapes="https://x.org/s", also=("dcat:DataService",)).statements()
    )
    here = URIRef(HERE)
    assert graph.value(here, URIRef(f"{FDP}metadataIssued")) == Literal(
        "2026-03-01T10:00:00Z", datatype=XSD.dateTime
    )
    assert graph.value(here, DCTERMS.isPartOf) == URIRef("https://x.org/up")
    assert graph.value(here, DCTERMS.conformsTo) == URIRef("https://x.org/s")
    assert (here, RDF.type, DCAT.DataService) in graph
    name = graph.value(here, URIRef(f"{FDP}metadataIdentifier"))
    assert Literal(HERE) in set(graph.objects(name))


def test_a_container_says_whose_members_it_holds() -> None:
    held = container(
        of=HERE, name="datasets", relation="dcat:dataset", contains=(f"{HERE}/1", f"{HERE}/2"), title="All"
    )
    graph = understood(dcat.triples(held))
    here = URIRef(f"{HERE}#datasets")
    assert (here, RDF.type, URIRef(f"{LDP}DirectContainer")) in graph
    assert graph.value(here, URIRef(f"{LDP}membershipResource")) == URIRef(HERE)
    assert graph.value(here, URIRef(f"{LDP}hasMemberRelation")) == DCAT.dataset
    assert {str(one) for one in graph.objects(here, URIRef(f"{LDP}contains"))} == {f"{HERE}/1", f"{HERE}/2"}


def test_a_part_of_a_document_is_told_without_the_rest() -> None:
    record = dcat.addressed(samples.whole())
    address = record.distribution[0].id
    assert address is not None
    part = dcat.part_of(to_graph(record), address)
    assert 0 < len(part) < len(to_graph(record))
    assert dcat.record_of(part, address, dcat.Catalogue).record.title == record.distribution[0].title


def test_a_record_in_words() -> None:
    record = dcat.addressed(samples.whole())
    said = {line.label: line.words for line in lines(to_graph(record), samples.HERE)}
    assert [word.text for word in said["Number of unique individuals"]] == ["340"]
    assert [word.text for word in said["Title"]] == ["Prostate MR", "MR de próstata"]
    assert said["Publisher"][0].text == "Hospital"
    assert said["Publisher"][0].address == ""
    assert said["Landing page"][0].address == "https://hospital.example.org/prostate"
    assert "Tier 2" in [word.text for word in said["Interoperability level"]]
    assert "Type" in said
    properties = set(understood(dcat.triples(record)).predicates(URIRef(samples.HERE)))
    assert len(lines(to_graph(record), samples.HERE)) == len(properties - {RDF.type})


def test_words_lead_nowhere_they_must_not_and_circles_end() -> None:
    graph = dcat.read(
        b"<https://x.org/1> <https://x.org/p#aB> <javascript:alert(1)> , _:a ."
        b"_:a <https://x.org/p#to> _:b . _:b <https://x.org/p#to> _:a ; <https://x.org/p#n> 'deep' .",
        dcat.TURTLE,
    )
    (line,) = lines(graph, "https://x.org/1")
    assert line.label == "A b"
    assert [(word.text, word.address) for word in line.words] == [("javascript:alert(1)", ""), ("deep", "")]


def test_nothing_is_said_of_what_is_not_there() -> None:
    assert lines(to_graph(samples.whole()), "https://elsewhere.example.org/") == ()
