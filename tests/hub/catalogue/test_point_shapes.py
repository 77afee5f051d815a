"""Every document of the hub's point, judged by validators that others wrote as by our own."""

from __future__ import annotations

from collections import defaultdict

import pytest

from caimera.dcat import PROFILES, Graph, read
from tests.dcat.judges import Results, a_third, comparable, ours, theirs
from tests.hub.catalogue.holders import Federation, Holder
from tests.hub.catalogue.test_point import POINT, federation, get, walk, whole

__all__ = ["federation"]  # a fixture

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated"),  # in rdflib's own reader of JSON-LD
]
KINDS = ("root", "catalog", "dataset", "distribution")


def documents() -> dict[str, list[Graph]]:
    """What a walk finds, by kind."""
    found = defaultdict(list)
    for address, _graph in walk():
        kind = next((one for one in KINDS if f"/{one}/" in address), "root")
        found[kind].append(read(get(address).content, "text/turtle"))
    return found


def violations(found: Results) -> Results:
    return Results({each: count for each, count in found.items() if each[3] == "Violation"})


@pytest.mark.parametrize("profile", PROFILES)
def test_validators_of_others_find_in_every_document_what_ours_finds(
    profile: str, federation: Federation, holder: Holder
) -> None:
    holder.publish(4, description=(), publisher=None, theme="https://example.org/not-health")
    federation.harvest()
    found = documents()
    assert {kind: len(found[kind]) for kind in KINDS} == {
        "root": 1,
        "catalog": 2,
        "dataset": 4,
        "distribution": 4,
    }
    graphs = [graph for kind in KINDS for graph in found[kind]]
    our_own = [ours(graph, profile) for graph in graphs]
    assert a_third(graphs, profile) == our_own
    assert [theirs(graph, profile) for graph in graphs] == [comparable(each) for each in our_own]
    assert sum(violations(each).total() for each in our_own) > 0 or profile == "fair-data-point"


@pytest.mark.usefixtures("federation")
def test_no_validator_finds_anything_wrong_with_what_conformed_where_it_came_from() -> None:
    found = documents()
    for graph in (*found["root"], *found["catalog"], *found["dataset"], *found["distribution"]):
        assert not violations(theirs(graph, "fair-data-point"))
    for profile in ("eucaim-v2", "dcat-ap-3"):
        for graph in (*found["catalog"], *found["dataset"]):
            assert not violations(theirs(graph, profile))


@pytest.mark.usefixtures("federation")
def test_the_whole_as_one_document_conforms_too() -> None:
    status, _headers, everything = whole("text/turtle")
    assert status == 200
    graph = read(everything, "text/turtle")
    assert f"<{POINT}/dataset/" in everything.decode()
    for profile in ("eucaim-v2", "dcat-ap-3"):
        assert not violations(theirs(graph, profile))
        assert a_third([graph], profile) == [ours(graph, profile)]
