"""Several logins of one person: linked in one browser, unlinked, never two persons made one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from django.http import HttpResponse
from django.utils import timezone
from pytest_django import Settings

from caimera.audit.queries import trail
from caimera.demo.simulator import MEMBER, Simulator, running
from caimera.demo.simulator.personas import Persona
from caimera.people.apps import refuse_unusable
from caimera.people.models import Identity, Person, RoleGrant
from caimera.people.own_chapters import IDENTITIES
from caimera.people.policies import current
from caimera.people.queries import person_called
from caimera.web.site import FurtherLogin, SettingsProblem
from tests.people.conftest import KEYS, Visitor

pytestmark = pytest.mark.django_db

AUTHORITY = "urn:geant:lifescience-ri.eu#aai.lifescience-ri.eu"


@pytest.fixture
def second(settings: Settings, simulator: Simulator, tmp_path: Path) -> Iterator[Simulator]:
    """Another login service, which this site trusts, though not about groups."""
    with running(keys=KEYS) as second:
        secret = tmp_path / "secret"
        secret.write_text(second.client.client_secret)
        secret.chmod(0o600)
        one = FurtherLogin(
            label="Hospital of Nowhere", issuer=second.issuer, client_id="test-site", secret_file=secret
        )
        settings.SITE = settings.SITE.model_copy(update={"login_services": (one,)})
        yield second


def begin_link(visitor: Visitor, **sent: str) -> HttpResponse:
    return visitor.client.get("/me/identities/link", sent)


def link(visitor: Visitor, persona: str, *, do: str = "link", **sent: str) -> HttpResponse:
    """Go to the login service as another persona, come back, and press a button."""
    back = visitor.come_back(visitor.choose(begin_link(visitor, **sent)["Location"], persona))
    assert back["Location"] == "/me/identities/confirm"
    return visitor.client.post("/me/identities/finish", {"do": do})


def test_a_second_login_is_shown_confirmed_and_signs_in_the_same_person(
    visitor: Visitor, another_visitor: Visitor
) -> None:
    visitor.sign_in("newcomer")
    person = visitor.person
    assert person is not None
    assert not person.is_member
    visitor.come_back(visitor.choose(begin_link(visitor)["Location"], "researcher"))
    page = visitor.client.get("/me/identities/confirm").content.decode()
    assert "You are signed in as Nils Newcomer" in page
    assert "researcher@example.org" in page
    assert person.identities.count() == 1
    done = visitor.client.post("/me/identities/finish", {"do": "link"}, follow=True)
    assert "sign in here with Life Science Login as well" in done.content.decode()
    another_visitor.sign_in("researcher")
    same = another_visitor.person
    assert same is not None
    assert (same.pk, same.actor, same.is_member) == (person.pk, person.actor, True)
    assert Person.objects.count() == 1
    assert trail(act="identity.linked").get().actor == person.actor


def test_nothing_is_linked_that_is_not_confirmed(visitor: Visitor) -> None:
    visitor.sign_in("newcomer")
    assert link(visitor, "researcher", do="leave")["Location"] == "/me/identities"
    assert visitor.client.post("/me/identities/finish", {"do": "link"}).status_code == 409
    assert Identity.objects.count() == 1


def test_what_waits_is_for_the_person_of_the_session_alone(visitor: Visitor) -> None:
    visitor.sign_in("newcomer")
    visitor.come_back(visitor.choose(begin_link(visitor)["Location"], "holder"))
    assert "holder@example.org" not in json.dumps(dict(visitor.client.session.items()))
    waiting = visitor.client.session["to_link"]
    visitor.sign_in("committee")
    session = visitor.client.session
    session["to_link"] = waiting
    session.save()
    assert visitor.client.post("/me/identities/finish", {"do": "link"}).status_code == 409
    assert visitor.client.get("/me/identities/confirm").status_code == 302


def test_a_link_that_comes_back_to_another_session_is_refused(visitor: Visitor) -> None:
    visitor.sign_in("newcomer")
    begun = begin_link(visitor)["Location"]
    visitor.client.post("/sign-out")
    visitor.sign_in("committee")
    response = visitor.come_back(visitor.choose(begun, "holder"))
    assert response.status_code == 403
    assert "as somebody else than you were here" in response.content.decode()
    assert "You are still signed in as Carlo Committee" in response.content.decode()


def test_a_login_with_an_account_of_its_own_is_never_merged(
    visitor: Visitor, another_visitor: Visitor
) -> None:
    another_visitor.sign_in("researcher")
    visitor.sign_in("newcomer")
    refused = link(visitor, "researcher")
    assert refused.status_code == 422
    assert "has an account of its own here" in refused.content.decode()
    assert link(visitor, "newcomer").status_code == 409
    assert Identity.objects.count() == Person.objects.count() == 2


def test_unlinking_ends_its_sessions_and_the_last_one_stays(
    visitor: Visitor, another_visitor: Visitor
) -> None:
    visitor.sign_in("newcomer")
    link(visitor, "researcher")
    another_visitor.sign_in("researcher")
    first, second = Identity.objects.order_by("linked_at")
    assert visitor.client.post(f"/me/identities/{second.pk}/unlink").status_code == 302
    assert another_visitor.person is None
    person = visitor.person
    assert person is not None
    assert not person.is_member
    last = visitor.client.post(f"/me/identities/{first.pk}/unlink")
    assert last.status_code == 422
    assert "the only login you have here" in last.content.decode()
    assert visitor.client.post(f"/me/identities/{uuid4()}/unlink").status_code == 404
    assert [one.act for one in trail(act="identity.unlinked")] == ["identity.unlinked"]


def test_an_unlinked_first_login_neither_gets_in_nor_makes_somebody_new(
    visitor: Visitor, another_visitor: Visitor
) -> None:
    visitor.sign_in("newcomer")
    link(visitor, "researcher")
    first = Identity.objects.order_by("linked_at")[0]
    visitor.client.post(f"/me/identities/{first.pk}/unlink")
    assert visitor.person is None
    refused = another_visitor.sign_in("newcomer")
    assert refused.status_code == 403
    assert "was unlinked from the account it belonged to" in refused.content.decode()
    assert Person.objects.count() == 1
    visitor.sign_in("researcher")
    assert link(visitor, "newcomer").status_code == 302
    another_visitor.sign_in("newcomer")
    assert another_visitor.person == visitor.person


def test_one_cannot_unlink_anothers_login(visitor: Visitor, another_visitor: Visitor) -> None:
    another_visitor.sign_in("researcher")
    theirs = Identity.objects.get()
    visitor.sign_in("newcomer")
    assert visitor.client.post(f"/me/identities/{theirs.pk}/unlink").status_code == 404
    assert Identity.objects.filter(pk=theirs.pk).exists()


def test_of_several_login_services_one_is_chosen(visitor: Visitor, second: Simulator) -> None:
    page = visitor.client.get("/sign-in", {"next": "/roles"}).content.decode()
    assert "Hospital of Nowhere" in page
    assert "Life Science Login" in page
    away = visitor.client.get("/sign-in", {"next": "/roles", "at": second.issuer})
    assert away["Location"].startswith(second.issuer)
    assert visitor.come_back(visitor.choose(away["Location"]))["Location"] == "/roles"
    identity = Identity.objects.get()
    assert (identity.issuer, identity.label) == (second.issuer, "Hospital of Nowhere")
    unknown = visitor.client.get("/sign-in", {"at": "https://evil.example.org/"})
    assert unknown.status_code == 200
    assert begin_link(visitor, at="https://evil.example.org/").status_code == 422


def test_entitlements_are_believed_of_their_own_authority_alone(
    visitor: Visitor, second: Simulator, settings: Settings
) -> None:
    """The second service calls its people members of the first one's group."""
    visitor.sign_in_at(second.issuer, "researcher")
    person = visitor.person
    assert person is not None
    assert (person.is_member, person.entitlements) == (False, [])
    believed = settings.SITE.login_services[0].model_copy(update={"authorities": (AUTHORITY,)})
    settings.SITE = settings.SITE.model_copy(update={"login_services": (believed,)})
    visitor.sign_in_at(second.issuer, "researcher")
    person = visitor.person
    assert person is not None
    assert (person.is_member, person.entitlements) == (True, [MEMBER])


