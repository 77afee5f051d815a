"""Cases brought as far as a test needs them, by the acts themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from caimera.hub.onboarding import actions, attaching
from caimera.hub.onboarding.models import Case
from caimera.people.models import Person
from tests.hub.onboarding.conftest import (
    DECISION,
    INTEREST,
    LEGAL,
    PAPERS,
    SITE,
    TECHNICAL,
    TIER,
    WAREHOUSE,
    pdf,
)

People = Callable[[str], Person]


def given(answers: Mapping[str, Any]) -> dict[str, list[str]]:
    """Answers as texts."""
    return {name: value if isinstance(value, list) else [value] for name, value in answers.items()}


def papers(case: Case, person: Person) -> dict[str, list[str]]:
    """The checklist, with a file for each paper that a node needs."""
    files = {
        question: [
            str(
                attaching.attach(
                    case_id=case.pk, name="document-checklist", question=question, file=pdf(), person=person
                ).pk
            )
        ]
        for question in ("impact_assessment", "training", "sharing_agreement")
    }
    return {**given(PAPERS), **files}


def advance(people: People, applicant: Person, until: str = "joined") -> Case:
    """A data holder's case that has just come into a state."""
    case = actions.begin(name="data-holder", person=applicant)

    def do(event: str, by: Person, answers: Mapping[str, Any] | None = None) -> None:
        nonlocal case
        case = actions.step(case_id=case.pk, event=event, by=by, given=given(answers) if answers else None)

    steps: list[tuple[str, Callable[[], None]]] = [
        ("draft", lambda: do("submit", applicant, INTEREST)),
        ("submitted", lambda: do("invite", people("engagement"))),
        ("questionnaires", lambda: do("file-tier-maturity", applicant, TIER)),
        ("questionnaires", lambda: do("file-data-warehouse", applicant, WAREHOUSE)),
        ("questionnaires", lambda: do("answer", applicant)),
        ("documents", lambda: do("file-documents", applicant, papers(case, applicant))),
        ("in-review", lambda: do("report-technical", people("technical-board"), TECHNICAL)),
        ("in-review", lambda: do("report-legal", people("legal-board"), LEGAL)),
        ("in-review", lambda: do("accept", people("management-board"), DECISION)),
        ("accepted", lambda: do("give-site-identifier", people("operator"), SITE)),
    ]
    for state, act in steps:
        if state == until:
            return case
        act()
    assert case.state == until
    return case
