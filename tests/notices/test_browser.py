"""The pages of notices in a browser: for member and operator, on a phone, by keyboard, without scripts."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from caimera.notices.models import Notice, RefusedAddress
from caimera.notices.sending import send_waiting
from caimera.people import membership
from caimera.people.granting import give_role
from caimera.people.models import Person
from caimera.people.organisations import take_on
from caimera.people.personal_tokens import make_token
from caimera.people.policies import current
from tests.browser.test_access import expect_no_sideways_scrolling, expect_no_violations
from tests.hub.catalogue.test_browser import AXE, browsing
from tests.hub.catalogue.test_browser_pages import LOOKS
from tests.hub.conftest import make_person
from tests.looking import browser as session_of
from tests.notices.conftest import with_role
from tests.notices.mail_server import MailServer

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("clean_tables"),
    pytest.mark.timeout(400),
]


def cookie_of(person: Person) -> str:
    """Their session; asked of the database before a browser is there."""
    return session_of(person).cookies["caimera_hub_session"].value


def opened(browser: Browser, url: str, cookie: str, *, width: int = 1280, scripts: bool = True) -> Page:
    context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=scripts)
    context.add_cookies([{"name": "caimera_hub_session", "value": cookie, "url": url}])
    return context.new_page()


def photograph(page: Page, name: str) -> None:
    """Keep a picture of every look where somebody wants to see them."""
    if where := os.environ.get("CAIMERA_NOTICES_PICTURES"):
        for look, width, scheme in LOOKS:
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=f"{where}/{name}-{look}.png", full_page=True)


def something_for_everyone() -> tuple[Person, Person]:
    """A member with notices, and an operator for whom something of each kind waits."""
    rosa, olga = make_person("rosa"), with_role("operator", "olga")
    otto, nils = with_role("operator", "otto"), make_person("nils", is_member=False)
    make_token(person=rosa, name="mine", scopes=[], days=30)
    give_role(person=rosa, role="stakeholder", reason="x", until=_in(90), by=olga)
    give_role(person=rosa, role="operator", reason="x", until=_in(90), by=otto)
    accepted = [policy.id for policy in current()]
    membership.apply(person=nils, institution="Hospital of Nowhere", purpose="Look", accepted=accepted)
    take_on(name="Institute without a voice", by=olga)
    RefusedAddress.objects.create(
        person=nils, address=nils.email, answer="550 5.1.1 no such user here", since=timezone.now()
    )
    return rosa, olga


def _in(days: int) -> object:
    return timezone.now() + timedelta(days=days)


def test_every_page_of_notices_is_open_to_everyone(server: MailServer) -> None:
    rosa, olga = something_for_everyone()
    pages = {
        "member": (cookie_of(rosa), ("/me/notices", "/me/notices/preferences", "/me/waiting")),
        "operator": (
            cookie_of(olga),
            ("/me/notices", "/me/notices/preferences", "/me/waiting", "/mail"),
        ),
    }
    with browsing() as (chromium, url):
        for name, (cookie, addresses) in pages.items():
            page = opened(chromium, url, cookie)
            for address in addresses:
                page.goto(f"{url}{address}")
                expect(page.locator("h1")).to_have_count(1)
                expect_no_violations(page, AXE)
                expect_no_sideways_scrolling(page)
                photograph(page, f"{name}{address.replace('/', '-')}")


def test_a_member_reads_chooses_and_goes_on_by_keyboard_alone(server: MailServer) -> None:
    rosa, _olga = something_for_everyone()
    cookie = cookie_of(rosa)
    with browsing() as (chromium, url):
        page = opened(chromium, url, cookie, width=360, scripts=False)
        page.goto(f"{url}/membership")
        page.get_by_role("link", name="Notices 2").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text("2 notices are unread.")).to_be_visible()
        page.get_by_role("link", name="A token was made in your name").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Tokens and sessions")
        page.goto(f"{url}/me/notices")
        page.get_by_role("button", name="Mark all as read").press("Enter")
        expect(page.get_by_text("0 notices are unread.")).to_be_visible()
        page.get_by_role("link", name="Choose what comes by mail").press("Enter")
        page.get_by_label("Reminders that a token of yours ends").select_option("On this site only")
        page.get_by_role("button", name="Keep").press("Enter")
        expect(page.get_by_label("Reminders that a token of yours ends")).to_have_value("web")
    assert not Notice.objects.filter(person=rosa, read_at=None).exists()


def test_an_operator_goes_through_what_waits_and_mends_the_mail(server: MailServer) -> None:
    _rosa, olga = something_for_everyone()
    send_waiting()
    cookie = cookie_of(olga)
    with browsing() as (chromium, url):
        page = opened(chromium, url, cookie)
        page.goto(f"{url}/me/waiting")
        expect(page.get_by_text("4 things wait for you.")).to_be_visible()
        page.get_by_role("link", name="Decide on an application to become a member").click()
        page.get_by_role("button", name="Accept").click()
        page.get_by_role("link", name="Waiting for me 3").click()
        page.get_by_role("link", name="See why mail to an address is refused").click()
        expect(page.get_by_text("550 5.1.1 no such user here")).to_be_visible()
        page.get_by_role("button", name="Try again: nils@example.org").click()
        expect(page.locator(".ds-alert").first).to_contain_text("tried again")
        page.get_by_role("button", name="Send a letter to me").click()
        expect(page.locator(".ds-alert").first).to_contain_text("on its way")
    send_waiting()
    subjects = {str(one["To"]): str(one["Subject"]) for one in server.letters}
    assert subjects["nils@example.org"] == "[Test hub] You are a member"
    assert subjects["olga@example.org"] == "[Test hub] This is a test"
