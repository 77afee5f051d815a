"""Our validator, pyshacl and rdf-validate-shacl find the same, whatever is wrong with a record."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random

import pyshacl
import pytest
import rdflib
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from caimera.dcat import (
    N_TRIPLES,
    PROFILES,
    BrokenShapes,
    Catalogue,
    Graph,
    Moment,
    Period,
    read,
    shapes_text,
    to_graph,
    write,
)
from caimera.dcat.names import PREFIXES, term
from caimera.dcat.shacl import rules_in
from tests.dcat import samples
from tests.dcat.judges import a_third, comparable, ours, shapes, theirs

SLOWLY = {"deadline": None, "suppress_health_check": list(HealthCheck)}


def agree(graph: Graph, name: str) -> int:
    """Both find the same; how much that was."""
    found = comparable(ours(graph, name))
    assert found == theirs(graph, name)
    return found.total()


@pytest.mark.parametrize("name", PROFILES)
def test_both_find_the_whole_dataset_conforming(name: str) -> None:
    assert agree(to_graph(samples.whole()), name) == 0


@pytest.mark.parametrize("name", PROFILES)
def test_both_miss_the_same_in_empty_records(name: str) -> None:
    empty = Graph(
        Triple(NamedNode(f"https://x.org/{kind}"), term("rdf:type"), term(kind))
        for kind in (
            "dcat:Dataset",
            "dcat:Distribution",
            "dcat:Catalog",
            "foaf:Organization",
            "vcard:Organization",
        )
    )
    assert agree(empty, name) > 2


def _wrong_terms() -> st.SearchStrategy[NamedNode | Literal]:
    numbers = st.integers(-3, 10**6).map(str) | st.sampled_from(["12.5", "many", ""])
    datatypes = st.sampled_from(
        [term(f"xsd:{name}") for name in ("integer", "nonNegativeInteger", "decimal", "string", "boolean")]
    )
    dates = st.sampled_from(["2020-01-01", "2020-02-31", "2019", "yesterday"])
    kinds = st.sampled_from([term("xsd:date"), term("xsd:string")])
    return st.one_of(
        samples.ADDRESSES.map(NamedNode),
        st.sampled_from([NamedNode(f"{samples.EUCAIM}COM1"), NamedNode(f"{samples.EU}access-right/PUBLIC")]),
        st.builds(lambda value, datatype: Literal(value, datatype=datatype), numbers, datatypes),
        st.builds(lambda value, datatype: Literal(value, datatype=datatype), dates, kinds),
        st.builds(
            lambda value, language: Literal(value, language=language),
            samples.WORDS,
            st.sampled_from(["en", "es"]),
        ),
    )


@st.composite
def damaged(draw: st.DrawFn) -> Graph:
    """The whole dataset with statements taken out, said twice, or said otherwise."""
    triples = list(to_graph(samples.whole()))
    for _ in range(draw(st.integers(1, 12))):
        place = draw(st.integers(0, len(triples) - 1))
        old = triples[place]
        if draw(st.booleans()):
            del triples[place]
        if draw(st.booleans()):
            triples.append(Triple(old.subject, old.predicate, draw(_wrong_terms())))
    return Graph(triples)


@pytest.mark.parametrize("name", PROFILES)
def test_both_find_the_same_in_damaged_records(name: str) -> None:
    @settings(max_examples=20, phases=[Phase.generate], **SLOWLY)
    @given(damaged())
    def same(graph: Graph) -> None:
        assert agree(graph, name) >= 0

    same()


@pytest.mark.parametrize("name", PROFILES)
def test_a_third_validator_finds_the_same(name: str) -> None:
    graphs = [to_graph(samples.whole()), *(battered(Random(seed)) for seed in range(25))]
    found = a_third(graphs, name)
    assert found == [ours(graph, name) for graph in graphs]
    assert sum(each.total() for each in found) > 0


def battered(random: Random) -> Graph:
    """The whole dataset with statements taken out or said otherwise, the same for the same chance."""
    triples = list(to_graph(samples.whole()))
    wrong = [
        NamedNode("https://example.org/x"),
        Literal("x", language="en"),
        NamedNode(f"{samples.EUCAIM}COM1"),
    ]
    for kind in ("integer", "nonNegativeInteger", "decimal", "string", "boolean"):
        wrong += [Literal(value, datatype=term(f"xsd:{kind}")) for value in ("7", "-3", "12.5", "many")]
    for _ in range(random.randint(1, 12)):
        old = triples.pop(random.randrange(len(triples)))
        if random.random() < 0.5:
            triples.append(Triple(old.subject, old.predicate, random.choice(wrong)))
    return Graph(triples)


def test_both_judge_catalogues_alike() -> None:
    @settings(max_examples=8, phases=[Phase.generate], **SLOWLY)
    @given(samples.records(Catalogue))
    def same(record: Catalogue) -> None:
        assert agree(to_graph(record), "eucaim-v2") >= 0

    same()


@pytest.mark.parametrize(("lowest", "highest"), [(40, 85), (85, 85), (86, 85), (9, 10), (10, 9)])
def test_both_put_numbers_in_order(lowest: int, highest: int) -> None:
    graph = to_graph(
        replace(samples.whole(), minimum_age=lowest, maximum_age=highest, acquired=(), retention=None)
    )
    data = rdflib.Graph().parse(data=write(graph, N_TRIPLES), format="nt")
    whole = rdflib.Graph().parse(data=shapes_text("eucaim-v2"), format="turtle")
    report = pyshacl.validate(data, shacl_graph=whole, ont_graph=shapes("classes"), allow_infos=True)
    assert report[0] == (lowest <= highest)
    violations = [each for each in ours(graph, "eucaim-v2") if each[3] == "Violation"]
    assert len(violations) == (lowest > highest)


def test_values_of_different_kinds_are_in_no_order() -> None:
    day, year = Moment("2020-01-01"), Moment("2021", "gYear")
    graph = to_graph(replace(samples.whole(), retention=Period(start=day, end=year)))
    assert [each[2] for each in ours(graph, "eucaim-v2")] == ["LessThanOrEqualsConstraintComponent"]


def test_kinds_of_agents_are_agents() -> None:
    graph = Graph(
        Triple(
            triple.subject,
            triple.predicate,
            term("foaf:Organization") if triple.object == term("foaf:Agent") else triple.object,
        )
        for triple in to_graph(samples.whole())
    )
    assert all(agree(graph, name) == 0 for name in PROFILES)


SHAPES = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())


@pytest.mark.parametrize(
    "broken",
    [
        "sh:closed true",
        "sh:property [ sh:path [ sh:inversePath dct:title ] ]",
        "sh:property [ sh:path dct:title ; sh:qualifiedValueShape [ ] ]",
        "sh:sparql [ ]",
    ],
)
def test_shapes_that_go_beyond_us_are_refused_not_ignored(broken: str) -> None:
    with pytest.raises(BrokenShapes):
        rules_in(
            read(
                f"{SHAPES} <x:s> a sh:NodeShape ; sh:targetClass dcat:Dataset ; {broken} .".encode(),
                "text/turtle",
            )
        )


def test_a_circle_of_things_is_judged_once() -> None:
    node = BlankNode("a")
    graph = Graph(
        [Triple(node, term("rdf:type"), term("dcat:Dataset")), Triple(node, term("dcat:distribution"), node)]
    )
    assert agree_on_paths(graph) > 10


def agree_on_paths(graph: Graph) -> int:
    """Blank nodes have other names elsewhere: what both find but for those."""
    found = Counter(each[1:] for each in ours(graph, "eucaim-v2").elements())
    assert found == Counter(each[1:] for each in theirs(graph, "eucaim-v2").elements())
    return found.total()
