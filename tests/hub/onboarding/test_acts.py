"""Nothing moves a case but its table: every state, event and role; two at once; twice; too late."""

from __future__ import annotations

import threading
import tomllib
from datetime import date, timedelta
from importlib.resources import files
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import Settings

from caimera.audit.queries import trail
from caimera.hub.onboarding import actions, following, queries
from caimera.hub.onboarding.errors import Incomplete, NoSuchCase, Overtaken
from caimera.hub.onboarding.models import Case, Draft, Filing, Step
from caimera.hub.onboarding.words import PAST
from caimera.people.errors import ActRefused
from caimera.people.models import Person
from caimera.workflow import Refused, UnknownEvent, WrongRole, WrongState, workflow
from tests.hub.conftest import make_person
from tests.hub.onboarding.conftest import INTEREST, TIER, with_role
from tests.hub.onboarding.journeys import People, advance, given
from tests.looking import browser

pytestmark = pytest.mark.django_db


def written(name: str) -> dict[str, Any]:
    """The table as it stands in its file."""
    return tomllib.loads(files("caimera.workflow").joinpath(f"data/{name}-1.toml").read_text())


def sources(way: dict[str, Any], table: dict[str, Any]) -> list[str]:
    going_on = [state["name"] for state in table["states"] if not state.get("final")]
    return going_on if way["from"] == "*" else list(way["from"])


@pytest.mark.parametrize("name", queries.WORKFLOWS)
def test_every_event_in_every_state_by_everyone(name: str, hugo: Person, people: People) -> None:
    """Allowed as the table's file says, or refused with what is allowed; by the act itself, on a case."""
    table = written(name)
    roles = [role for role in table["roles"] if role != "applicant"]
    case = actions.begin(name=name, person=hugo)
    actors = {"applicant": hugo, **{role: people(role) for role in roles}}
    events = [*sorted({way["event"] for way in table["transitions"]}), "abolish"]
    for state in (one["name"] for one in table["states"]):
        Case.objects.update(state=state, open_to=roles, waits_for=[])
        here = {way["event"]: way for way in table["transitions"] if state in sources(way, table)}
        for role, person in actors.items():
            allowed = [event for event, way in here.items() if role in way["roles"]]
            for event in events:
                refused = outcome(case, event, person)
                if event in allowed:
                    assert not isinstance(refused, UnknownEvent | WrongState | WrongRole), (
                        state,
                        event,
                        role,
                    )
                    continue
                known = any(way["event"] == event for way in table["transitions"])
                kind = UnknownEvent if not known else WrongRole if event in here else WrongState
                assert type(refused) is kind, (state, event, role)
                assert refused.allowed == tuple(allowed)


def outcome(case: Case, event: str, by: Person) -> Exception | None:
    """What came of it, undone."""
    try:
        with transaction.atomic():
            actions.step(case_id=case.pk, event=event, by=by, reason="Because.")
            transaction.set_rollback(True)
    except (Refused, Incomplete, ActRefused) as refused:
        return refused
    return None


def test_each_event_has_its_word_in_the_trail() -> None:
    for name in queries.WORKFLOWS:
        assert {way.event for way in workflow(name).transitions} <= PAST.keys()


def test_what_is_not_possible_is_told_on_the_page_and_never_200(hugo: Person, people: People) -> None:
    case = advance(people, hugo, "submitted")
    late = browser(hugo).post(f"/join/{case.pk}/move", {"event": "answer", "seen": case.version})
    assert late.status_code == 409
    assert "You may: hand-over, withdraw." in late.content.decode().replace("&quot;", '"')
    engagement = browser(people("engagement"))
    silent = engagement.post(f"/cases/{case.pk}/move", {"event": "decline", "seen": case.version})
    assert silent.status_code == 422
    assert "needs a reason" in silent.content.decode()
    other = browser(people("operator")).post(f"/cases/{case.pk}/move", {"event": "invite"})
    assert other.status_code == 404
    assert engagement.post(f"/cases/{case.pk}/move", {"event": "withdraw"}).status_code == 403
    assert engagement.post(f"/cases/{case.pk}/move", {}).status_code == 422
    assert engagement.post(f"/cases/{case.pk}/move", {"event": "dance"}).status_code == 404
    stale = engagement.post(f"/cases/{case.pk}/move", {"event": "invite", "seen": "x"})
    assert stale.status_code == 409
    case.refresh_from_db()
    assert (case.state, case.version) == ("submitted", 1)


def test_a_form_that_lacks_something_is_kept_and_told(hugo: Person) -> None:
    case = actions.begin(name="data-holder", person=hugo)
    address = f"/join/{case.pk}/forms/expression-of-interest"
    sent = {**INTEREST, "subjects": "many", "other_cancers": "", "do": "file", "seen": 0}
    response = browser(hugo).post(address, sent)
    page = response.content.decode()
    assert response.status_code == 422
    assert 'href="#q-subjects"' in page
    assert "a number in digits" in page
    assert 'href="#q-other_cancers"' in page
    assert 'value="many"' in page
    assert Draft.objects.get().given["subjects"] == ["many"]
    assert not Filing.objects.exists()


