"""The hub as a FAIR Data Point: walked as harvesters do, followed by its changes, taken as a whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit
from uuid import UUID

import pyoxigraph
import pytest
from asgiref.sync import async_to_sync
from django.http import HttpResponse
from django.test import AsyncClient, Client
from rdflib import Graph, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, OWL, RDF, VOID

from caimera.audit.models import Record as Trail
from caimera.dcat import Severity, Text, conformance, read
from caimera.hub.catalogue import proposing
from caimera.hub.catalogue.models import Proposal, Source
from caimera.web.limits import Limit
from tests.hub.catalogue.holders import Federation, Holder
from tests.hub.conftest import FakeNode

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated"),  # in rdflib's own reader of JSON-LD
]

AS, LDP = Namespace("https://www.w3.org/ns/activitystreams#"), Namespace("http://www.w3.org/ns/ldp#")
TREE = Namespace("https://w3id.org/tree#")
POINT = "http://testserver/fdp"
OF_A_POINT = ("/fdp-o#", "#distributions", "#metadata-identifier", "isPartOf", "/fdp/profile/")
"""In the statements that a point adds to a record."""
ONE = f"{POINT}/dataset/{UUID(int=1)}"


def get(address: str, accept: str = "text/turtle", **headers: str) -> HttpResponse:
    parts = urlsplit(address)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return Client().get(path, headers={"accept": accept, **headers})  # type: ignore[return-value]


def graph(address: str) -> Graph:
    answer = get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/turtle")
    return Graph().parse(data=answer.content, format="turtle")


def walk() -> Iterator[tuple[str, Graph]]:
    waiting, seen = [POINT], {POINT}
    while waiting:
        here = waiting.pop(0)
        found = graph(here)
        yield here, found
        new = sorted({str(each) for each in found.objects(None, LDP.contains)} - seen)
        seen |= set(new)
        waiting += new


def whole(accept: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """The document of everything, as a server streams it."""

    async def ask() -> tuple[int, dict[str, str], bytes]:
        answer = await AsyncClient().get("/fdp/dump", headers={"accept": accept, **headers})
        if not answer.streaming:
            return answer.status_code, dict(answer.items()), answer.content
        pieces = [piece async for piece in answer.streaming_content]  # type: ignore[attr-defined]
        return answer.status_code, dict(answer.items()), b"".join(pieces)

    return async_to_sync(ask)()


@pytest.fixture
def federation(holder: Holder, make_node: Callable[..., FakeNode]) -> Federation:
    """Two nodes with two datasets and one."""
    other = Holder(make_node("genomics"))
    holder.publish(1)
    holder.publish(2)
    other.publish(3)
    found = Federation([holder, other])
    found.harvest()
    return found


@pytest.mark.usefixtures("federation")
def test_a_walk_reaches_every_dataset_of_every_node() -> None:
    documents = dict(walk())
    assert {each for each in documents if "/dataset/" in each} == {
        f"{POINT}/dataset/{UUID(int=n)}" for n in (1, 2, 3)
    }
    assert {each for each in documents if "/catalog/" in each} == {
        f"{POINT}/catalog/trials",
        f"{POINT}/catalog/genomics",
    }
    for address, found in documents.items():
        here = URIRef(address)
        if "/dataset/" in address:
            assert (here, RDF.type, DCAT.Dataset) in found
            assert set(found.objects(here, DCAT.distribution)) == set(found.objects(None, LDP.contains))
            assert str(found.value(here, OWL.sameAs)).startswith("https://hub.example.org/pid/")
        if "/distribution/" in address:
            assert (here, RDF.type, DCAT.Distribution) in found
        (judged,) = conformance(read(get(address).content, "text/turtle"), ["fair-data-point"]).values()
        assert judged.of(Severity.VIOLATION) == ()


@pytest.mark.usefixtures("federation")
def test_a_record_conforms_here_as_it_did_where_it_came_from() -> None:
    (judged,) = conformance(read(get(ONE).content, "text/turtle"), ["eucaim-v2"]).values()
    assert judged.of(Severity.VIOLATION) == ()


@pytest.mark.usefixtures("federation")
def test_catalogues_come_in_pages() -> None:
    first = get(f"{POINT}/catalog/trials?page=0&size=1")
    assert f'<{POINT}/catalog/trials?page=1&size=1>; rel="next"' in first["Link"]
    pages = [graph(f"{POINT}/catalog/trials?page={number}&size=1") for number in (0, 1)]
    held = [list(page.objects(None, LDP.contains)) for page in pages]
    assert held == [[URIRef(ONE)], [URIRef(f"{POINT}/dataset/{UUID(int=2)}")]]


@pytest.mark.usefixtures("federation")
@pytest.mark.parametrize(
    "path", ["", "/", "/catalog/trials", f"/dataset/{UUID(int=1)}", "/changes", "/profile/eucaim-v2"]
)
def test_who_has_it_is_sent_nothing_again(path: str) -> None:
    first = get(f"{POINT}{path}")
    assert get(f"{POINT}{path}", **{"if-none-match": first["ETag"]}).status_code == 304
    if "profile" not in path:
        assert get(f"{POINT}{path}", **{"if-modified-since": first["Last-Modified"]}).status_code == 304


def test_what_changed_has_another_tag(holder: Holder, federation: Federation) -> None:
    before = {path: get(f"{POINT}{path}")["ETag"] for path in ("", "/catalog/trials", "/changes")}
    before[f"/dataset/{UUID(int=1)}"] = get(ONE)["ETag"]
    _, headers, _ = whole("text/turtle")
    holder.publish(1, title=(Text("Otherwise", "en"),))
    federation.harvest()
    for path, tag in before.items():
        assert get(f"{POINT}{path}", **{"if-none-match": tag}).status_code == 200
    assert whole("text/turtle", **{"if-none-match": headers["ETag"]})[0] == 200


@pytest.mark.usefixtures("federation")
def test_people_get_pages_and_programs_find_their_way() -> None:
    browser = "text/html,application/xhtml+xml,*/*;q=0.8"
    assert get(ONE, browser)["Location"] == f"/catalogue/{UUID(int=1)}"
    assert "Dataset 2" in get(f"{POINT}/catalog/trials", browser).content.decode()
    for path in ("", f"/distribution/{UUID(int=1)}-1", "/profile/eucaim-v2", "/changes"):
        answer = get(f"{POINT}{path}", browser)
        assert (answer.status_code, answer["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert 'rel="describedby"; type="text/turtle"' in get(ONE)["Link"]
    assert get(ONE, "image/png").status_code == 406


def test_what_is_withdrawn_is_gone(holder: Holder, federation: Federation) -> None:
    holder.withdraw(1)
    federation.harvest()
    assert get(ONE).status_code == 410
    assert get(f"{POINT}/distribution/{UUID(int=1)}-1").status_code == 410
    assert ONE not in {address for address, _ in walk()}
    assert ONE.encode() not in whole("text/turtle")[2]


@pytest.mark.usefixtures("federation")
@pytest.mark.parametrize(
    "path",
    [
        "catalog/nobody",
        f"dataset/{UUID(int=9)}",
        f"distribution/{UUID(int=1)}-9",
        "profile/none",
        "dataset/x",
    ],
)
def test_there_is_nothing_else(path: str) -> None:
    assert get(f"{POINT}/{path}").status_code == 404


def pages_of_changes(address: str = f"{POINT}/changes") -> Iterator[Graph]:
    while address:
        page = graph(address)
        yield page
        address = str(next(iter(page.objects(None, TREE.node)), ""))


def told(address: str = f"{POINT}/changes") -> list[tuple[str, str]]:
    """Kinds and datasets of all changes, in order of kind."""
    return sorted(
        (
            str(page.value(each, RDF.type)).rpartition("#")[2],
            str(page.value(each, AS.object)).rpartition("/")[2],
        )
        for page in pages_of_changes(address)
        for each in page.objects(None, TREE.member)
    )


def test_what_changed_can_be_followed(
    holder: Holder, federation: Federation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("caimera.web.points.PAGE_SIZE", 2)
    names = {number: str(UUID(int=number)) for number in (1, 2, 3)}
    assert told() == [("Create", names[number]) for number in (1, 2, 3)]
    assert len(list(pages_of_changes())) == 2
    last = max(str(each) for page in pages_of_changes() for each in page.objects(None, AS.published))
    holder.withdraw(1)
    holder.publish(2, title=(Text("Otherwise", "en"),))
    federation.harvest()
    after = f"{POINT}/changes?after={last.replace('+', '%2B')}"
    assert told(after) == [("Delete", names[1]), ("Update", names[2])]
    assert get(f"{POINT}/changes?after=yesterday").status_code == 400


@pytest.mark.usefixtures("federation")
@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("text/turtle", pyoxigraph.RdfFormat.TURTLE),
        ("application/n-triples", pyoxigraph.RdfFormat.N_TRIPLES),
        ("application/ld+json", pyoxigraph.RdfFormat.JSON_LD),
        ("application/rdf+xml", pyoxigraph.RdfFormat.RDF_XML),
    ],
)
def test_everything_can_be_taken_at_once(accept: str, form: pyoxigraph.RdfFormat) -> None:
    status, headers, document = whole(accept)
    assert (status, headers["Content-Type"]) == (200, accept)
    found = {str(quad.triple) for quad in pyoxigraph.parse(document, format=form)}
    for number in (1, 2, 3):
        document = get(f"{POINT}/dataset/{UUID(int=number)}").content
        said = {str(each.triple) for each in pyoxigraph.parse(document, format=pyoxigraph.RdfFormat.TURTLE)}
        assert len(own := {each for each in said if not any(word in each for word in OF_A_POINT)}) > 100
        assert own <= found
    assert f"<{POINT}/catalog/genomics> <{DCAT.dataset}> <{POINT}/dataset/{UUID(int=3)}>" in found
    assert whole(accept, **{"if-none-match": headers["ETag"]})[0] == 304


def test_a_dump_of_nothing_and_in_no_such_form() -> None:
    assert json.loads(whole("application/ld+json")[2]) == []
    assert len(Graph().parse(data=whole("application/rdf+xml")[2], format="xml")) == 0
    assert whole("text/csv")[0] == 406


@pytest.mark.usefixtures("federation")
def test_the_root_names_its_dump_and_its_changes() -> None:
    found = graph(POINT)
    assert found.value(URIRef(POINT), VOID.dataDump) == URIRef(f"{POINT}/dump")
    assert (URIRef(f"{POINT}/changes"), TREE.view, URIRef(f"{POINT}/changes")) in found
    assert (URIRef(POINT), DCTERMS.title, None) in found


def ping(said: object, address: str = "/fdp") -> HttpResponse:
    body = said if isinstance(said, str) else json.dumps(said)
    return Client(enforce_csrf_checks=True).post(address, body, content_type="application/json")  # type: ignore[return-value]


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proposing, "_limit", Limit())


@pytest.mark.usefixtures("limit")
def test_a_foreign_point_tells_of_itself_and_waits_for_an_operator() -> None:
    for address in ("/fdp", "/fdp/", "/fdp"):
        assert ping({"clientUrl": "https://fdp.example.org/"}, address).status_code == 204
    assert [each.url for each in Proposal.objects.all()] == ["https://fdp.example.org/"]
    assert not Source.objects.exists()
    assert list(Trail.objects.values_list("act", "actor")) == [("source.proposed", "visitor")]


@pytest.mark.usefixtures("limit")
@pytest.mark.parametrize(
    "said",
    [
        "",
        "[",
        "[]",
        "[" * 5_000,
        {},
        {"clientUrl": 7},
        {"clientUrl": "ftp://fdp.example.org/"},
        {"clientUrl": "https://user:secret@fdp.example.org/"},
        {"clientUrl": "http://localhost/fdp"},
        {"clientUrl": "http://127.0.0.1/fdp"},
        {"clientUrl": "http://[::1]/fdp"},
        {"clientUrl": "http://[64:ff9b::7f00:1]/fdp"},
        {"clientUrl": "http://2130706433/"},
        {"clientUrl": "http://192.168.1.1/"},
        {"clientUrl": "http://intranet/"},
        {"clientUrl": "http://x:port/"},
        {"clientUrl": "http://testserver/fdp"},
        {"clientUrl": "https://fdp.example.org/" + "x" * 9_000},
    ],
)
def test_what_is_no_address_of_a_point_is_refused(said: object) -> None:
    assert ping(said).status_code == 400
    assert not Proposal.objects.exists()


@pytest.mark.usefixtures("limit")
def test_who_tells_too_often_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [ping({"clientUrl": f"https://fdp{n}.example.org/"}).status_code for n in range(12)]
    assert answers == [204] * 10 + [429] * 2
    monkeypatch.setattr(proposing, "_limit", Limit())
    monkeypatch.setattr(proposing, "MOST", 10)
    assert ping({"clientUrl": "https://another.example.org/"}).status_code == 429
    assert Proposal.objects.count() == 10
