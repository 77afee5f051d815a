"""From newcomer to member by an operator's decision, and out again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from caimera.audit.queries import trail
from caimera.people import membership as acts
from caimera.people.errors import ActRefused, Overtaken
from caimera.people.models import Acceptance, Membership, Person, RoleGrant
from caimera.people.policies import current
from caimera.workflow import CLOCK, NotReady, Refused, WrongRole, WrongState, workflow
from tests.looking import browser

pytestmark = pytest.mark.django_db

MakePerson = Callable[..., Person]
ALL = [one.id for one in current()]
SENT = {"institution": "Hospital of Nowhere", "purpose": "Count lungs", "accept": ALL}


def anew(person: Person) -> Person:
    return Person.objects.get(pk=person.pk)


@pytest.fixture
def nils(make_person: MakePerson) -> Person:
    """A newcomer."""
    return make_person("nils", name="Nils Newcomer", is_member=False)


@pytest.fixture
def make_operator(make_person: MakePerson) -> MakePerson:
    def make(sub: str = "olga") -> Person:
        person, now = make_person(sub, name=f"{sub.title()} Operator"), timezone.now()
        RoleGrant.objects.create(
            person=person, role="operator", reason="test", until=now + timedelta(days=9), confirmed_at=now
        )
        return person

    return make


def apply(person: Person) -> Membership:
    return acts.apply(person=person, institution="Hospital", purpose="Count lungs", accepted=ALL)


def test_a_newcomer_applies_and_becomes_a_member_by_a_decision(
    nils: Person, make_operator: MakePerson
) -> None:
    mine, operators = browser(nils), browser(make_operator())
    assert "Apply to become a member" in mine.get("/membership").content.decode()
    assert mine.get("/saved").status_code == 403
    assert "was sent" in mine.post("/membership/apply", SENT, follow=True).content.decode()
    one, by = Membership.objects.get(), acts.due(Membership.objects.get())
    assert by is not None
    waiting = operators.get("/memberships").content.decode()
    assert "Nils Newcomer" in waiting
    assert f"{by:%B} {by.year}" in waiting
    standing = mine.get("/membership").content.decode()
    assert SENT["purpose"] in standing
    assert f"{by.day} {by:%B} {by.year}" in standing
    page = operators.get(f"/memberships/{one.pk}").content.decode()
    assert "Hospital of Nowhere" in page
    operators.post(f"/memberships/{one.pk}/decide", {"event": "accept", "seen": "1"})
    assert mine.get("/saved").status_code == 200
    assert "You are a member" in mine.get("/membership").content.decode()
    assert abs(anew(nils).member_until - timezone.now() - acts.LASTS) < timedelta(minutes=5)
    acts_told = [one.act for one in trail(object=f"person:{nils.pk}")]
    assert acts_told == ["membership.accepted", "membership.applied"]
    assert Acceptance.objects.filter(person=nils).count() == len(ALL)


def test_a_question_comes_back_is_answered_and_refused(nils: Person, make_operator: MakePerson) -> None:
    olga = make_operator()
    one = apply(nils)
    acts.step(membership_id=one.pk, event="ask-back", by=olga, reason="Which hospital?")
    mine = browser(nils)
    assert "Which hospital?" in mine.get("/membership").content.decode()
    again = mine.get("/membership/apply").content.decode()
    assert 'value="Hospital"' in again
    assert "Which hospital?" in again
    mine.post("/membership/apply", {"institution": "Nowhere", "purpose": "Count", "seen": "2"})
    assert Membership.objects.get().institution == "Nowhere"
    acts.step(membership_id=one.pk, event="refuse", by=olga, reason="No such place")
    assert "No such place" in mine.get("/membership").content.decode()
    assert not anew(nils).is_member
    assert apply(nils).state == "submitted"


@pytest.mark.django_db(transaction=True)
def test_two_operators_decide_at_once_and_one_is_told_the_state(
    nils: Person, make_operator: MakePerson
) -> None:
    one = apply(nils)
    operators = [make_operator(name) for name in ("olga", "otto")]
    together, answers = threading.Barrier(2), []

    def decide(by: Person, event: str) -> None:
        client = browser(by)
        together.wait()
        sent = {"event": event, "reason": "because", "seen": "1"}
        answers.append(client.post(f"/memberships/{one.pk}/decide", sent))
        connection.close()

    threads = [
        threading.Thread(target=decide, args=(by, event))
        for by, event in zip(operators, ("accept", "refuse"), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    (late,) = (answer for answer in answers if answer.status_code == 409)
    state = {"member": "Member", "refused": "Refused"}[Membership.objects.get().state]
    assert f"It is now: {state}." in late.content.decode()
    assert Membership.objects.get().steps.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_form_sent_twice_makes_one_application(nils: Person) -> None:
    together, statuses = threading.Barrier(2), []

    def send() -> None:
        client = browser(nils)
        together.wait()
        statuses.append(client.post("/membership/apply", SENT))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.status_code for one in statuses) == [302, 409]
    (late,) = (one for one in statuses if one.status_code == 409)
    assert "Waiting for an answer" in late.content.decode()
    assert Membership.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({**SENT, "institution": " "}, "Name your institution"),
        ({**SENT, "purpose": ""}, "Say what you want"),
        ({**SENT, "purpose": "x" * 2001}, "at most 2000 characters"),
        ({**SENT, "accept": ALL[:1]}, "Read and accept: Privacy policy."),
        ({**SENT, "accept": ["privacy/0", "acceptable-use/0"]}, "Read and accept: "),
    ],
)
def test_a_slip_is_told_and_nothing_is_lost(nils: Person, sent: dict, sentence: str) -> None:
    response = browser(nils).post("/membership/apply", sent)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert sent["institution"].strip() in response.content.decode()
    assert not Membership.objects.exists()
    assert not Acceptance.objects.exists()


def test_nobody_decides_on_their_own(make_person: MakePerson, make_operator: MakePerson) -> None:
    olga = make_operator()
    one = apply(olga)
    with pytest.raises(WrongRole):
        acts.step(membership_id=one.pk, event="accept", by=olga)
    stranger = make_person("stranger")
    assert acts.ways(one, stranger) == ()
    assert browser(stranger).get(f"/memberships/{one.pk}").status_code == 403


def test_a_membership_is_renewed_near_its_end_with_the_policies(nils: Person) -> None:
    one = apply(nils)
    acts.step(membership_id=one.pk, event="accept", by=None)
    with pytest.raises(ActRefused, match="last 30 days"):
        acts.renew(membership_id=one.pk, person=nils, accepted=ALL)
    soon = timezone.now() + timedelta(days=10)
    Membership.objects.update(until=soon)
    mine = browser(nils)
    assert "renew it now" in mine.get("/membership").content.decode()
    assert mine.post("/membership/step", {"event": "renew", "seen": "2"}).status_code == 422
    mine.post("/membership/step", {"event": "renew", "seen": "2", "accept": ALL})
    assert Membership.objects.get().until == soon + acts.LASTS
    assert anew(nils).member_until == soon + acts.LASTS


def test_a_membership_ends_by_leaving_by_an_operator_and_by_time(
    nils: Person, make_operator: MakePerson
) -> None:
    for end in ("leave", "end", "time"):
        one = apply(nils)
        acts.step(membership_id=one.pk, event="accept", by=None)
        assert anew(nils).is_member
        if end == "leave":
            browser(nils).post("/membership/step", {"event": "leave", "seen": "2"})
        elif end == "end":
            acts.step(membership_id=one.pk, event="end", by=make_operator(), reason="shared the token")
        else:
            past = timezone.now() - timedelta(seconds=1)
            Membership.objects.filter(pk=one.pk).update(until=past)
            Person.objects.filter(pk=nils.pk).update(member_until=past)
            assert not anew(nils).is_member
            assert acts.end_overdue(now=timezone.now()) == 1
        assert Membership.objects.get(pk=one.pk).state == "ended"
        assert not anew(nils).is_member


def test_a_question_nobody_answers_lapses(nils: Person, make_operator: MakePerson) -> None:
    one = apply(nils)
    acts.step(membership_id=one.pk, event="ask-back", by=make_operator(), reason="?")
    assert acts.end_overdue(now=timezone.now() + timedelta(days=60)) == 0
    assert acts.end_overdue(now=timezone.now() + timedelta(days=120)) == 1
    assert trail(act="membership.lapsed").get().detail["clock"] is True


def every_case() -> list[tuple[str, str, str]]:
    table = workflow("membership")
    events = sorted({way.event for way in table.transitions})
    roles = [*(role.name for role in table.roles), CLOCK]
    return [(state.name, event, role) for state in table.states for event in events for role in roles]


@pytest.mark.parametrize(("state", "event", "role"), every_case())
def test_every_event_in_every_state_by_everyone(state: str, event: str, role: str) -> None:
    """Allowed as the table's rows say, or refused with what is allowed; never let through in silence."""
    table = workflow("membership")
    rows = {(source, way.event): way.roles for way in table.transitions for source in way.sources}
    filed, allowed = table.forms, role in rows.get((state, event), ())
    if allowed:
        assert table.step(state, event, roles=(role,), filed=filed, reason="r").event == event
    else:
        kind = WrongRole if (state, event) in rows else WrongState
        with pytest.raises(kind) as refused:
            table.step(state, event, roles=(role,), filed=filed, reason="r")
        assert refused.value.allowed == tuple(way.event for way in table.ways(state, (role,)))