def test_the_same_sub_at_another_service_is_somebody_else(visitor: Visitor, second: Simulator) -> None:
    visitor.sign_in_at(visitor.simulator.issuer, "researcher")
    visitor.sign_in_at(second.issuer, "researcher")
    assert Person.objects.count() == 2


def test_an_answer_must_name_its_own_issuer(visitor: Visitor, second: Simulator) -> None:
    begun = visitor.client.get("/sign-in", {"at": second.issuer})["Location"]
    query = visitor.choose(begun)
    for mixed in ({**query, "iss": visitor.simulator.issuer}, {k: query[k] for k in ("state", "code")}):
        visitor.client.get("/sign-in", {"at": second.issuer})
        assert visitor.come_back(mixed).status_code == 400
    assert not Identity.objects.exists()


def test_operators_see_the_logins_and_find_by_them(visitor: Visitor, another_visitor: Visitor) -> None:
    visitor.sign_in("newcomer")
    link(visitor, "holder")
    sub = visitor.simulator.provider.personas["holder"].sub
    person = visitor.person
    assert person is not None
    assert person_called(sub) == person
    visitor.client.post(
        "/membership/apply",
        {
            "institution": "Hospital",
            "purpose": "Find out.",
            "accept": [one.id for one in current()],
        },
    )
    another_visitor.sign_in("operator")
    make_operator(another_visitor)
    page = another_visitor.client.get(f"/memberships/{person.memberships.get().pk}").content.decode()
    assert sub in page


