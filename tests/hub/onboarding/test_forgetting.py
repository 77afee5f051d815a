"""A person sees everything they wrote into cases, and it goes with them; what binds an organisation stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection

from caimera.hub.documents.models import Document
from caimera.hub.onboarding import actions
from caimera.hub.onboarding.about_person import CASES
from caimera.hub.onboarding.models import Case, Draft
from caimera.people.actions import forget_person
from caimera.people.models import Person
from tests.hub.conftest import make_person
from tests.hub.onboarding.conftest import TIER, with_role
from tests.hub.onboarding.journeys import People, advance, given
from tests.looking import browser

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def everyone(transactional_db: None) -> People:
    """Somebody with a role, made when first asked for."""
    known: dict[str, Person] = {}

    def person(role: str) -> Person:
        if role not in known:
            known[role] = with_role(role)
        return known[role]

    return person


def words_in(*tables: str) -> str:
    with connection.cursor() as cursor:
        texts = []
        for table in tables:
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} AS t")
            texts.append(cursor.fetchone()[0])
    return " ".join(texts)


TABLES = (
    "onboarding_case",
    "onboarding_step",
    "onboarding_filing",
    "onboarding_draft",
    "documents_document",
    "audit_record",
)


def test_a_person_is_told_all_they_wrote(everyone) -> None:
    hugo = make_person("hugo", is_member=False)
    case = advance(everyone, hugo, "in-review")
    actions.save_draft(case_id=case.pk, name="hand-over", person=hugo, given={"why": ["Leaving"]})
    told = browser(hugo).get("/me.json").json()["cases"]
    assert told[0]["filed"][0]["answers"]["contact_email"] == "hugo@example.org"
    assert [one["draft"] for one in told if "draft" in one] == ["hand-over"]
    assert len([one for one in told if "file" in one]) == 3
    board = CASES.told(everyone("engagement"))
    assert [one["step"] for one in board if "step" in one] == ["invite"]


def test_of_a_case_that_led_nowhere_only_its_steps_stay(everyone, data_dir: Path) -> None:
    hugo = make_person("hugo", is_member=False)
    case = advance(everyone, hugo, "in-review")
    forget_person(person=hugo, actor=hugo.actor)
    case.refresh_from_db()
    assert (case.state, case.title) == ("withdrawn", "forgotten")
    text = words_in(*TABLES)
    for word in ("hugo", "Hugo", "Nowhere", "Ten years", "security@"):
        assert word not in text
    assert not Document.objects.exists()
    assert not [path for path in data_dir.rglob("*") if path.is_file()]


def test_what_binds_an_organisation_stays_without_its_person(everyone) -> None:
    hugo = make_person("hugo", is_member=False)
    case = advance(everyone, hugo, "joined")
    forget_person(person=hugo, actor=hugo.actor)
    answers = Case.objects.get(pk=case.pk).filings.get(form="expression-of-interest").answers
    assert answers["organisation_name"] == "Hospital of Nowhere"
    assert answers["contact_name"] == answers["contact_email"] == "forgotten"
    assert Document.objects.count() == 3
    assert "hugo@" not in words_in(*TABLES)


def test_who_judged_is_forgotten_and_their_drafts_go(everyone) -> None:
    hugo, board = make_person("hugo", is_member=False), everyone("technical-board")
    case = advance(everyone, hugo, "in-review")
    actions.save_draft(case_id=case.pk, name="technical-report", person=board, given={"grounds": ["Hm."]})
    actions.save_draft(case_id=case.pk, name="hand-over", person=hugo, given=given(TIER))
    forget_person(person=board, actor=board.actor)
    assert Draft.objects.get().person == hugo
    case.refresh_from_db()
    assert case.state == "in-review"
