"""A hospital comes on board: from its first word to its site identifier, by the pages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from caimera.audit.queries import trail
from caimera.hub.onboarding.models import Case, Filing
from caimera.people.models import Organisation, Person
from tests.hub.onboarding.conftest import (
    DECISION,
    INTEREST,
    LEGAL,
    PAPERS,
    SITE,
    SOFTWARE,
    TECHNICAL,
    TIER,
    WAREHOUSE,
    browser,
    pdf,
)
from tests.hub.onboarding.journeys import People, advance

pytestmark = pytest.mark.django_db


def file(client: Client, door: str, case: Case, form: str, answers: dict[str, Any]) -> str:
    """Hand a form in on its page; the page one comes to."""
    case.refresh_from_db()
    sent = {**answers, "do": "file", "seen": case.version}
    response = client.post(f"/{door}/{case.pk}/forms/{form}", sent, follow=True)
    assert response.status_code == 200, response.content.decode()
    return response.content.decode()


def move(client: Client, door: str, case: Case, event: str, reason: str = "") -> str:
    case.refresh_from_db()
    sent = {"event": event, "reason": reason, "seen": case.version}
    response = client.post(f"/{door}/{case.pk}/move", sent, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def stands_at(client: Client, case: Case) -> str:
    """The words of a case's page, as its applicant sees it."""
    return " ".join(re.sub(r"<[^>]*>", " ", client.get(f"/join/{case.pk}").content.decode()).split())


def stands(client: Client, case: Case) -> tuple[list[str], str]:
    """What the page says is past on the case's way, and where it is now."""
    page = client.get(f"/join/{case.pk}").content.decode()
    places = re.findall(r'<li data-place="(\w+)"[^>]*>(.*?)</li>', page, re.DOTALL)
    words = [
        (place, re.sub(r"<svg.*?</svg>|<span.*?</span>", "", text, flags=re.DOTALL)) for place, text in places
    ]
    (now,) = [text.strip() for place, text in words if place == "now"]
    return [text.strip() for place, text in words if place == "past"], now


def test_a_case_that_comes_back_stays_where_it_was_and_one_that_ended_otherwise_has_no_way(
    hugo: Person, people: People
) -> None:
    case, mine = advance(people, hugo, "submitted"), browser(hugo)
    assert "You need do nothing now" in stands_at(mine, case)
    move(browser(people("engagement")), "cases", case, "return", "Which scanner?")
    assert stands(mine, case) == (["Being written"], "Received")
    assert "Yours" in stands_at(mine, case)
    move(mine, "join", case, "withdraw")
    assert 'class="course"' not in mine.get(f"/join/{case.pk}").content.decode()