def make_operator(visitor: Visitor) -> None:
    now = timezone.now()
    RoleGrant.objects.create(
        person=visitor.person, role="operator", reason="t", until=now + timedelta(days=1), confirmed_at=now
    )


def test_they_are_told_taken_along_and_forgotten(visitor: Visitor) -> None:
    visitor.sign_in("newcomer")
    link(visitor, "researcher")
    known = visitor.client.get("/me.json").json()["identities"]
    assert {one["email"] for one in known} == {"newcomer@example.org", "researcher@example.org"}
    assert all("sealed" not in one for one in known)
    person = visitor.person
    assert person is not None
    IDENTITIES.forget(person)
    assert not Identity.objects.exists()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"authorities": ("EUCAIM",)}, "is no authority"),
        ({"issuer": "http://login.example.org/"}, "not reached by https"),
    ],
)
def test_a_site_does_not_start_with_a_login_service_it_cannot_trust(
    settings: Settings, changed: dict[str, object], sentence: str
) -> None:
    further = FurtherLogin(
        label="Another", issuer="https://login.example.org/", client_id="x", secret_file=Path("/nowhere")
    )
    update = {
        "login_services": (further.model_copy(update=changed),),
        "demo": False,
        "oidc_issuer": "https://first.example.org/",
    }
    with pytest.raises(SettingsProblem, match=f"LOGIN_SERVICES cannot be used: .*{sentence}"):
        refuse_unusable(settings.SITE.model_copy(update=update))


def test_an_issuer_is_named_once(settings: Settings) -> None:
    again = FurtherLogin(
        label="Another", issuer=settings.SITE.oidc_issuer, client_id="x", secret_file=Path("/nowhere")
    )
    with pytest.raises(SettingsProblem, match="names an issuer twice"):
        refuse_unusable(settings.SITE.model_copy(update={"login_services": (again,)}))


def test_a_secret_open_to_others_signs_nobody_in(
    visitor: Visitor, second: Simulator, settings: Settings
) -> None:
    settings.SITE.login_services[0].secret_file.chmod(0o644)
    response = visitor.client.get("/sign-in", {"at": second.issuer})
    assert response.status_code == 502
    assert httpx.get(second.issuer + "jwk").status_code == 200


def test_a_person_keeps_the_name_of_their_first_login(visitor: Visitor, simulator: Simulator) -> None:
    simulator.provider.personas["nameless"] = Persona("nameless", "", "", "")
    visitor.sign_in("newcomer")
    link(visitor, "nameless")
    assert visitor.person is not None
    assert visitor.person.name == "Nils Newcomer"
