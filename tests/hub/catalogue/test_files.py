"""The whole of what a search finds as a file: RDF, CSV and JSON, by address and by negotiation."""

from __future__ import annotations

import csv
import io
import json
from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import async_to_sync
from django.http import StreamingHttpResponse
from django.test import AsyncClient
from pyoxigraph import RdfFormat, Triple, parse

from caimera.dcat import Text
from caimera.hub.catalogue import exporting
from caimera.hub.catalogue.exporting import FILES
from tests.hub.catalogue.holders import Federation, Holder

pytestmark = pytest.mark.django_db(transaction=True)

RDF = {
    "ttl": RdfFormat.TURTLE,
    "jsonld": RdfFormat.JSON_LD,
    "nt": RdfFormat.N_TRIPLES,
    "rdf": RdfFormat.RDF_XML,
}
NAMELESS = (
    "<https://example.org/d/{0}> <http://purl.org/dc/terms/relation> _:one .\n"
    "_:one a <https://example.org/T{0}> .\n"
)


@pytest.fixture
def many(holder: Holder, federation: Federation, monkeypatch: pytest.MonkeyPatch) -> Holder:
    """Seven datasets, of which two at a time are in memory; each says something of a thing without a name."""
    monkeypatch.setattr(exporting, "AT_ONCE", 2)
    for number in range(1, 8):
        holder.publish(number, title=(Text(f"=Images, {number}", "en"),), individuals=number * 10)
        holder.records[UUID(int=number)] += NAMELESS.format(number)
    federation.harvest()
    return holder


def fetched(address: str, **headers: str) -> tuple[Any, bytes]:
    """The answer and all of its body, read as a server reads it."""

    async def get() -> tuple[Any, bytes]:
        response = await AsyncClient().get(address, headers=headers)
        if not isinstance(response, StreamingHttpResponse):
            return response, response.content
        return response, b"".join([piece async for piece in response.streaming_content])

    return async_to_sync(get)()


def triples(document: bytes, form: RdfFormat) -> set[Triple]:
    """The statements of a document of one graph."""
    quads = list(parse(document, format=form))
    assert {str(quad.graph_name) for quad in quads} == {"DEFAULT"}
    return {quad.triple for quad in quads}


def named(statements: set[Triple]) -> set[str]:
    """Statements without nameless things, which are called otherwise each time."""
    return {text for one in statements if "_:" not in (text := str(one))}


@pytest.mark.parametrize("name", RDF)
def test_rdf_says_what_the_records_say(many: Holder, name: str) -> None:
    response, document = fetched(f"/catalogue.{name}")
    assert response["Content-Type"].startswith(FILES[name].media_type)
    said = triples(document, RDF[name])
    expected = set().union(*(triples(one.encode(), RdfFormat.TURTLE) for one in many.records.values()))
    assert named(said) == named(expected)
    things = {one.subject for one in said if "example.org/T" in str(one.object)}
    assert len(things) == 7


def test_a_file_has_all_that_is_found_in_its_order_whatever_the_page(many: Holder) -> None:
    _response, document = fetched("/catalogue.json?least=20&most=60&sort=most-subjects&size=10&page=7")
    datasets = json.loads(document)["datasets"]
    assert [one["subjects"] for one in datasets] == [60, 50, 40, 30, 20]
    assert datasets[0]["modality"] == ["MR (magnetic resonance imaging)"]
    assert datasets[0]["page"] == f"http://testserver/catalogue/{UUID(int=6)}"
    assert tuple(datasets[0]) == exporting.COLUMNS


def test_a_table_for_a_spreadsheet_runs_nothing(many: Holder) -> None:
    response, document = fetched("/catalogue.csv")
    rows = list(csv.DictReader(io.StringIO(document.decode(), newline="")))
    assert [row["title"] for row in rows] == [f"'=Images, {number}" for number in range(1, 8)]
    assert response["Content-Disposition"] == 'attachment; filename="datasets.csv"'


@pytest.mark.parametrize("name", RDF)
def test_a_search_that_finds_nothing_says_nothing(many: Holder, name: str) -> None:
    response, document = fetched(f"/catalogue.{name}?text=nothing")
    assert response.status_code == 200
    assert list(parse(document, format=RDF[name])) == []


def test_a_table_of_nothing_is_a_table(many: Holder) -> None:
    assert json.loads(fetched("/catalogue.json?text=nothing")[1]) == {"datasets": []}
    assert fetched("/catalogue.csv?text=nothing")[1].decode() == ",".join(exporting.COLUMNS) + "\r\n"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("text/turtle", "text/turtle"),
        ("application/ld+json;q=0.9, text/html;q=0.5", "application/ld+json"),
        ("text/csv", "text/csv"),
        ("application/json", "application/json"),
        ("application/n-triples", "application/n-triples"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("*/*", "text/html"),
        ("image/png", "text/html"),
    ],
)
def test_programs_get_what_they_accept(many: Holder, accept: str, expected: str) -> None:
    response, _document = fetched("/catalogue?least=70", accept=accept)
    assert response["Content-Type"].partition(";")[0] == expected
    assert "Accept" in response["Vary"]


def test_the_word_in_the_address_counts_for_more(many: Holder) -> None:
    response, _document = fetched("/catalogue?format=ttl", accept="text/html")
    assert response["Content-Type"].startswith("text/turtle")


@pytest.mark.parametrize("address", ["/catalogue.exe", "/catalogue?format=exe", "/catalogue?format="])
def test_other_forms_are_not_there(many: Holder, address: str) -> None:
    assert fetched(address)[0].status_code == 404


def test_a_search_that_cannot_be_read_is_no_file_of_everything(many: Holder) -> None:
    response, document = fetched("/catalogue.csv?least=many")
    assert response.status_code == 422
    assert document.startswith(b"least: Write a whole number")


def test_the_page_links_to_each_file(many: Holder) -> None:
    _response, page = fetched("/catalogue?least=20")
    for file in FILES.values():
        assert f'href="/catalogue.{file.name}?least=20"' in page.decode()