def test_a_hospital_becomes_a_data_holder_with_its_site_identifier(hugo: Person, people: People) -> None:
    mine = browser(hugo)
    begun = mine.post("/join/begin", {"workflow": "data-holder"})
    case = Case.objects.get()
    assert begun["Location"] == f"/join/{case.pk}/forms/expression-of-interest"
    assert "Hospital of Nowhere is now: Received" in file(
        mine, "join", case, "expression-of-interest", INTEREST
    )

    support = browser(people("engagement"))
    assert "Hospital of Nowhere" in support.get("/cases").content.decode()
    assert "Thymoma" in support.get(f"/cases/{case.pk}/forms/expression-of-interest").content.decode()
    move(support, "cases", case, "return", "Which scanner?")
    assert "Which scanner?" in mine.get(f"/join/{case.pk}").content.decode()
    again = {**INTEREST, "capabilities": "Ten years of chest CT on two scanners."}
    file(mine, "join", case, "expression-of-interest", again)
    assert stands(mine, case) == (["Being written"], "Received")
    read = support.get(f"/cases/{case.pk}/forms/expression-of-interest").content.decode()
    assert "changed" in read
    assert "Before: Ten years of chest CT." in read
    move(support, "cases", case, "invite")

    file(mine, "join", case, "tier-maturity", TIER)
    assert "possible once this was handed in: Data-warehouse questionnaire" in stands_at(mine, case)
    file(mine, "join", case, "data-warehouse", WAREHOUSE)
    move(mine, "join", case, "answer")
    files = {f"file-{name}": pdf() for name in ("impact_assessment", "training", "sharing_agreement")}
    file(mine, "join", case, "document-checklist", {**PAPERS, **files})

    file(browser(people("technical-board")), "cases", case, "technical-report", TECHNICAL)
    file(browser(people("legal-board")), "cases", case, "legal-report", LEGAL)
    file(browser(people("management-board")), "cases", case, "decision", DECISION)
    operators = browser(people("operator"))
    form = operators.get(f"/cases/{case.pk}/forms/site-identifier").content.decode()
    assert 'value="Hospital of Nowhere"' in form
    file(operators, "cases", case, "site-identifier", SITE)

    case.refresh_from_db()
    made = Organisation.objects.get()
    assert (case.state, case.organisation, made.name) == ("joined", made, "Hospital of Nowhere")
    assert str(made.pk) in mine.get(f"/join/{case.pk}").content.decode()
    assert str(made.pk) in mine.get("/me").content.decode()
    assert stands(mine, case)[1] == "Data holder"
    assert Person.objects.get(pk=hugo.pk).roles == {"data-holder-delegate"}
    told = [one.act for one in trail(object=f"person:{hugo.pk}") if one.act.startswith("case.")]
    assert told[::-1] == [
        *("case.begun", "case.submitted", "case.returned", "case.submitted", "case.invited"),
        *("case.answered", "case.answered", "case.handed-in", "case.documented"),
        *("case.reported", "case.reported", "case.accepted", "case.joined"),
    ]
    assert {str(one) for one in Filing.objects.filter(counts=False)} == {"expression-of-interest/1"}


def test_a_software_provider_ends_with_the_role_and_a_site_identifier(hugo: Person, people: People) -> None:
    mine = browser(hugo)
    mine.post("/join/begin", {"workflow": "software-provider"})
    case = Case.objects.get()
    file(mine, "join", case, "software-interest", SOFTWARE)
    move(browser(people("engagement")), "cases", case, "invite")
    description = mine.get(f"/join/{case.pk}/forms/software-description").content.decode()
    assert 'value="Lungfinder"' in description
    described = {
        "software_name": "Lungfinder",
        "software_version": "1.0",
        "image_digest": "registry.example.org/lungfinder@sha256:0",
        "not_root": "yes",
        "no_network": "yes",
        "inputs": "CT",
        "outputs": "SEG",
        "cores_needed": "2",
        "memory_needed": "8",
        "graphics_needed": "no",
        "test_data": "https://example.org/data",
        "file-manual": pdf("manual.pdf"),
    }
    file(mine, "join", case, "software-description", described)
    tried = {
        "tried_digest": "sha256:0",
        "tried_on": "2026-11-28",
        "does_what_it_says": "yes",
        "safe": "yes",
        "grounds": "It found them.",
    }
    file(browser(people("technical-board")), "cases", case, "software-report", tried)
    site = {"known_already": "no", "organisation_name": "Tools of Nowhere"}
    file(browser(people("operator")), "cases", case, "site-identifier", site)
    case.refresh_from_db()
    assert case.state == "joined"
    assert case.organisation is not None
    assert Person.objects.get(pk=hugo.pk).roles == {"software-provider"}


def test_an_organisation_that_is_known_keeps_its_identifier(hugo: Person, people: People) -> None:
    known = Organisation.objects.create(name="Hospital of Nowhere")
    case, operators = advance(people, hugo, "accepted"), browser(people("operator"))
    address = f"/cases/{case.pk}/forms/site-identifier"
    taken = operators.post(address, {**SITE, "do": "file", "seen": case.version})
    assert taken.status_code == 409
    assert "There is an organisation of this name" in taken.content.decode()
    for identifier in ("nonsense", str(case.pk)):
        answers = {"known_already": "yes", "site_identifier": identifier, "do": "file", "seen": case.version}
        assert operators.post(address, answers).status_code == 422
    case.refresh_from_db()
    assert case.state == "accepted"
    file(
        operators,
        "cases",
        case,
        "site-identifier",
        {"known_already": "yes", "site_identifier": str(known.pk)},
    )
    case.refresh_from_db()
    assert (case.organisation, Organisation.objects.count()) == (known, 1)
