"""Every site of the demo as a FAIR Data Point, walked as harvesters do and read by others' clients."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pyoxigraph
import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import DCAT, RDF

from caimera.demo.sites import NODES
from tests.federation.demo import Demo

CONTAINS = URIRef("http://www.w3.org/ns/ldp#contains")
INDIVIDUALS = URIRef("http://healthdataportal.eu/ns/health#numberOfUniqueIndividuals")
CLIENTS = Path(__file__).parents[2] / ".venv" / "clients" / "bin" / "python"
PUBLISHED = """
SELECT dataset.id::text, dataset.policy, dataset.step FROM datasets_dataset AS dataset
JOIN datasets_release AS release ON release.dataset_id = dataset.id WHERE release.published"""
DESCRIBED = "SELECT count(*) FROM datasets_description WHERE turtle <> ''"


@pytest.fixture(scope="module")
def published(demo: Demo) -> Mapping[str, Mapping[str, tuple[str, int]]]:
    """By node and dataset its policy and step, once the agents have described them all."""
    found = {
        node.id: {name: (policy, step) for name, policy, step in demo.rows(node.id, PUBLISHED)}
        for node in NODES
    }
    deadline = time.monotonic() + 120
    while any(demo.rows(node, DESCRIBED)[0][0] < len(held) for node, held in found.items()):
        assert time.monotonic() < deadline, "the agents have not described every dataset"
        time.sleep(0.5)
    return found


def walk(point: str) -> Iterator[tuple[str, httpx.Response]]:
    """Breadth first over everything contained, as the harvester of the European genomic data portal does."""
    with httpx.Client(headers={"accept": "text/turtle"}, timeout=30) as client:
        waiting, seen = [point], {point}
        while waiting:
            answer = client.get(waiting[0])
            yield waiting.pop(0), answer
            found = Graph().parse(data=answer.content, format="turtle")
            new = sorted({str(each) for each in found.objects(None, CONTAINS)} - seen)
            seen |= set(new)
            waiting += new


@pytest.mark.parametrize("node", [node.id for node in NODES])
def test_a_walk_reaches_every_published_dataset(
    demo: Demo, published: Mapping[str, Mapping[str, tuple[str, int]]], node: str
) -> None:
    point = f"{demo.url(node)}/fdp"
    reached = set()
    for address, answer in walk(point):
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/turtle")
        found = Graph().parse(data=answer.content, format="turtle")
        statements = pyoxigraph.parse(answer.content, format=pyoxigraph.RdfFormat.TURTLE)
        assert len(found) == len(set(statements))
        if (URIRef(address), RDF.type, DCAT.Dataset) in found:
            name = address.removeprefix(f"{point}/dataset/")
            reached.add(name)
            policy, step = published[node][name]
            told = found.value(URIRef(address), INDIVIDUALS)
            assert policy == "open" or told is None or int(told) % step == 0
    assert reached == set(published[node])


@pytest.mark.usefixtures("published")
def test_who_walked_before_is_sent_nothing_again(demo: Demo) -> None:
    point = f"{demo.url(NODES[0].id)}/fdp"
    for address, answer in list(walk(point)):
        again = httpx.get(
            address, headers={"accept": "text/turtle", "if-none-match": answer.headers["etag"]}, timeout=30
        )
        assert (again.status_code, again.content) == (304, b"")


@pytest.fixture(scope="module")
def catalogued(demo: Demo, published: Mapping[str, Mapping[str, tuple[str, int]]]) -> str:
    """The hub's point, once the hub harvested all that the nodes published."""
    there = sum(map(len, published.values()))
    statement = "SELECT count(*) FROM catalogue_record WHERE withdrawn_at IS NULL"
    deadline = time.monotonic() + 120
    while demo.rows("hub", statement)[0][0] < there:
        assert time.monotonic() < deadline, "the hub has not harvested every dataset"
        time.sleep(0.5)
    return f"{demo.hub_url}/fdp"


def test_a_walk_of_the_hub_reaches_the_whole_federation(
    catalogued: str, published: Mapping[str, Mapping[str, tuple[str, int]]]
) -> None:
    reached: dict[str, set[str]] = {}
    for address, answer in walk(catalogued):
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/turtle")
        if "/catalog/" in address:
            found = Graph().parse(data=answer.content, format="turtle")
            held = {str(each).rpartition("/")[2] for each in found.objects(None, CONTAINS)}
            reached[address.rpartition("/")[2]] = held
        if "/dataset/" in address:
            found = Graph().parse(data=answer.content, format="turtle")
            assert (URIRef(address), RDF.type, DCAT.Dataset) in found
    assert reached == {node: set(held) for node, held in published.items() if held}


def test_the_dump_of_the_hub_has_every_dataset(
    catalogued: str, published: Mapping[str, Mapping[str, tuple[str, int]]]
) -> None:
    answer = httpx.get(f"{catalogued}/dump", headers={"accept": "text/turtle"}, timeout=60)
    found = Graph().parse(data=answer.content, format="turtle")
    names = {name for held in published.values() for name in held}
    assert {str(each) for each in found.subjects(RDF.type, DCAT.Dataset)} == {
        f"{catalogued}/dataset/{name}" for name in names
    }


@pytest.mark.parametrize("site", [*(node.id for node in NODES), "hub"])
def test_clients_that_others_wrote_find_the_same(
    demo: Demo, published: Mapping[str, Mapping[str, tuple[str, int]]], catalogued: str, site: str
) -> None:
    if not CLIENTS.exists():
        pytest.skip("The clients are not installed: run `make .venv/clients/.ready`.")
    point, node = f"{demo.url(site)}/fdp", NODES[0].id if site == "hub" else site
    script = Path(__file__).with_name("clients.py")
    run = subprocess.run([CLIENTS, script, point, node], capture_output=True, text=True, timeout=150)
    assert run.returncode == 0, run.stderr[-2000:]
    told: Any = json.loads(run.stdout)
    addresses = sorted(f"{point}/dataset/{name}" for name in published[node])
    assert told["fairdatapoint-client"] == told["fairclient"] == addresses
    assert len(told["ckanext-dcat"]) == len(addresses)
    assert all(told["ckanext-dcat"])
    assert len(told["signposting"]["cite-as"]) == 1
    assert told["signposting"]["describedby"] == sorted(
        ["text/turtle", "application/ld+json", "application/rdf+xml", "application/n-triples"]
    )
