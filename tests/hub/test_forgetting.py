"""A person who did everything there is to do at a hub is forgotten, and looked for in every table."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import RequestFactory
from django.utils import timezone

from caimera.audit.checkpoints import make_checkpoint
from caimera.audit.exporting import verifiable
from caimera.audit.sequencing import sequence
from caimera.audit.verifying import verify
from caimera.cohort import parse
from caimera.hub.catalogue.models import BasketItem
from caimera.hub.onboarding.models import Filing, Step
from caimera.hub.search.actions import ask, save_question
from caimera.notices.actions import tell
from caimera.notices.models import Preference, RefusedAddress
from caimera.notices.places import note_place
from caimera.people.actions import forget_person
from caimera.people.chapters import chapters
from caimera.people.granting import give_role
from caimera.people.models import Person
from tests.hub.catalogue.conftest import Federation, Holder, federation, holder
from tests.hub.catalogue.test_basket import ONE, put, three
from tests.hub.conftest import make_person
from tests.hub.onboarding.conftest import DECISION, INTEREST, LEGAL, TECHNICAL, data_dir, with_role
from tests.hub.onboarding.journeys import advance
from tests.people.whole_database import MARK, holding, lives_here, sessions_of, somebody

__all__ = ["Federation", "Holder", "data_dir", "federation", "holder", "three"]

pytestmark = pytest.mark.django_db(transaction=True)

QUESTION = parse("modality = CT")
KEPT = {
    "people_person": "nobody any more: without name, address, rights or identifier",
    "people_rolegrant": "that a role was given, and ended",
    "people_membership": "that somebody was a member, without where from and what for",
    "people_membershipstep": "that it was decided",
    "search_question": "the question, without its purpose",
    "onboarding_case": "that it led nowhere, or became an organisation",
    "onboarding_filing": "what binds an organisation, without what is about the person",
    "onboarding_step": "that it was decided",
    "documents_document": "what an organisation handed in",
    "audit_leaf": "that somebody did this then: leaves of acts on this nobody name them by pseudonym",
}
"""The tables whose rows may still point at the person's row, which tells nobody who it was; and why."""


def is_told(person: Person) -> None:
    """Notices of their own and how they want them, a letter, an address that refused it, and two places."""
    facts = {"workflow": f"{MARK} workflow", "state": "x"}
    tell(kind="own-case", event="moved", people=[person], facts=facts, once=f"{MARK} once")
    Preference.objects.create(person=person, kind="own-case", how="daily")
    for number in (1, 2):
        request = RequestFactory().get("/", REMOTE_ADDR=f"198.51.{number}.7")
        note_place(request=request, person=person)
    RefusedAddress.objects.create(
        person=person, address=f"{MARK}@example.org", answer=MARK, since=timezone.now()
    )


NOTICES = {"notices_notice", "notices_preference", "notices_place", "notices_refusedaddress"}


@pytest.fixture
def rosa(three: Holder) -> Person:
    person = somebody()
    client = lives_here(person)
    ask(person=person, question=QUESTION, purpose=f"{MARK} thesis", request_id="r")
    save_question(person=person, name=f"{MARK} own", question=QUESTION)
    put(client, ONE, search=f"text={MARK}")
    with transaction.atomic():
        is_told(person)
    return person


def test_everything_a_person_can_leave_was_left(rosa: Person) -> None:
    left = {chapter.name for chapter in chapters() if chapter.count(rosa)}
    assert left >= {"identities", "roles", "policies", "tokens", "organisations", "trail"}
    assert left >= {"questions", "saved_questions", "basket", "notices"}
    assert holding(str(rosa.pk)) >= NOTICES
    assert BasketItem.objects.exists()
    assert sessions_of(rosa)


def test_nothing_of_the_person_stays_in_any_table(rosa: Person) -> None:
    assert len(holding(MARK)) > 8
    forget_person(person=rosa, actor=rosa.actor)
    assert holding(MARK) == set()
    assert sessions_of(rosa) == []
    assert holding(str(rosa.pk)) <= KEPT.keys()
    sequence(wait=True)
    make_checkpoint(wait=True)
    assert verify(verifiable()).findings == []
    assert holding(MARK) == set()


@pytest.mark.parametrize("until", ["in-review", "joined"])
@pytest.mark.usefixtures("transactional_db", "data_dir")
def test_nor_of_one_who_brought_an_organisation(until: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known: dict[str, Person] = {}
    for answer in ("contact_name", "contact_email", "job_title"):
        monkeypatch.setitem(INTEREST, answer, f"{MARK}@example.org")
    applicant = somebody()
    advance(lambda role: known.get(role) or known.setdefault(role, with_role(role)), applicant, until)
    assert "onboarding_filing" in holding(MARK)
    forget_person(person=applicant, actor=applicant.actor)
    assert holding(MARK) == set()
    assert holding(str(applicant.pk)) <= KEPT.keys()


@pytest.mark.parametrize(
    ("role", "report", "chosen"),
    [
        ("technical-board", TECHNICAL, {"advice": "accept", "tier_reached": "tier-2"}),
        ("legal-board", LEGAL, {"advice": "accept", "ethics": "in-order"}),
        ("management-board", DECISION, {"tier_granted": "tier-2", "decided_on": "2026-11-28"}),
    ],
)
@pytest.mark.usefixtures("transactional_db", "data_dir")
def test_nor_of_one_who_reported_or_decided_for_a_board(
    role: str, report: dict[str, Any], chosen: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What they chose stays with the organisation's case; the words they put it in go."""
    member = somebody(is_member=False)
    give_role(person=member, role=role, reason="x", until=timezone.now() + timedelta(days=9), by=None)
    monkeypatch.setitem(report, "grounds", f"{MARK}: all is well.")
    known = {role: member}
    advance(lambda role: known.get(role) or known.setdefault(role, with_role(role)), make_person("hugo"))
    Step.objects.filter(by=member).update(reason=f"{MARK} thinks so")
    assert {"onboarding_filing", "onboarding_step"} <= holding(MARK)
    forget_person(person=member, actor=member.actor)
    assert holding(MARK) == set()
    assert holding(str(member.pk)) <= KEPT.keys()
    answers = Filing.objects.get(by=member).answers
    assert {name: answers[name] for name in chosen} == chosen
    assert answers["grounds"] == "forgotten"
