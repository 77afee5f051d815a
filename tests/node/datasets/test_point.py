"""The node as a FAIR Data Point: every form of every document, paged and conditional."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pyoxigraph
import pytest
from asgiref.sync import async_to_sync
from django.http import HttpResponse
from django.test import AsyncClient, Client
from rdflib import Graph, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, RDF
from rdflib.util import guess_format

from caimera import dcat
from caimera.dcat import Severity, conformance, read
from caimera.node.datasets.actions import describe, register_crate, set_policy, withdraw
from caimera.node.datasets.models import Dataset
from tests.node.crates import folder, random_holding

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated"),  # in rdflib's own reader of JSON-LD
]

FDP = Namespace("https://w3id.org/fdp/fdp-o#")
LDP = Namespace("http://www.w3.org/ns/ldp#")
POINT = "http://testserver/fdp"
CATALOGUE = "http://testserver/fdp/catalog/trials"
FORMS = {
    "text/turtle": ("ttl", pyoxigraph.RdfFormat.TURTLE),
    "application/ld+json": ("jsonld", pyoxigraph.RdfFormat.JSON_LD),
    "application/rdf+xml": ("rdf", pyoxigraph.RdfFormat.RDF_XML),
    "application/n-triples": ("nt", pyoxigraph.RdfFormat.N_TRIPLES),
}
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture
def datasets(tmp_path: Path) -> tuple[UUID, ...]:
    """Three published datasets, the last protected."""
    return tuple(publish(tmp_path, number, "open" if number < 3 else "protected") for number in (1, 2, 3))


def publish(folder_: Path, number: int, policy: str = "open", patients: int = 60) -> UUID:
    written = random_holding(number, patients=patients).write(folder_)
    register_crate(path=folder(written), policy=policy, actor="system")
    describe(dataset_id=written.dataset_id, actor="system")
    return written.dataset_id


def get(address: str, accept: str | None = "text/turtle", **headers: str) -> HttpResponse:
    parts = urlsplit(address)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    wanted = {"accept": accept} if accept else {}
    return Client().get(path, headers={**wanted, **headers})  # type: ignore[return-value]


def graph(address: str, accept: str = "text/turtle") -> Graph:
    """A document as rdflib reads it, after pyoxigraph read as many statements in it."""
    answer = get(address, accept)
    assert (answer.status_code, answer["Content-Type"]) == (200, accept)
    name, form = FORMS[accept]
    found = Graph().parse(data=answer.content, format=guess_format(f"x.{name}"), publicID=address)
    assert len(set(pyoxigraph.parse(answer.content, format=form))) == len(found)
    return found


def walk(address: str, accept: str) -> Iterator[tuple[str, Graph]]:
    """Every document reached by following containers, as harvesters do."""
    waiting, seen = [address], set()
    while waiting:
        here = waiting.pop(0)
        if here not in seen:
            seen.add(here)
            found = graph(here, accept)
            yield here, found
            waiting += sorted(map(str, found.objects(None, LDP.contains)))


@pytest.mark.parametrize("accept", FORMS)
def test_a_walk_from_the_root_reaches_every_published_dataset(
    datasets: tuple[UUID, ...], accept: str
) -> None:
    documents = dict(walk(POINT, accept))
    described = {
        str(subject)
        for address, found in documents.items()
        for subject in found.subjects(RDF.type, DCAT.Dataset)
        if str(subject) == address
    }
    assert described == {f"{POINT}/dataset/{dataset_id}" for dataset_id in datasets}
    distributions = {address for address in documents if "/distribution/" in address}
    assert distributions == {f"{POINT}/distribution/{dataset_id}" for dataset_id in datasets}
    assert len(documents) == 2 + 2 * len(datasets)


def test_members_are_said_to_be_members(datasets: tuple[UUID, ...]) -> None:
    """Containers say by which property their contents belong to a record; the record says the same."""
    for address, found in walk(POINT, "text/turtle"):
        for held in found.subjects(RDF.type, LDP.DirectContainer):
            member_of, relation = (
                found.value(held, LDP.membershipResource),
                found.value(held, LDP.hasMemberRelation),
            )
            assert str(member_of) == address
            assert str(held).startswith(f"{address}#")
            assert set(found.objects(held, LDP.contains)) == set(found.objects(member_of, relation))


@pytest.mark.usefixtures("datasets")
def test_every_document_says_since_when_it_stands_and_what_it_is_part_of() -> None:
    parents = {"catalog": POINT, "dataset": CATALOGUE, "distribution": f"{POINT}/dataset/"}
    for address, found in walk(POINT, "text/turtle"):
        here = URIRef(address)
        for said in (FDP.metadataIdentifier, FDP.metadataIssued, FDP.metadataModified, DCTERMS.conformsTo):
            assert (here, said, None) in found
        if address != POINT:
            above = str(found.value(here, DCTERMS.isPartOf))
            assert above.startswith(parents[urlsplit(address).path.split("/")[2]])


@pytest.mark.usefixtures("datasets")
def test_every_document_satisfies_the_shapes_of_a_fair_data_point() -> None:
    for address, _ in walk(POINT, "text/turtle"):
        found = read(get(address).content, "text/turtle")
        (judged,) = conformance(found, ["fair-data-point"]).values()
        assert judged.of(Severity.VIOLATION) == ()


def test_what_is_not_published_is_not_there(datasets: tuple[UUID, ...], tmp_path: Path) -> None:
    withdraw(dataset_id=datasets[0], actor="system")
    new = random_holding(9, patients=5).write(tmp_path)
    register_crate(path=folder(new), policy="open", actor="system")
    for kind in ("dataset", "distribution"):
        assert get(f"{POINT}/{kind}/{datasets[0]}").status_code == 410
        assert get(f"{POINT}/{kind}/{new.dataset_id}").status_code == 404
        assert get(f"{POINT}/{kind}/{uuid4()}").status_code == 404
    everything = get(CATALOGUE).content.decode() + get(CATALOGUE, BROWSER).content.decode()
    assert str(datasets[0]) not in everything
    assert str(new.dataset_id) not in everything
    assert str(datasets[1]) in everything


@pytest.mark.parametrize("path", ["catalog/elsewhere", "profile/none", "dataset/no-uuid", "more"])
def test_there_is_nothing_else(path: str) -> None:
    assert get(f"{POINT}/{path}").status_code == 404


def test_a_point_without_datasets_is_a_point() -> None:
    found = graph(CATALOGUE)
    assert (URIRef(CATALOGUE), RDF.type, DCAT.Catalog) in found
    assert not list(found.objects(None, LDP.contains))
    assert "0 datasets are described here." in get(CATALOGUE, BROWSER).content.decode()


# Forms


@pytest.mark.parametrize("accept", [None, "*/*", "text/turtle, application/ld+json;q=0.5", "text/*"])
def test_turtle_is_what_one_gets_who_does_not_care(accept: str | None) -> None:
    answer = get(POINT, accept)
    assert answer["Content-Type"] == "text/turtle"
    assert "Accept" in answer["Vary"]


@pytest.mark.parametrize("media_type", FORMS)
def test_a_form_can_be_asked_for_in_the_address(media_type: str) -> None:
    for named in (FORMS[media_type][0], media_type.replace("+", "%2B"), FORMS[media_type][0].upper()):
        assert get(f"{POINT}?format={named}", BROWSER)["Content-Type"] == media_type


def test_forms_that_are_not_there_are_refused_with_those_that_are() -> None:
    for answer, status in ((get(POINT, "image/png"), 406), (get(f"{POINT}?format=pdf"), 400)):
        assert answer.status_code == status
        assert "text/turtle" in answer.content.decode()


def test_other_words_in_the_address_are_let_pass() -> None:
    assert get(f"{POINT}?Accept=text%2Fturtle", "*/*").status_code == 200
    assert get(f"{CATALOGUE}?page=x&size=-1").status_code == 200


@pytest.mark.usefixtures("datasets")
def test_the_point_is_for_reading() -> None:
    for method in ("post", "put", "delete", "patch"):
        assert getattr(Client(), method)("/fdp").status_code == 405
    assert Client().head("/fdp").status_code == 200


def test_programs_of_other_sites_may_read() -> None:
    assert get(POINT)["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("name", dcat.PROFILES)
def test_the_shapes_of_every_profile_are_served(name: str) -> None:
    address = f"{POINT}/profile/{name}"
    assert get(address).content == dcat.shapes_text(name)
    as_turtle, as_json = graph(address), graph(address, "application/ld+json")
    assert len(as_turtle) == len(as_json) > 20
    assert "sh:NodeShape" in get(address, BROWSER).content.decode()


# Pages of the list


def test_a_catalogue_can_be_read_page_by_page(datasets: tuple[UUID, ...]) -> None:
    address, read_, links = f"{CATALOGUE}?page=0&size=2", [], {}
    while address:
        answer = get(address)
        links = {name: link for link, name in re.findall(r'<([^>]+)>; rel="(\w+)"', answer["Link"])}
        found = Graph().parse(data=answer.content, format="turtle")
        read_.append(sorted(map(str, found.objects(None, LDP.contains))))
        address = links.get("next", "")
    assert [len(page) for page in read_] == [2, 1]
    assert [one for page in read_ for one in page] == sorted(f"{POINT}/dataset/{each}" for each in datasets)
    assert links == {
        "first": f"{CATALOGUE}?page=0&size=2",
        "prev": f"{CATALOGUE}?page=0&size=2",
        "last": f"{CATALOGUE}?page=1&size=2",
    }


def test_a_page_beyond_the_last_is_empty(datasets: tuple[UUID, ...]) -> None:
    assert not list(graph(f"{CATALOGUE}?page=7&size=2").objects(None, LDP.contains))
    assert len(list(graph(f"{CATALOGUE}?page=0&size=0").objects(None, LDP.contains))) == 1
    assert len(list(graph(f"{CATALOGUE}?page=0&size=999999").objects(None, LDP.contains))) == len(datasets)


# Asking again


def test_who_has_it_already_is_told_so(datasets: tuple[UUID, ...]) -> None:
    for address in (
        POINT,
        CATALOGUE,
        f"{POINT}/dataset/{datasets[0]}",
        f"{POINT}/distribution/{datasets[0]}",
    ):
        for accept in FORMS:
            first = get(address, accept)
            again = get(address, accept, **{"if-none-match": first["ETag"]})
            assert (again.status_code, again.content) == (304, b"")
            assert again["ETag"] == first["ETag"]
            assert get(address, accept, **{"if-modified-since": first["Last-Modified"]}).status_code == 304
            other = "text/turtle" if accept != "text/turtle" else "application/ld+json"
            assert get(address, other, **{"if-none-match": first["ETag"]}).status_code == 200
    profile = f"{POINT}/profile/eucaim-v2"
    assert get(profile, **{"if-none-match": get(profile)["ETag"]}).status_code == 304


def test_what_changed_is_sent_again(datasets: tuple[UUID, ...]) -> None:
    dataset = f"{POINT}/dataset/{datasets[0]}"
    before = {address: get(address)["ETag"] for address in (CATALOGUE, dataset)}
    set_policy(dataset_id=datasets[0], changes={"name": "protected"}, actor="system")
    assert get(dataset, **{"if-none-match": before[dataset]}).status_code == 200
    assert get(CATALOGUE, **{"if-none-match": before[CATALOGUE]}).status_code in {200, 304}
    withdraw(dataset_id=datasets[1], actor="system")
    assert get(CATALOGUE, **{"if-none-match": before[CATALOGUE]}).status_code == 200


# For programs that find their way by links


def test_a_dataset_has_signposts(datasets: tuple[UUID, ...]) -> None:
    address = f"{POINT}/dataset/{datasets[0]}"
    for accept in (BROWSER, "text/turtle"):
        links = get(address, accept)["Link"]
        assert f'<{address}>; rel="cite-as"' in links
        for media_type, (name, _) in FORMS.items():
            assert f'<{address}?format={name}>; rel="describedby"; type="{media_type}"' in links


# For people


def test_people_get_pages(datasets: tuple[UUID, ...]) -> None:
    pages = {
        POINT: "Test node",
        CATALOGUE: "3 datasets are described here.",
        f"{POINT}/dataset/{datasets[0]}": "Number of unique individuals",
        f"{POINT}/distribution/{datasets[0]}": "Remote processing",
    }
    for address, words in pages.items():
        answer = get(address, BROWSER)
        assert answer["Content-Type"] == "text/html; charset=utf-8"
        assert words in answer.content.decode()
        assert answer["Cache-Control"] == "private, no-cache"
        assert "Cookie" in answer["Vary"]


def test_a_page_leads_to_the_next(datasets: tuple[UUID, ...]) -> None:
    first = get(f"{CATALOGUE}?page=0&size=2", BROWSER).content.decode()
    (following,) = re.findall(r'<a href="([^"]+)" rel="next">', first)
    second = get(following.replace("&amp;", "&"), BROWSER).content.decode()
    titles = re.findall(r">(Collection \d)</a>", first + second)
    assert sorted(titles) == ["Collection 1", "Collection 2", "Collection 3"]
    assert 'rel="prev"' in second


def test_what_somebody_typed_is_text_on_a_page(tmp_path: Path) -> None:
    dataset_id = publish(tmp_path, 5)
    Dataset.objects.filter(id=dataset_id).update(
        title='<script>alert("x")</script>', description="<b>bold</b>"
    )
    describe(dataset_id=dataset_id, actor="system")
    for address in (CATALOGUE, f"{POINT}/dataset/{dataset_id}"):
        page = get(address, BROWSER).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page
        assert "<b>bold" not in page


AS, TREE = Namespace("https://www.w3.org/ns/activitystreams#"), Namespace("https://w3id.org/tree#")


def kinds(address: str = f"{POINT}/changes") -> dict[str, str]:
    """What last happened to each dataset, by the stream of changes."""
    found = graph(address)
    return {
        str(found.value(each, AS.object)).rpartition("/")[2]: str(found.value(each, RDF.type)).rpartition(
            "#"
        )[2]
        for each in found.objects(None, TREE.member)
    }


def test_what_changed_can_be_followed(datasets: tuple[UUID, ...]) -> None:
    assert kinds() == {str(each): "Create" for each in datasets}
    moments = [str(each) for each in graph(f"{POINT}/changes").objects(None, AS.published)]
    withdraw(dataset_id=datasets[0], actor="system")
    after = max(moments).replace("+", "%2B")
    assert kinds(f"{POINT}/changes?after={after}") == {str(datasets[0]): "Delete"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("accept", ["text/turtle", "application/ld+json", "application/n-triples"])
def test_everything_can_be_taken_at_once(tmp_path: Path, accept: str) -> None:
    names = [publish(tmp_path, number) for number in (1, 2)]

    async def ask(**headers: str) -> tuple[HttpResponse, bytes]:
        answer = await AsyncClient().get("/fdp/dump", headers={"accept": accept, **headers})
        pieces = [piece async for piece in answer.streaming_content] if answer.streaming else []  # type: ignore[attr-defined]
        return answer, b"".join(pieces)  # type: ignore[return-value]

    answer, document = async_to_sync(ask)()
    assert (answer.status_code, answer["Content-Type"]) == (200, accept)
    found = {str(each.triple) for each in pyoxigraph.parse(document, format=FORMS[accept][1])}
    for name in names:
        assert f"<{CATALOGUE}> <{DCAT.dataset}> <{POINT}/dataset/{name}>" in found
        stored = pyoxigraph.parse(dataset_turtle(name), format=pyoxigraph.RdfFormat.TURTLE)
        assert {str(each.triple) for each in stored} <= found
    assert async_to_sync(ask)(**{"if-none-match": answer["ETag"]})[0].status_code == 304


def dataset_turtle(name: UUID) -> str:
    return Dataset.objects.get(pk=name).described.turtle
