"""Signing in with the login service, as a browser does it."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone
from pytest_django import Settings

from caimera.audit.queries import trail
from caimera.demo.simulator import Simulator
from caimera.people.models import SIGN_IN_COUNTS, Person
from tests.people.conftest import Visitor

pytestmark = pytest.mark.django_db


def test_the_browser_is_sent_away_with_everything_a_safe_sign_in_needs(visitor: Visitor) -> None:
    address = visitor.begin()
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert address.startswith(visitor.simulator.issuer + "authorize?")
    assert asked["response_type"] == "code"
    assert asked["client_id"] == "test-site"
    assert asked["redirect_uri"] == "http://testserver/sign-in/callback"
    assert asked["code_challenge_method"] == "S256"
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", asked["code_challenge"])
    assert len(asked["state"]) >= 20
    assert len(asked["nonce"]) >= 20
    assert set(asked["scope"].split()) == {
        "openid",
        "profile",
        "email",
        "eduperson_entitlement",
        "offline_access",
    }


def test_a_member_signs_in_and_comes_back_to_where_they_were(visitor: Visitor) -> None:
    response = visitor.sign_in("researcher", target="/search?text=modality%20%3D%20CT")
    assert response.status_code == 302
    assert response["Location"] == "/search?text=modality%20%3D%20CT"
    person = visitor.person
    assert person is not None
    assert (person.name, person.email, person.is_member) == (
        "Rosa Researcher",
        "researcher@example.org",
        True,
    )
    assert (person.issuer, person.sub) == (
        visitor.simulator.issuer,
        visitor.simulator.provider.personas["researcher"].sub,
    )


def test_somebody_who_is_no_member_signs_in_all_the_same(visitor: Visitor) -> None:
    visitor.sign_in("newcomer")
    assert visitor.person is not None
    assert not visitor.person.is_member
    assert b"/fed/registrar/" in visitor.client.get("/membership").content


def test_a_data_holder_is_in_the_group(visitor: Visitor) -> None:
    visitor.sign_in("holder")
    assert visitor.person is not None
    assert visitor.person.in_group("data-holders")
    assert not visitor.person.in_group("operators")
    assert not visitor.person.in_group("data-holders", "trials")


def test_signing_in_again_finds_the_same_person_as_the_service_knows_them_now(
    visitor: Visitor, another_visitor: Visitor, simulator: Simulator
) -> None:
    visitor.sign_in("researcher")
    personas = simulator.provider.personas
    personas["researcher"] = type(personas["researcher"])("researcher", "Married", "Rosa", "Married-Name")
    another_visitor.sign_in("researcher")
    person = Person.objects.get()
    assert (person.name, person.is_member, person.entitlements) == ("Rosa Married-Name", False, [])
    assert [record.act for record in trail(actor=person.actor)] == [
        "person.signed-in",
        "membership.lost",
        "person.signed-in",
        "membership.gained",
    ]


def test_the_session_gets_a_new_key_and_ends_by_itself(visitor: Visitor) -> None:
    query = visitor.choose(visitor.begin())
    before = visitor.client.session.session_key
    visitor.come_back(query)
    first = visitor.client.session.session_key
    visitor.sign_in()
    assert len({before, first, visitor.client.session.session_key}) == 3
    left = visitor.client.session.get_expiry_date() - timezone.now()
    assert SIGN_IN_COUNTS - timedelta(minutes=1) < left <= SIGN_IN_COUNTS


def test_no_token_is_kept_in_the_session_and_none_unsealed(visitor: Visitor) -> None:
    visitor.sign_in()
    kept = dict(visitor.client.session.items())
    assert set(kept) == {"_auth_user_id", "_auth_user_backend", "_auth_user_hash", "_session_expiry", "proof"}
    (identity,) = visitor.person.identities.all()
    assert identity.kept is not None
    assert identity.kept["access"] not in identity.sealed


def test_after_eight_hours_the_person_is_a_visitor_again(visitor: Visitor) -> None:
    visitor.sign_in()
    assert visitor.person is not None
    Person.objects.update(checked_at=timezone.now() - SIGN_IN_COUNTS)
    assert visitor.person is None


def test_another_person_in_the_same_browser_takes_nothing_over(visitor: Visitor) -> None:
    visitor.sign_in("researcher")
    session = visitor.client.session
    session["basket"] = ["dataset"]
    session.save()
    visitor.sign_in("newcomer")
    assert visitor.person is not None
    assert visitor.person.name == "Nils Newcomer"
    assert "basket" not in visitor.client.session


STAYING = ["/", "/questions/7", "/search?text=a%20b&page=2", "/sign-in"]
LEAVING = [
    "https://evil.example.org/",
    "//evil.example.org/",
    "/\\evil.example.org",
    "\\\\evil.example.org",
    "///evil.example.org",
    "javascript:alert(1)",
    "http:evil.example.org",
    "http://testserver/questions",
    "questions",
    "",
]


@pytest.mark.parametrize("target", STAYING)
def test_a_target_on_this_site_is_gone_to(visitor: Visitor, target: str) -> None:
    assert visitor.sign_in(target=target)["Location"] == target


@pytest.mark.parametrize("target", LEAVING)
def test_a_target_elsewhere_is_not(visitor: Visitor, target: str) -> None:
    assert visitor.sign_in(target=target)["Location"] == "/"


def test_signing_out_ends_the_session_and_names_the_other_one(visitor: Visitor) -> None:
    visitor.sign_in()
    person = visitor.person
    key = visitor.client.session.session_key
    response = visitor.client.post("/sign-out")
    assert visitor.simulator.issuer + "endsession" in response.content.decode()
    assert visitor.person is None
    assert visitor.client.session.session_key != key
    assert person is not None
    assert trail(actor=person.actor)[0].act == "person.signed-out"


def test_signing_out_works_while_the_login_service_is_down(visitor: Visitor, settings: Settings) -> None:
    visitor.sign_in()
    settings.SITE = settings.SITE.model_copy(update={"oidc_issuer": "http://127.0.0.1:9/oidc/"})
    response = visitor.client.post("/sign-out")
    assert b"You are signed out" in response.content
    assert b"end that one too" not in response.content
    assert visitor.person is None


def test_a_visitor_may_sign_out_too_and_nobody_by_following_a_link(visitor: Visitor) -> None:
    assert visitor.client.post("/sign-out").status_code == 200
    assert visitor.client.get("/sign-out").status_code == 405
    assert not trail(act="person.signed-out").exists()


def test_signing_in_is_never_kept_by_a_cache(visitor: Visitor) -> None:
    assert "no-store" in visitor.client.get("/sign-in")["Cache-Control"]
    assert "no-store" in visitor.sign_in()["Cache-Control"]
