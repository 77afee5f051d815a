"""Acts that need a stronger or more recent sign-in: asked for, brought back, never done by themselves."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from caimera.demo.simulator import Simulator
from caimera.demo.simulator.codes import MFA, SFA
from caimera.people import tokens
from caimera.people.access import NeedsAuth, needs
from caimera.people.apps import refuse_unusable
from caimera.people.models import Person, RoleGrant
from caimera.people.personal_tokens import make_token
from caimera.people.proof import LADDER, LEEWAY_SECONDS, Demand, Proof
from caimera.people.tokens import KnownTokens
from caimera.web.access import access_of
from caimera.web.site import SettingsProblem
from tests.people.conftest import Visitor

pytestmark = pytest.mark.django_db

HOLDERS = "http://testserver/roles/holders"
CHALLENGE = 'Bearer error="insufficient_user_authentication"'


@pytest.fixture
def demanding(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A site that asks for a second factor of who gives roles or decides on memberships."""
    monkeypatch.setattr(tokens, "_tokens", KnownTokens())
    asked = {"step_up_for": ("roles.give", "members.decide", "people:profile"), "step_up_minutes": 10}
    settings.SITE = settings.SITE.model_copy(update=asked)


@pytest.fixture
def operator(demanding: None, visitor: Visitor) -> Visitor:
    """An operator who signed in with a single factor."""
    visitor.sign_in("operator")
    now = timezone.now()
    RoleGrant.objects.create(
        person=visitor.person, role="operator", reason="t", until=now + timedelta(days=1), confirmed_at=now
    )
    return visitor


def give(visitor: Visitor) -> HttpResponse:
    sent = {"who": "nobody@example.org", "role": "engagement", "reason": "first line", "until": "2027-06-30"}
    return visitor.client.post("/roles/give", sent, headers={"Referer": HOLDERS})


def step_up(visitor: Visitor, target: str, persona: str = "operator", **more: str) -> HttpResponse:
    """Go on to the login service, and come back."""
    away = visitor.client.get("/sign-in/step-up", {"next": target})["Location"]
    return visitor.come_back(visitor.choose(away, persona, **more))


def test_what_was_typed_waits_and_is_done_only_when_sent_again(operator: Visitor) -> None:
    refused = give(operator)
    page = refused.content.decode()
    assert refused.status_code == 401
    assert refused["WWW-Authenticate"].startswith(CHALLENGE)
    assert "Sign in once more for this" in page
    assert 'href="/sign-in/step-up?next=%2Froles%2Fholders"' in page
    away = operator.client.get("/sign-in/step-up", {"next": "/roles/holders"})["Location"]
    asked = dict(parse_qsl(urlsplit(away).query))
    assert (asked["acr_values"], asked["max_age"]) == (MFA, "600")
    assert operator.come_back(operator.choose(away, "operator"))["Location"] == "/roles/holders"
    shown = operator.client.get("/roles/holders").content.decode()
    assert 'value="nobody@example.org"' in shown
    assert "first line" in shown
    assert "nobody@example.org" not in operator.client.get("/roles/holders").content.decode()
    assert not RoleGrant.objects.filter(role="engagement").exists()
    assert give(operator).status_code == 422
    assert "Nobody of this address" in give(operator).content.decode()


def test_a_page_and_a_part_of_one_lead_there_and_back(operator: Visitor) -> None:
    answer = operator.client.get("/me/profile", {"a": "b c"})
    assert answer.status_code == 401
    assert "next=%2Fme%2Fprofile%3Fa%3Db%2Bc" in answer.content.decode()
    part = operator.client.get("/me/profile", headers={"HX-Current-URL": "http://testserver/me"})
    assert part["HX-Redirect"] == "/sign-in/step-up?next=%2Fme"
    step_up(operator, "/me/profile")
    assert operator.client.get("/me/profile").status_code == 200


def test_a_form_from_elsewhere_leads_to_the_start_page(operator: Visitor) -> None:
    answer = operator.client.post("/roles/give", {}, headers={"Referer": "https://evil.example.org/roles"})
    assert 'href="/sign-in/step-up?next=%2F"' in answer.content.decode()


def test_the_reason_of_a_decision_is_kept_too(operator: Visitor, another_visitor: Visitor) -> None:
    from caimera.people.membership import apply
    from caimera.people.policies import current

    another_visitor.sign_in("newcomer")
    assert another_visitor.person is not None
    one = apply(
        person=another_visitor.person,
        institution="Hospital",
        purpose="Find out.",
        accepted=[each.id for each in current()],
    )
    page = f"/memberships/{one.pk}"
    sent = {"event": "refuse", "reason": "no such hospital", "seen": "1"}
    headers = {"Referer": f"http://testserver{page}"}
    assert operator.client.post(f"{page}/decide", sent, headers=headers).status_code == 401
    step_up(operator, page)
    assert "no such hospital" in operator.client.get(page).content.decode()
    one.refresh_from_db()
    assert one.state == "submitted"
    assert operator.client.post(f"{page}/decide", sent, headers=headers).status_code == 302


def test_a_service_that_does_not_do_as_asked_is_not_believed(operator: Visitor) -> None:
    give(operator)
    refused = step_up(operator, "/roles/holders", level="one-factor")
    assert refused.status_code == 403
    assert "did not confirm a second factor" in refused.content.decode()
    assert "You are still signed in as Olga Operator" in refused.content.decode()
    assert give(operator).status_code == 401


