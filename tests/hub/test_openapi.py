"""Requests nobody would think of, made from the API's own description and sent to a running hub.

As a member and as a visitor: no answer may be a failure, or any other than is described.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
import schemathesis
from django.core.serializers.json import DjangoJSONEncoder
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from caimera import cohort
from caimera.hub.search.actions import save_question
from caimera.hub.urls import api
from caimera.people.models import Person
from tests.hub.conftest import make_person
from tests.hub.search.test_actions import ask
from tests.hub.serving import serving

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clean_tables")]

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
HOW_MANY = [pytest.param(8, id="some"), pytest.param(300, id="many", marks=pytest.mark.long)]


def signed_in(person: Person) -> dict[str, str]:
    """The headers of a person's browser, which also knows the token that forms need."""
    client, token = Client(), "t" * 32
    client.force_login(person)
    session = client.cookies["caimera_hub_session"].value
    cookie = f"caimera_hub_session={session}; caimera_hub_csrf={token}"
    return {"Cookie": cookie, "X-CSRFToken": token}


def attacked(url: str, who: Mapping[str, str], known: Mapping[str, str], *, examples: int) -> set[str]:
    """Send every operation what its description allows, and what it does not; returns which were tried."""
    description = json.loads(json.dumps(api.get_openapi_schema(), cls=DjangoJSONEncoder))
    tried = set()
    for found in schemathesis.openapi.from_dict(description).get_all_operations():
        operation = found.ok()
        attack(operation, url, {"Host": "testserver", **who}, known, examples=examples)
        tried.add(operation.label)
    return tried


def attack(
    operation: Any, url: str, headers: Mapping[str, str], known: Mapping[str, str], *, examples: int
) -> None:
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def each(case: Any) -> None:
        (case.headers or {}).pop("Authorization", None)  # who asks is ours to say
        for path in ({}, known):  # what is made up, and what is there
            names = (case.path_parameters or {}).keys() & path.keys()
            case.path_parameters = {**(case.path_parameters or {}), **{name: path[name] for name in names}}
            response = case.call(base_url=url, headers=headers, timeout=60)
            case.validate_response(response, checks=CHECKS)
            if not known.keys() & (case.path_parameters or {}).keys():
                return

    each()


@pytest.mark.parametrize("examples", HOW_MANY)
@pytest.mark.timeout(1800)
def test_no_request_of_a_member_fails(examples: int, person: Person) -> None:
    saved = save_question(person=person, name="kept", question=cohort.parse("sex = female"))
    known = {"question_id": str(ask(person).pk), "saved_id": str(saved.pk)}
    with serving() as url:
        tried = attacked(url, signed_in(person), known, examples=examples)
    assert "POST /api/questions" in tried


@pytest.mark.parametrize("examples", HOW_MANY)
@pytest.mark.timeout(1800)
def test_no_request_of_a_visitor_or_of_who_is_no_member_fails(examples: int, person: Person) -> None:
    known = {"question_id": str(ask(person).pk)}
    newcomer = make_person("newcomer", is_member=False)
    with serving() as url:
        for who in ({}, signed_in(newcomer), {"Authorization": "Basic bm90OmE="}):
            assert attacked(url, who, known, examples=max(2, examples // 4))
