"""What people are told of cases, what waits for them, and the reminders of deadlines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from caimera.hub.onboarding import actions
from caimera.hub.onboarding.models import Case
from caimera.notices import waiting
from caimera.notices.models import Notice
from caimera.notices.queries import Shown
from caimera.notices.reminding import remind
from caimera.people.models import Person
from tests.hub.conftest import make_person
from tests.hub.onboarding.conftest import LEGAL, TECHNICAL
from tests.hub.onboarding.journeys import People, advance, given
from tests.looking import browser

pytestmark = pytest.mark.django_db


def heard(person: Person) -> list[tuple[str, str]]:
    """What a person was told of cases since somebody last asked, oldest first."""
    found = Notice.objects.filter(person=person, kind__in=("own-case", "cases", "case-deadlines"))
    told = [(one.kind, one.event) for one in found.order_by("written_at", "id")]
    found.delete()
    return told


def test_each_step_is_told_to_whose_turn_it_is_and_to_the_applicant(hugo: Person, people: People) -> None:
    engagement, technical = people("engagement"), people("technical-board")
    stakeholder = people("stakeholder")
    case = advance(people, hugo, "submitted")
    assert heard(engagement) == [("cases", "turn")]
    assert heard(hugo) == [], "they did it themselves"
    actions.step(case_id=case.pk, event="return", by=engagement, reason="Which hospital?")
    assert heard(hugo) == [("own-case", "turn")]
    assert heard(engagement) == []
    assert (heard(technical), heard(stakeholder)) == ([], [])


def test_boards_hear_of_documents_and_of_each_others_reports(hugo: Person, people: People) -> None:
    boards = [people(one) for one in ("technical-board", "legal-board", "access-committee")]
    case = advance(people, hugo, "in-review")
    assert [heard(one) for one in boards] == [[("cases", "turn")], [("cases", "turn")], []]
    heard(hugo)
    actions.step(case_id=case.pk, event="report-technical", by=boards[0], given=given(TECHNICAL))
    assert [heard(one) for one in boards] == [[], [], [("cases", "moved")]]
    assert heard(hugo) == [("own-case", "moved")]
    actions.step(case_id=case.pk, event="report-legal", by=boards[1], given=given(LEGAL))
    assert [heard(one) for one in boards] == [[], [], [("cases", "turn")]]


@pytest.mark.parametrize("role", ["applicant", "engagement"])
def test_both_hear_of_a_case_handed_over_whoever_did_it(hugo: Person, people: People, role: str) -> None:
    case, helga = advance(people, hugo, "questionnaires"), make_person("helga", is_member=False)
    by = hugo if role == "applicant" else people("engagement")
    for person in (hugo, people("engagement")):
        heard(person)
    successor = given({"successor": "helga@example.org", "why": "On leave"})
    actions.step(case_id=case.pk, event="hand-over", by=by, given=successor)
    left = Notice.objects.get(person=hugo, kind="own-case")
    assert Shown.of(left).sentence.startswith(
        "Becoming a data holder: a colleague is the applicant of your case from now on."
    )
    assert browser(hugo).get(left.page).status_code == 200
    assert (heard(hugo), heard(helga)) == ([("own-case", "no-longer-yours")], [("own-case", "yours")])
    assert heard(people("engagement")) == ([("cases", "moved")] if role == "applicant" else [])


def test_a_case_that_is_over_is_told_with_its_state(hugo: Person, people: People) -> None:
    case = advance(people, hugo, "submitted")
    actions.step(case_id=case.pk, event="decline", by=people("engagement"), reason="No images.")
    said = Shown.of(Notice.objects.get(person=hugo, kind="own-case")).sentence
    assert said == "Becoming a data holder: the case of your organisation is now: Declined."


def test_the_clock_tells_both_sides(hugo: Person, people: People) -> None:
    engagement = people("engagement")
    advance(people, hugo, "questionnaires")
    heard(hugo)
    heard(engagement)
    actions.end_overdue(now=datetime.now(UTC) + timedelta(days=200))
    assert heard(hugo) == [("own-case", "moved")]
    assert heard(engagement) == [("cases", "moved")]


def test_deadlines_are_told_when_they_are_near_and_when_they_have_passed(
    hugo: Person, people: People
) -> None:
    engagement = people("engagement")
    theirs, own = advance(people, hugo, "submitted"), advance(people, make_person("ida"), "questionnaires")
    ida = own.applicant
    due = datetime(2027, 3, 10, tzinfo=UTC)
    Case.objects.update(due=due.date())
    for person in (engagement, ida, hugo):
        heard(person)
    told = []
    for day in (-4, -3, -2, 0, 1, 5, -3, 1):
        remind(now=due + timedelta(days=day, hours=9))
        told.append(len(heard_without_taking(engagement)))
    assert told == [0, 1, 1, 1, 2, 2, 2, 2]
    assert [event for _kind, event in heard(engagement)] == ["near", "passed"]
    assert [event for _kind, event in heard(ida)] == ["near", "passed"]
    assert heard(hugo) == [], "it is not their turn"
    assert theirs.pk != own.pk


def heard_without_taking(person: Person) -> list[str]:
    return list(Notice.objects.filter(person=person, kind="case-deadlines").values_list("event", flat=True))


def test_waiting_cases_are_on_the_page_by_the_readers_door(hugo: Person, people: People) -> None:
    engagement = people("engagement")
    theirs, own = advance(people, hugo, "submitted"), actions.begin(name="data-holder", person=engagement)
    found = {one.item.page: one.item for one in waiting.page(engagement, size=9).items}
    assert set(found) == {f"/cases/{theirs.pk}", f"/join/{own.pk}"}
    assert found[f"/cases/{theirs.pk}"].due == theirs.due
    html = browser(engagement).get("/me/waiting").content.decode()
    assert "Hospital of Nowhere" in html
    assert waiting.count(engagement) == 2
    actions.step(case_id=theirs.pk, event="invite", by=engagement)
    assert (waiting.count(engagement), waiting.count(hugo)) == (1, 1)
