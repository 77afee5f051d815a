"""Every persona walks through what the pages lead them to, in a browser, and meets no closed door."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.test_access import expect_no_sideways_scrolling, expect_no_violations
from tests.federation.demo import Demo

OWN = {
    "newcomer": set(),
    "researcher": {"/saved", "/questions"},
    "holder": {"/saved", "/questions"},
    "committee": {"/saved", "/questions", "/organisations"},
    "operator": {
        "/saved",
        "/questions",
        "/memberships",
        "/roles/holders",
        "/organisations",
        "/describe",
    },
}
ALL = set().union(*OWN.values())


def links(page: Page) -> set[str]:
    """The addresses of the frame around the page."""
    found: list[str] = page.eval_on_selector_all(
        "header a[href^='/'], footer a[href^='/']", "all => all.map(one => one.getAttribute('href'))"
    )
    return set(found)


@pytest.mark.parametrize("persona", OWN)
def test_a_role_sees_its_own_pages_and_no_closed_door(open_page: OpenPage, demo: Demo, persona: str) -> None:
    page = open_page("/roles", persona=persona)
    found = links(page)
    assert found & ALL == OWN[persona]
    for address in sorted(found):
        answer = page.goto(demo.hub_url + address)
        assert answer is not None
        assert answer.status == 200, address
        expect(page.locator("h1")).to_have_count(1)
    for address in sorted(ALL - OWN[persona]):
        answer = page.goto(demo.hub_url + address)
        assert answer is not None
        assert answer.status == 403, address
        expect(page.locator("h1")).to_have_text(
            ["This page is for members", "This page is for another role"][
                address not in ("/saved", "/questions")
            ]
        )


def choose(page: Page, hint: str) -> None:
    """Be somebody of the crowd, whom the simulator's page does not offer."""
    page.goto(f"{page.url}&login_hint={hint}")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_member_accepts_the_policies_on_the_way(open_page: OpenPage, axe: str, scripts: bool) -> None:
    page = open_page("/saved", scripts=scripts)
    choose(page, "member-19")
    expect(page.get_by_role("heading", name="Accept the policies first")).to_be_visible()
    if scripts:
        expect_no_violations(page, axe)
        expect_no_sideways_scrolling(page)
    for policy in ("Acceptable use policy", "Privacy policy"):
        page.get_by_label(f"I have read and accept: {policy}").check()
    page.get_by_label("For this visit only").check()
    page.get_by_role("button", name="Accept and go on").click()
    expect(page.get_by_role("heading", name="Saved questions")).to_be_visible()
    page.locator(".person-menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()


def test_one_more_login_is_linked_and_unlinked(open_page: OpenPage, axe: str) -> None:
    page = open_page("/me/identities", persona="newcomer")
    expect_no_violations(page, axe)
    page.get_by_role("link", name="Link one more login").click()
    choose(page, "member-18")
    expect(page.get_by_role("heading", name="Link this login?")).to_be_visible()
    expect_no_violations(page, axe)
    expect_no_sideways_scrolling(page)
    page.get_by_role("button", name="Yes, this is me: link it").click()
    expect(page.locator(".ds-alert")).to_contain_text("you can sign in here with Life Science Login as well")
    expect_no_violations(page, axe)
    expect_no_sideways_scrolling(page)
    page.get_by_role("button", name="Unlink", exact=False).last.click()
    expect(page.locator(".ds-alert")).to_contain_text("no longer")