def test_words_are_bounded_by_the_server_too(hugo: Person) -> None:
    case = actions.begin(name="data-holder", person=hugo)
    long = {**INTEREST, "capabilities": "word " * 301}
    with pytest.raises(Incomplete) as refused:
        actions.step(case_id=case.pk, event="submit", by=hugo, given=given(long))
    assert refused.value.problems == {"capabilities": "Use at most 300 words; these are 301."}
    with pytest.raises(Incomplete, match="not handed in"):
        actions.save_draft(
            case_id=case.pk,
            name="expression-of-interest",
            person=hugo,
            given={"capabilities": ["x" * 30_000]},
        )


def test_what_is_begun_twice_is_one_case(hugo: Person) -> None:
    first = actions.begin(name="data-holder", person=hugo)
    assert actions.begin(name="data-holder", person=hugo) == first
    assert actions.begin(name="software-provider", person=hugo) != first
    with pytest.raises(NoSuchCase):
        actions.begin(name="membership", person=hugo)


@pytest.mark.django_db(transaction=True)
def test_a_form_sent_twice_is_handed_in_once(transactional_db: None) -> None:
    hugo = make_person("hugo", is_member=False)
    case = actions.begin(name="data-holder", person=hugo)
    sent = {**INTEREST, "do": "file", "seen": 0}
    address = f"/join/{case.pk}/forms/expression-of-interest"
    statuses = at_once([(hugo, address, sent)] * 2)
    assert sorted(statuses) == [302, 409]
    assert (Filing.objects.count(), Step.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_who_decide_at_once_cannot_both(transactional_db: None) -> None:
    hugo, one, other = make_person("hugo"), with_role("engagement", "eva"), with_role("engagement", "emil")
    case = advance(lambda _role: one, hugo, "submitted")
    address = f"/cases/{case.pk}/move"
    invite = {"event": "invite", "seen": case.version}
    decline = {"event": "decline", "reason": "No.", "seen": case.version}
    assert sorted(at_once([(one, address, invite), (other, address, decline)])) == [302, 409]
    assert Step.objects.filter(case=case).count() == 2


def at_once(requests: list[tuple[Person, str, dict[str, Any]]]) -> list[int]:
    together, statuses = threading.Barrier(len(requests)), list[int]()

    def send(person: Person, address: str, body: dict[str, Any]) -> None:
        client = browser(person)
        together.wait()
        statuses.append(client.post(address, body).status_code)
        connection.close()

    threads = [threading.Thread(target=send, args=one) for one in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


def test_a_role_sees_a_case_from_its_turn_on_and_strangers_never(hugo: Person, people: People) -> None:
    stages = {
        "draft": set(),
        "submitted": {"engagement"},
        "documents": {"engagement"},
        "in-review": {"engagement", "technical-board", "legal-board", "access-committee", "management-board"},
    }
    roles = [
        "engagement",
        "technical-board",
        "legal-board",
        "access-committee",
        "management-board",
        "operator",
    ]
    for state, seeing in stages.items():
        applicant = make_person(f"applicant-{state}", is_member=False)
        case = advance(people, applicant, state)
        found = {role for role in roles if queries.theirs(people(role)).filter(pk=case.pk).exists()}
        assert found == seeing, state
        for stranger in (hugo, make_person(f"researcher-{state}"), with_role("stakeholder", state)):
            assert not queries.visible(stranger).filter(pk=case.pk).exists()
            assert browser(stranger).get(f"/join/{case.pk}").status_code == 404
        assert queries.own(applicant).get() == case


def test_nobody_judges_their_own(people: People) -> None:
    eva = with_role("engagement", "eva")
    case = advance(people, eva, "submitted")
    with pytest.raises(WrongRole):
        actions.step(case_id=case.pk, event="invite", by=eva)
    assert not queries.theirs(eva).exists()
    assert browser(eva).get(f"/cases/{case.pk}").status_code == 404


def test_a_case_waits_for_whoever_has_the_next_step(hugo: Person, people: People) -> None:
    case = advance(people, hugo, "questionnaires")
    assert list(queries.waiting_for(hugo)) == [case]
    assert not queries.waiting_for(people("engagement")).exists()
    case = advance(people, make_person("other", is_member=False), "in-review")
    assert list(queries.waiting_for(people("legal-board"))) == [case]
    assert not queries.waiting_for(people("management-board")).exists()
    assert not queries.waiting_for(make_person("stranger")).exists()


def test_other_documents_have_to_be_judged_anew(hugo: Person, people: People) -> None:
    from tests.hub.onboarding.conftest import TECHNICAL
    from tests.hub.onboarding.journeys import papers

    case = advance(people, hugo, "in-review")
    technical = people("technical-board")
    actions.step(case_id=case.pk, event="report-technical", by=technical, given=given(TECHNICAL))
    assert not queries.waiting_for(technical).exists()
    case = actions.step(case_id=case.pk, event="ask-again", by=people("legal-board"), reason="Sign it.")
    assert case.state == "documents"
    actions.step(case_id=case.pk, event="file-documents", by=hugo, given=papers(case, hugo))
    assert list(queries.waiting_for(technical)) == [case]


def test_deadlines_go_round_weekends_holidays_and_the_sites_own_days(
    hugo: Person, people: People, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    friday = timezone.now().replace(year=2026, month=12, day=18, hour=12)
    monkeypatch.setattr("caimera.hub.onboarding.actions.timezone.now", lambda: friday)
    assert advance(people, hugo, "submitted").due == date(2027, 1, 5)
    settings.SITE = settings.SITE.model_copy(update={"closing_days": (date(2026, 12, 24),)})
    later = advance(people, make_person("later", is_member=False), "submitted")
    assert later.due == date(2027, 1, 6)
    monkeypatch.undo()
    assert "5 January 2027" in browser(hugo).get("/join").content.decode()


def test_what_nobody_answers_ends_in_the_name_of_the_clock(hugo: Person, people: People) -> None:
    case = advance(people, hugo, "questionnaires")
    waiting = advance(people, make_person("waiting", is_member=False), "submitted")
    assert actions.end_overdue(now=timezone.now() + timedelta(days=30)) == 0
    assert actions.end_overdue(now=timezone.now() + timedelta(days=200)) == 1
    case.refresh_from_db()
    waiting.refresh_from_db()
    assert (case.state, case.waits_for, waiting.state) == ("withdrawn", [], "submitted")
    assert case.steps.last().role == "clock"
    assert trail(act="case.lapsed").get().actor == "system"


def test_an_applicant_who_leaves_hands_over_with_what_was_written(hugo: Person, people: People) -> None:
    case = advance(people, hugo, "questionnaires")
    helga = make_person("helga", is_member=False)
    actions.save_draft(case_id=case.pk, name="tier-maturity", person=hugo, given=given(TIER))
    for wrong in ("hugo@example.org", "nobody@example.org"):
        with pytest.raises(ActRefused):
            hand_over(case, people("engagement"), wrong)
    hand_over(case, people("engagement"), "helga@example.org")
    assert (queries.own(helga).get(), queries.own(hugo).exists()) == (case, False)
    page = browser(helga).get(f"/join/{case.pk}/forms/tier-maturity").content.decode()
    assert 'value="1,5"' in page
    assert browser(hugo).get(f"/join/{case.pk}").status_code == 404


def hand_over(case: Case, by: Person, successor: str) -> None:
    answers = {"successor": [successor], "why": ["On leave"]}
    actions.step(case_id=case.pk, event="hand-over", by=by, given=answers)


def test_who_follows_is_told_of_each_step_in_its_transaction(hugo: Person, people: People) -> None:
    heard: list[tuple[str, tuple[str, ...]]] = []
    following.register("test", lambda step, tells, _before: heard.append((step.event, tuple(tells))))
    try:
        advance(people, hugo, "questionnaires")
    finally:
        following._following.pop("test")
    assert heard == [("submit", ("engagement",)), ("invite", ("applicant",))]


def test_earlier_answers_are_offered_again(hugo: Person, people: People) -> None:
    case = advance(people, hugo, "submitted")
    actions.step(case_id=case.pk, event="withdraw", by=hugo)
    mine = browser(hugo)
    second = actions.begin(name="data-holder", person=hugo)
    page = mine.get(f"/join/{second.pk}/forms/expression-of-interest").content.decode()
    assert "filled in from what is known here already" in page
    assert 'value="Hospital of Nowhere"' in page
    assert 'id="q-may_speak" name="may_speak" value="yes" checked' not in page
    first = make_person("fresh", is_member=False)
    fresh = actions.begin(name="data-holder", person=first)
    page = browser(first).get(f"/join/{fresh.pk}/forms/expression-of-interest").content.decode()
    assert 'value="fresh@example.org"' in page
    assert "Nowhere" not in page


def test_a_version_that_was_not_seen_is_told_how_it_stands(hugo: Person) -> None:
    case = actions.begin(name="data-holder", person=hugo)
    with pytest.raises(Overtaken, match="It is now: Being written"):
        actions.step(case_id=case.pk, event="withdraw", by=hugo, seen=7)
    with pytest.raises(NoSuchCase):
        actions.step(case_id=uuid4(), event="withdraw", by=hugo)


def test_the_shell_may_do_what_an_operator_may(hugo: Person, people: People) -> None:
    from tests.hub.onboarding.conftest import SITE

    case = advance(people, hugo, "accepted")
    done = actions.step(case_id=case.pk, event="give-site-identifier", by=None, given=given(SITE))
    assert (done.state, done.steps.last().by) == ("joined", None)
