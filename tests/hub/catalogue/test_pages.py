"""The pages and the API as visitors get them."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from pyoxigraph import RdfFormat, parse

from caimera.dcat import Dataset, Distribution, Identifier, Rights, Text
from caimera.dcat.names import ACCESS_CONDITIONS, DATA_USE_CONDITIONS
from caimera.dcat.properties import properties
from caimera.hub.catalogue.documents import FORMS
from caimera.hub.catalogue.labels import GROUPS, LABELS
from tests.dcat.samples import EHDS, english
from tests.hub.catalogue.holders import Federation, Holder

pytestmark = pytest.mark.django_db(transaction=True)

ONE = UUID(int=1)


@pytest.fixture
def visitor() -> Client:
    return Client()


def text(response: Any) -> str:
    return response.content.decode()


def test_an_empty_catalogue_says_so(visitor: Client) -> None:
    assert "No hospital has published a dataset yet." in text(visitor.get("/catalogue"))


def test_the_list_filters_and_pages_by_its_address(
    visitor: Client, holder: Holder, federation: Federation
) -> None:
    for number in range(1, 13):
        holder.publish(number, individuals=number * 100)
    federation.harvest()
    page = text(visitor.get("/catalogue?size=10"))
    assert page.count('<li class="history-entry">') == 10
    assert '<a href="/catalogue?size=10&amp;page=2" rel="next">' in page
    page = text(visitor.get("/catalogue?magnitude=1000&modality=MR"))
    assert page.count('<li class="history-entry">') == 3
    assert '<a class="chosen-value" href="/catalogue?magnitude=1000">' in page
    assert "3 datasets of 12" in " ".join(page.split())


def test_a_form_is_sent_on_to_the_short_address(visitor: Client) -> None:
    response = visitor.get("/catalogue?text=&modality=MR&least=&most=&sort=relevance&size=25")
    assert (response.status_code, response["Location"]) == (302, "/catalogue?modality=MR")
    assert visitor.get("/catalogue?text=&least=x").status_code == 200


def test_a_part_of_the_page_is_enough_for_the_script(visitor: Client) -> None:
    response = visitor.get("/catalogue?text=&modality=MR&size=10", headers={"HX-Request": "true"})
    assert response["HX-Push-Url"] == "/catalogue?modality=MR&size=10"
    assert text(response).lstrip().startswith('<div id="catalogue"')
    assert "0 of 0 datasets." in text(response)
    assert "HX-Request" in response["Vary"]


def test_a_number_that_is_none_is_told_beside_its_field(visitor: Client) -> None:
    page = text(visitor.get("/catalogue?least=many"))
    assert "Write a whole number up to 1000000000000, or nothing." in page


def test_a_dataset_page_says_what_is_known_and_what_is_not(
    visitor: Client, holder: Holder, federation: Federation
) -> None:
    shared = Distribution(
        access_url=("https://negotiator.example.org/1",),
        legislation=EHDS,
        rights=(
            Rights(id=f"{ACCESS_CONDITIONS}DOWNLOAD"),
            Rights(id=f"{DATA_USE_CONDITIONS}NON_COMMERCIAL_USE_ONLY"),
        ),
        licence="https://creativecommons.org/licenses/by-nc/4.0/",
    )
    holder.publish(1, distribution=(shared,), studies=None, population=(), hdab=None)
    federation.harvest()
    page = " ".join(text(visitor.get(f"/catalogue/{ONE}")).split())
    for expected in (
        '<dd>340</dd><dd class="count-note">as its holder says; whether it is exact is not told',
        "Nothing is recorded of how these numbers were counted.",
        "The record counts nobody by sex, age, modality or the like.",
        "The record does not say how complete the data are.",
        "not told: nobody counted, or too few to say",
        "Population",
        "The record does not say: Population",
        "Who is authorised may download the data.",
        "No commercial use.",
        ">CC-BY-NC-4.0</a>",
        "The data are given on request only.",
        "Radiology (2023). Dataset 1 (Version 1.0.0) [Dataset]. Hospital.",
        f"http://testserver/pid/{ONE}",
        "in transition: only the health data access body is missing",
        "?format=croissant",
    ):
        assert expected in page, expected


def test_a_guests_text_is_text(visitor: Client, holder: Holder, federation: Federation) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)> fine & dandy {{ 7|add:7 }}"
    holder.publish(
        1,
        title=english(evil),
        description=english(evil),
        landing_page=("https://evil.example.org/?a=1&b=2",),
        publisher=None,
        custodian=None,
        other_identifier=(Identifier(notation="javascript:alert(3)"),),
    )
    federation.harvest()
    for address in ("/catalogue", "/catalogue?text=dandy", f"/catalogue/{ONE}"):
        page = text(visitor.get(address))
        assert "alert(1)" not in page
        assert "onerror" not in page
        assert "{{ 7|add:7 }}" in page
        assert 'href="javascript' not in page


@pytest.mark.parametrize("name", sorted(FORMS))
def test_the_record_is_there_in_every_form(
    visitor: Client, holder: Holder, federation: Federation, name: str
) -> None:
    holder.publish(1)
    federation.harvest()
    response = visitor.get(f"/catalogue/{ONE}?format={name}")
    assert response.status_code == 200
    assert response["Content-Type"] == FORMS[name].media_type
    kinds = {
        "ttl": RdfFormat.TURTLE,
        "jsonld": RdfFormat.JSON_LD,
        "rdf": RdfFormat.RDF_XML,
        "nt": RdfFormat.N_TRIPLES,
    }
    if name in kinds:
        came = {str(one.triple) for one in parse(holder.records[ONE].encode(), format=RdfFormat.TURTLE)}
        told = {str(one.triple) for one in parse(response.content, format=kinds[name])}
        assert {one for one in told if "_:" not in one} == {one for one in came if "_:" not in one}
        assert len(told) == len(came)
    else:
        assert "Dataset 1" in json.dumps(json.loads(response.content))


def test_signposts_stand_in_the_header(visitor: Client, holder: Holder, federation: Federation) -> None:
    holder.publish(1)
    federation.harvest()
    link = visitor.get(f"/catalogue/{ONE}")["Link"]
    assert f'<http://testserver/catalogue/{ONE}?format=ttl>; rel="describedby"; type="text/turtle"' in link
    assert '<https://doi.org/10.5281/zenodo.1>; rel="cite-as"' in link


def test_an_identifier_leads_to_the_page_and_later_to_a_tombstone(
    visitor: Client, holder: Holder, federation: Federation
) -> None:
    holder.publish(1)
    holder.publish(2)
    federation.harvest()
    response = visitor.get(f"/pid/{ONE}")
    assert (response.status_code, response["Location"]) == (302, f"/catalogue/{ONE}")
    holder.withdraw(1)
    federation.harvest()
    for address in (f"/pid/{ONE}", f"/catalogue/{ONE}", f"/catalogue/{ONE}?format=ttl"):
        gone = visitor.get(address)
        assert gone.status_code == 410
        assert "withdrawn on" in text(gone)
        assert "Magnetic resonance" not in text(gone)
    assert visitor.get(f"/api/catalogue/{ONE}").status_code == 410
    for address in (f"/pid/{UUID(int=9)}", f"/catalogue/{UUID(int=9)}", f"/api/catalogue/{UUID(int=9)}"):
        assert visitor.get(address).status_code == 404


def test_a_source_page_tells_its_runs_and_refusals(
    visitor: Client, holder: Holder, federation: Federation
) -> None:
    for number in range(1, 4):
        holder.publish(number)
    holder.records[UUID(int=9)] = "broken"
    federation.harvest()
    assert "1 record refused" in text(visitor.get("/catalogue/sources"))
    page = text(visitor.get("/catalogue/sources/trials"))
    assert "The document is no valid Turtle" in page
    assert '<td class="number" data-label="Added">3</td>' in page
    holder.records.clear()
    federation.harvest()
    page = text(visitor.get("/catalogue/sources/trials"))
    assert "The list lacks 3 of 3 datasets." in page
    assert "A list waits to be confirmed" in text(visitor.get("/catalogue/sources"))
    assert visitor.get("/catalogue/sources/nobody").status_code == 404


def test_the_api_tells_the_same(visitor: Client, holder: Holder, federation: Federation) -> None:
    for number in (1, 2):
        holder.publish(number, individuals=number * 100)
    federation.harvest()
    body = visitor.get("/api/catalogue?modality=MR&least=150&size=10").json()
    assert (body["count"], body["total"], body["page"], body["pages"]) == (1, 2, 1, 1)
    assert body["datasets"][0]["id"] == str(UUID(int=2))
    assert body["datasets"][0]["facets"]["vendor"] == ["ge", "siemens"]
    (sex,) = [facet for facet in body["facets"] if facet["name"] == "sex"]
    assert sex["values"] == [{"key": "male", "label": "Male", "count": 1, "chosen": False, "within": ""}]
    one = visitor.get(f"/api/catalogue/{ONE}").json()
    assert (one["source"], one["record"]) == ("trials", f"http://testserver/catalogue/{ONE}?format=ttl")
    assert {each["profile"]: each["state"] for each in one["conformance"]}[
        "EUCAIM DCAT-AP v2.0"
    ] == "conforms"


@pytest.mark.parametrize(
    "asked", ["size=101", "page=0", "sort=best", "least=-1", "least=x", f"text={'x' * 201}"]
)
def test_the_api_refuses_what_it_does_not_describe(visitor: Client, asked: str) -> None:
    response = visitor.get(f"/api/catalogue?{asked}")
    assert response.status_code == 422
    assert response["Content-Type"] == "application/problem+json"


def test_every_property_has_a_label_and_one_place() -> None:
    placed = [name for _, names in GROUPS for name in names]
    elsewhere = {"title", "description", "distribution"}
    assert len(placed) == len(set(placed))
    assert set(placed) | elsewhere == {name for name, _ in properties(Dataset)}
    assert set(placed) <= LABELS.keys()


def test_the_catalogue_stands_in_the_navigation(visitor: Client) -> None:
    assert f'<a href="{reverse("catalogue:catalogue")}" aria-current="page">Catalogue</a>' in text(
        visitor.get("/catalogue")
    )


def test_other_languages_are_no_obstacle(visitor: Client, holder: Holder, federation: Federation) -> None:
    holder.publish(1, title=(Text("Próstata", "es"),), description=(Text("Imágenes", "es"),))
    federation.harvest()
    assert "Próstata" in text(visitor.get("/catalogue?text=pr%C3%B3stata"))
