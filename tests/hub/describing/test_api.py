"""Describing by program: the form's fields, its mistakes, and the same in the catalogue."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from caimera.audit.models import Record as Trail
from caimera.hub.catalogue.models import Record
from caimera.hub.catalogue.queries import visible_records
from caimera.hub.catalogue.reading import parsed
from caimera.hub.describing import actions
from caimera.hub.describing.fields import FIELDS
from caimera.people.models import Person
from tests.hub.describing.sheets import WHOLE, sheet_of

pytestmark = pytest.mark.django_db(transaction=True)

DATASETS = "/api/describe/hand_the-clinic/datasets"
FIELDS_OF_ONE: dict[str, Any] = {name: value for name, value in WHOLE.items() if name != "key"} | {
    "keyword": ["lung", "CT", "screening"],
    "sex": ["Female", "Male"],
    "spatial": ["Spain", "DEU"],
    "structured": True,
    "studies": 1500,
    "variables": ["patients: age, sex", "follow-up: date"],
}


@pytest.fixture
def source(olga: Person) -> Any:
    return actions.open_source(title="The clinic", person=olga)


def put(client: Client, key: str, **changes: Any) -> Any:
    fields = {name: value for name, value in {**FIELDS_OF_ONE, **changes}.items() if value is not None}
    body = json.dumps({"fields": fields})
    return client.put(f"{DATASETS}/{key}", body, content_type="application/json")


def test_the_fields_are_the_forms(operator: Client) -> None:
    told = operator.get("/api/describe/fields").json()
    assert [one["name"] for one in told] == [each.name for each in FIELDS]
    modality = next(one for one in told if one["name"] == "modality")
    assert (modality["kind"], modality["many"], modality["needed"]) == ("term", True, True)
    assert "CT" in {term["key"] for term in modality["terms"]}


def test_a_dataset_is_described_read_changed_and_withdrawn(source: Any, operator: Client) -> None:
    assert operator.get("/api/describe").json() == [{"id": "hand_the-clinic", "title": "The clinic"}]
    first = put(operator, "lung-1")
    assert first.status_code == 200, first.content
    name = first.json()["id"]
    assert operator.get(DATASETS).json() == [first.json()]
    assert visible_records().get().title == "Lung CT of two clinics"
    read = operator.get(f"{DATASETS}/{name}").json()
    assert read["fields"]["individuals"] == ["1200"]
    before = Record.objects.get().digest
    assert put(operator, name, **read["fields"]).json()["id"] == name
    assert Record.objects.get().digest == before
    assert put(operator, "lung-1", title="Otherwise").json() == {**first.json(), "title": "Otherwise"}
    assert operator.delete(f"{DATASETS}/{name}").status_code == 204
    assert not visible_records().exists()
    assert operator.get(f"{DATASETS}/{name}").status_code == 404
    assert operator.delete(f"{DATASETS}/{name}").status_code == 404
    assert Trail.objects.filter(act="record.withdrawn", object=f"dataset:{name}").count() == 1


def test_the_same_as_a_sheet_of_the_same(source: Any, operator: Client, olga: Person) -> None:
    from caimera.hub.describing.sheet import read

    name = put(operator, "lung-1").json()["id"]
    by_program = parsed(Record.objects.get().turtle, Record.objects.get().pk)[1]
    draft = actions.keep_sheet(source=source, sheet=read(sheet_of(WHOLE)), file_name="x", person=olga)
    assert draft is not None
    assert draft.records == {name: Record.objects.get().turtle}
    assert by_program.individuals == 1200


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": None}, "title"),
        ({"title": ""}, "title"),
        ({"individuals": "many"}, "individuals"),
        ({"individuals": -1}, "individuals"),
        ({"modality": ["CT", "Daguerreotype"]}, "modality"),
        ({"structured": "perhaps"}, "structured"),
        ({"minimum_age": 90}, "minimum_age"),
        ({"variables": ["no colon"]}, "variables"),
        ({"colour": "red"}, "colour"),
        ({"title": "half a character: \ud800"}, "title"),
        ({"description": "nothing\x00more"}, "description"),
    ],
)
def test_each_mistake_is_told_at_its_field_and_nothing_changes(
    source: Any, operator: Client, changes: dict[str, Any], field: str
) -> None:
    refused = put(operator, "lung-1", **changes)
    assert refused.status_code == 422
    assert refused["Content-Type"] == "application/problem+json"
    problems = {one["path"]: one["message"] for one in refused.json()["problems"]}
    assert f"fields.{field}" in problems, problems
    assert not Record.objects.exists()


def test_only_who_may_describe_does(source: Any, member: Client) -> None:
    for client, status in ((Client(), 401), (member, 403)):
        assert put(client, "lung-1").status_code == status
        for address in ("/api/describe", "/api/describe/fields", DATASETS):
            assert client.get(address).status_code == status
    assert not Record.objects.exists()


def test_a_source_that_is_harvested_is_not_described(operator: Client, olga: Person) -> None:
    assert put(operator, "lung-1").status_code == 404
    assert operator.get(DATASETS).status_code == 404
