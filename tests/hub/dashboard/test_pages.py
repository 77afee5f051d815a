"""The front door as visitors get it: numbers that follow the catalogue, roles, the site's own word."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from pydantic import ValidationError

from caimera.dcat import Text
from caimera.hub.dashboard.roles import ROLES
from caimera.hub.federation.models import Node
from caimera.hub.settings.site import HubSettings
from caimera.people.organisations import place, take_on
from tests.hub.catalogue.conftest import federation, holder  # noqa: F401
from tests.hub.catalogue.holders import Federation, Holder
from tests.hub.conftest import FakeNode

pytestmark = pytest.mark.django_db(transaction=True)

EUCAIM = "https://cancerimage.eu/ontology/EUCAIM#"


def page(address: str = "/") -> str:
    """The page, its white space made even."""
    return html.unescape(" ".join(Client().get(address).content.decode().split()))


def figures(text: str) -> dict[str, str]:
    """The numbers in large print, by their labels."""
    found = re.findall(r'<div class="figure"[^>]*><dt>(.*?)</dt><dd>(.*?)<', text)
    return dict(found)


def rows(text: str, name: str) -> dict[str, str]:
    """The rows a chart is drawn from: their values by label."""
    found = re.findall(rf'data-chart-row="{name}" data-chart-label="(.*?)" data-chart-value="(.*?)"', text)
    return dict(found)


def with_site(**changes: Any) -> override_settings:
    return override_settings(SITE=settings.SITE.model_copy(update=changes))


def test_an_empty_federation_says_so() -> None:
    text = page()
    assert figures(text) == {"Subjects": "0", "Datasets": "0", "Imaging studies": "0", "Providers": "0"}
    for sentence in (
        "No hospital has published a dataset yet.",
        "No node is enrolled yet.",
        "No dataset yet.",
    ):
        assert sentence in text


def test_the_numbers_follow_the_catalogue(holder: Holder, federation: Federation) -> None:  # noqa: F811
    for number in (1, 2, 3):
        holder.publish(number, individuals=number * 1_000, studies=None if number == 1 else 40)
    federation.harvest()
    assert figures(page()) == {
        "Subjects": "about 6,000",
        "Datasets": "3",
        "Imaging studies": "about 80",
        "Providers": "1",
    }
    assert "1 dataset does not tell" in page()
    assert "about 80</td>" in page()
    holder.withdraw(3)
    federation.harvest()
    assert figures(page())["Subjects"] == "about 3,000"
    assert "2 withdrawn" not in page()
    assert "1 withdrawn" in page()


def test_the_tier_switch_narrows_numbers_and_links_by_what_nodes_really_offer(
    holder: Holder,  # noqa: F811
    make_node: Callable[..., FakeNode],
) -> None:
    silent = Holder(make_node("silent"))
    both = Federation([holder, silent])
    silent.publish(1, individuals=100, tier=f"{EUCAIM}SPEC1000014")
    holder.publish(2, individuals=200, tier=f"{EUCAIM}SPEC1000009", modality=(f"{EUCAIM}IMG1000022",))
    both.harvest()
    Node.objects.exclude(pk="silent").update(capabilities={"sex": ["EQUALS"]})
    assert figures(page("/"))["Subjects"] == "about 300"
    text = page("/?tier=2")
    assert figures(text)["Subjects"] == "about 200"
    assert '<a href="?tier=2#numbers" aria-current="true">Searchable</a>' in text
    assert figures(page("/?tier=3"))["Datasets"] == "0"
    (address,) = re.findall(r'<a href="(/catalogue\?[^"]*modality=MR)">', text)
    assert "1 dataset of 2" in page(address)


@pytest.mark.parametrize("tier", ["", "0", "4", "x", "１", "1&tier=9"])
def test_another_tier_is_all_of_them(tier: str) -> None:
    assert '<a href="?tier=1#numbers" aria-current="true">' in page(f"/?tier={tier}")


def test_every_chart_has_its_table(holder: Holder, federation: Federation) -> None:  # noqa: F811
    holder.publish(1, individuals=70, custodian=None)
    federation.harvest()
    text = page()
    charts = set(re.findall(r'data-chart="(.*?)"', text))
    assert charts == {"provider-rows", "modality-rows", "body_part-rows", "growth-rows"}
    for name in charts:
        assert rows(text, name), name
    assert list(rows(text, "provider-rows").values()) == ["70"]
    assert list(rows(text, "growth-rows").values())[-1] == "1"


def test_what_holders_write_cannot_become_a_page(holder: Holder, federation: Federation) -> None:  # noqa: F811
    holder.publish(1, title=(Text("<script>alert(1)</script> & more", "en"),))
    federation.harvest()
    assert b"<script>alert" not in Client().get("/").content


def test_news_tells_datasets_and_changes(holder: Holder, federation: Federation) -> None:  # noqa: F811
    for number in range(1, 9):
        holder.publish(number)
    federation.harvest()
    text = page()
    assert text.count("/catalogue/00000000-") == 6
    assert "The trials node</a>: 8 added" in text


def test_what_came_in_several_runs_of_a_day_is_told_once(holder: Holder, federation: Federation) -> None:  # noqa: F811
    holder.publish(1)
    federation.harvest()
    holder.publish(2)
    federation.harvest()
    text = page()
    assert text.count("The trials node</a>: ") == 1
    assert "The trials node</a>: 2 added" in text


def test_the_network_says_who_is_there(make_node: Callable[..., FakeNode]) -> None:
    make_node("here")
    make_node("gone", present=False)
    text = page()
    assert re.findall(r'<li data-state="(\w+)">', text) == ["away", "present"]
    assert '<th scope="row">The gone node</th><td>not recorded</td><td>Offline</td><td>never</td>' in text


def test_the_network_is_a_map_where_organisations_say_where_they_are(
    make_node: Callable[..., FakeNode],
) -> None:
    make_node("here")
    make_node("gone", present=False)
    made = take_on(name="Hospital", country="Netherlands", node_id="here", by=None)
    assert "network-map" not in page()
    place(organisation_id=made.pk, position="52.37, 4.90", by=None)
    text = page()
    assert "1 The here node (Netherlands)</figcaption>" in text
    assert text.count("<circle") == 1
    assert "<td>Netherlands</td><td>52.37° N, 4.90° E</td>" in text
    assert '<th scope="row">The gone node</th><td>not recorded</td><td>not recorded</td>' in text


def test_numbers_are_counted_once_an_edition(holder: Holder, federation: Federation) -> None:  # noqa: F811
    holder.publish(1)
    federation.harvest()
    page()
    with CaptureQueriesContext(connection) as asked:
        page()
    assert not [one for one in asked.captured_queries if "catalogue_record" in one["sql"]]
    assert len(asked) == 4  # the edition, what nodes offer, the nodes, whose they are


@pytest.mark.parametrize("slug", ROLES)
def test_a_role_says_what_one_gets_and_what_comes_later(slug: str) -> None:
    role, text = ROLES[slug], page(f"/become/{slug}")
    for words in (*role.gets, *role.rules, *(step.title for step in role.steps)):
        assert str(words) in text
    later = sum(step.later for step in role.steps)
    assert later == text.count("Not on this site yet")
    assert later > 0
    for state in role.workflow.states if role.workflow else ():
        assert state.help in text


def test_every_link_of_the_front_door_and_its_rooms_leads_somewhere() -> None:
    pages = [
        "/",
        "/documents",
        "/privacy",
        "/accessibility",
        "/imprint",
        *(f"/become/{slug}" for slug in ROLES),
    ]
    addresses = {
        address.partition("#")[0]
        for one in pages
        for address in re.findall(r'href="(/[^"]*)"', page(one))
        if not address.startswith("/static/")
    }
    assert {"/catalogue", "/search", "/privacy", "/become/researcher", "/api/openapi.json"} <= addresses
    # Signing in needs a login service, which is not there in these tests.
    here = [one for one in addresses if not one.startswith("/sign-in")]
    assert {Client().get(one).status_code for one in here} == {200, 302}


def test_a_role_nobody_knows_is_not_there() -> None:
    assert Client().get("/become/king").status_code == 404


def test_every_page_leads_to_the_site_s_own_word() -> None:
    for address in ("/", "/catalogue", "/search", "/membership", "/no/such/page"):
        footer = page(address).partition("<footer")[2]
        assert [one for one in ("/privacy", "/accessibility", "/imprint") if f'href="{one}"' in footer] == [
            "/privacy",
            "/accessibility",
            "/imprint",
        ]


def test_what_the_operator_has_not_said_is_named_with_its_variable() -> None:
    assert "CAIMERA_HUB_OPERATOR_NAME" in page("/imprint")
    assert "CAIMERA_HUB_DATA_PROTECTION_CONTACT" in page("/privacy")
    assert "CAIMERA_HUB_ENFORCEMENT_BODY" in page("/accessibility")
    with with_site(operator_name="University <of> Caimera", operator_contact="desk@example.org", demo=False):
        text = page("/imprint")
    assert "University <of> Caimera" in text
    assert b"University <of>" not in Client().get("/imprint").content
    assert '<a href="mailto:desk@example.org">desk@example.org</a>' in text
    assert "CAIMERA_HUB_OPERATOR_NAME" not in text
    assert "CAIMERA_HUB_OPERATOR_ADDRESS" in text


def test_the_privacy_notice_names_the_cookies_and_times_of_this_site() -> None:
    with with_site(audit_retention_days={"*": 730, "question": 3653}):
        text = page("/privacy")
    for cookie in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, "timezone"):
        assert f"<code>{cookie}</code>" in text
    assert "for 8 hours" in text
    assert "up to 10 years" in text


EXPIRES = datetime(2027, 6, 30, 12, tzinfo=UTC)


def test_security_txt_is_what_the_standard_asks_for() -> None:
    with with_site(
        security_contacts=("mailto:safe@example.org", "https://example.org/report"), security_expires=EXPIRES
    ):
        response = Client().get("/.well-known/security.txt")
    assert (response.status_code, response["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert response.content.decode().split("\r\n") == [
        "Contact: mailto:safe@example.org",
        "Contact: https://example.org/report",
        "Expires: 2027-06-30T12:00:00Z",
        "Preferred-Languages: en",
        f"Canonical: {settings.SITE.base_url}/.well-known/security.txt",
        "",
    ]


@pytest.mark.parametrize(
    "said", [{}, {"security_contacts": ("mailto:a@example.org",)}, {"security_expires": EXPIRES}]
)
def test_half_a_security_txt_is_none(said: dict[str, Any]) -> None:
    with with_site(**said):
        response = Client().get("/.well-known/security.txt")
    lines = response.content.decode().splitlines()
    assert response.status_code == 404
    assert all(line.startswith("#") for line in lines)
    assert "CAIMERA_HUB_SECURITY_EXPIRES" in lines[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("security_contacts", ["safe@example.org"]),
        ("security_contacts", ["mailto:a@example.org\r\nContact: mailto:b@example.org"]),
        ("security_contacts", ["javascript:alert(1)"]),
        ("security_expires", "2027-06-30T00:00:00"),
        ("documentation_url", "ftp://example.org"),
    ],
)
def test_settings_that_could_not_be_shown_stop_the_start(name: str, value: object) -> None:
    with pytest.raises(ValidationError) as raised:
        HubSettings.model_validate({**settings.SITE.model_dump(), name: value})
    assert {problem["loc"][0] for problem in raised.value.errors()} == {name}


def test_the_documentation_is_linked_where_the_operator_keeps_it() -> None:
    with with_site(documentation_url="https://docs.example.org/"):
        assert '<a href="https://docs.example.org/glossary/">Glossary</a>' in page("/documents")
    with with_site(documentation_url=""):
        assert "Glossary" not in page("/documents")


def test_nothing_is_written_through_the_front_door() -> None:
    for address in ("/", "/become/researcher", "/privacy", "/.well-known/security.txt"):
        assert Client().post(address).status_code == 405