def test_the_api_lists_decides_and_tells_why_not(nils: Person, make_operator: MakePerson) -> None:
    one, client = apply(nils), browser(make_operator())
    address = f"/api/memberships/{one.pk}"
    (listed,) = client.get("/api/memberships?state=submitted").json()["memberships"]
    assert (listed["sub"], listed["you_may"]) == (nils.sub, ["accept", "ask-back", "refuse"])

    def decide(**body: object) -> tuple[int, dict]:
        answer = client.post(f"{address}/events", body, content_type="application/json")
        return answer.status_code, answer.json()

    assert decide(event="refuse")[0] == 422
    assert decide(event="dance")[0] == 404
    status, problem = decide(event="accept", seen=7)
    assert (status, problem["detail"]) == (
        409,
        "This has moved on since you looked. It is now: Waiting for an answer.",
    )
    assert decide(event="accept", seen=1)[1]["state"] == "member"
    status, problem = decide(event="accept")
    assert status == 409
    assert "not possible while this is “Member”. You may: end." in problem["detail"]
    assert [step["event"] for step in client.get(address).json()["steps"]] == ["apply", "accept"]
    assert client.get(f"/api/memberships/{nils.pk}").status_code == 404


def test_a_step_that_needs_a_reason_or_is_for_others_is_refused(nils: Person) -> None:
    one = apply(nils)
    with pytest.raises(NotReady):
        acts.step(membership_id=one.pk, event="refuse", by=None)
    with pytest.raises(Refused):
        acts.step(membership_id=one.pk, event="accept", by=nils)
    with pytest.raises(Overtaken):
        apply(nils)
    assert browser(nils).post("/membership/step", {"event": "leave"}).status_code == 409


def test_what_was_applied_for_is_told_and_forgotten(nils: Person) -> None:
    from caimera.people.own_chapters import ACCEPTANCES, MEMBERSHIPS

    acts.step(membership_id=apply(nils).pk, event="refuse", by=None, reason="Nils was rude")
    assert MEMBERSHIPS.told(nils)[0]["steps"][1]["reason"] == "Nils was rude"
    assert {one["policy"] for one in ACCEPTANCES.told(nils)} == {"acceptable-use", "privacy"}
    MEMBERSHIPS.forget(nils)
    ACCEPTANCES.forget(nils)
    (left,) = MEMBERSHIPS.told(nils)
    assert (left["institution"], left["steps"][1]["reason"]) == ("forgotten", "")
    assert (MEMBERSHIPS.count(nils), ACCEPTANCES.count(nils)) == (1, 0)