@pytest.mark.parametrize("said", [int(time.time()) - 7200, None, "yesterday", True])
def test_nor_one_that_did_not_ask_anew(operator: Visitor, said: object) -> None:
    give(operator)
    operator.simulator.provider.mint.amend_id_token = lambda claims: {**claims, "auth_time": said}
    assert step_up(operator, "/roles/holders").status_code == 403


def test_a_service_that_says_it_cannot(operator: Visitor) -> None:
    give(operator)
    away = operator.client.get("/sign-in/step-up", {"next": "/"})["Location"]
    query = operator.choose(away, "operator")
    refused = operator.come_back({**query, "error": "unmet_authentication_requirements"})
    assert (refused.status_code, operator.person is not None) == (403, True)


def test_somebody_else_who_comes_back_changes_nothing(operator: Visitor) -> None:
    give(operator)
    refused = step_up(operator, "/roles/holders", persona="researcher")
    assert refused.status_code == 403
    assert operator.person is not None
    assert operator.person.name == "Olga Operator"
    assert give(operator).status_code == 401


def test_it_counts_for_as_long_as_the_site_says(operator: Visitor) -> None:
    give(operator)
    step_up(operator, "/roles/holders")
    assert give(operator).status_code == 422
    session = operator.client.session
    session["proof"] = [MFA, time.time() - 11 * 60]
    session.save()
    assert give(operator).status_code == 401


def test_where_nothing_is_demanded_nobody_is_sent(operator: Visitor) -> None:
    assert operator.client.get("/sign-in/step-up", {"next": "/roles"})["Location"] == "/roles"
    assert Client().get("/sign-in/step-up")["Location"].startswith("/sign-in?")


def test_the_role_comes_first(demanding: None, visitor: Visitor) -> None:
    visitor.sign_in("researcher")
    assert give(visitor).status_code == 403


def bearer(words: str) -> HttpResponse:
    address = "/api/memberships/00000000-0000-0000-0000-000000000000/events"
    headers = {"Authorization": f"Bearer {words}"}
    return Client().post(address, '{"event": "accept"}', "application/json", headers=headers)


def test_the_api_says_what_it_needs(operator: Visitor, simulator: Simulator) -> None:
    """RFC 9470: the challenge, and a token that meets it."""
    person = Person.objects.get()
    _token, words = make_token(person=person, name="n", scopes=["members.decide"], days=1)
    weak = simulator.access_token("operator")
    for refused in (bearer(weak), bearer(words)):
        assert refused.status_code == 401
        assert refused["WWW-Authenticate"].startswith(CHALLENGE)
        assert f'acr_values="{MFA}"' in refused["WWW-Authenticate"]
        assert "max_age=600" in refused["WWW-Authenticate"]
        assert "stronger or more recent sign-in" in refused.json()["detail"]
    strong = simulator.access_token("operator", acr=MFA)
    assert bearer(strong).status_code == 404
    assert bearer(strong).status_code == 404


def test_the_api_takes_a_session_that_stepped_up(operator: Visitor) -> None:
    address = "/api/memberships/00000000-0000-0000-0000-000000000000/events"
    ask: Callable[[], Any] = lambda: operator.client.post(  # noqa: E731
        address, '{"event": "accept"}', "application/json"
    )
    assert ask().status_code == 401
    give(operator)
    step_up(operator, "/")
    assert ask().status_code == 404


def test_an_act_may_demand_it_itself(operator: Visitor) -> None:
    from django.http import HttpRequest
    from django.test import RequestFactory

    @needs("roles.read", acr=MFA, max_age=60)
    def page(request: HttpRequest) -> HttpResponse:
        return HttpResponse("seen")

    assert access_of(page) == "roles.read"
    request = RequestFactory().get("/")
    request.user, request.session = Person.objects.get(), {"proof": [SFA, time.time()]}
    assert page(request).status_code == 401
    request.session = {"proof": [MFA, time.time()]}
    assert page(request).content == b"seen"
    assert NeedsAuth("roles.read", acr=MFA).demand == Demand(MFA)
    with pytest.raises(LookupError):
        needs("roles.unheard-of")


def test_a_site_does_not_start_with_a_demand_of_nothing(settings: Settings) -> None:
    site = settings.SITE.model_copy(update={"step_up_for": ("roles.gvie",)})
    with pytest.raises(SettingsProblem, match="STEP_UP_FOR cannot be used: roles.gvie is no permission"):
        refuse_unusable(site)


@given(st.sampled_from(LADDER), st.sampled_from(LADDER))
def test_a_context_meets_those_below_it(held: str, wanted: str) -> None:
    expected = LADDER.index(held) >= LADDER.index(wanted)
    assert Proof(held, 0.0).meets(Demand(wanted), now=0.0) is expected


@pytest.mark.parametrize(
    ("proof", "demand", "met"),
    [
        (Proof("", None), Demand("", None), True),
        (Proof("", None), Demand(SFA), False),
        (Proof("https://example.org/gold", None), Demand("https://example.org/gold"), True),
        (Proof(MFA, None), Demand("https://example.org/gold"), False),
        (Proof(MFA, 1000.0), Demand(MFA, 60), True),
        (Proof(MFA, 1000.0 - LEEWAY_SECONDS - 61), Demand(MFA, 60), False),
        (Proof(MFA, None), Demand("", 60), False),
    ],
)
def test_what_meets_what(proof: Proof, demand: Demand, met: bool) -> None:
    assert proof.meets(demand, now=1000.0) is met
