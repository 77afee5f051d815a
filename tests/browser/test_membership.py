"""A newcomer applies, an operator decides, the newcomer may ask: two browsers, with axe on every page."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.test_access import expect_no_sideways_scrolling, expect_no_violations, looked_at
from tests.federation.demo import STARTED_WITHIN

PICTURES = Path(__file__).parents[2] / "docs" / "images"
PAGES = {
    "": ("/policies", "/policies/privacy"),
    "newcomer": (
        "/roles",
        "/policies/accept",
        "/membership",
        "/membership/apply",
        "/me/profile",
    ),
    "researcher": ("/me/tokens",),
    "operator": ("/organisations",),
}


@pytest.mark.timeout(STARTED_WITHIN + 400)
@pytest.mark.parametrize("persona", PAGES)
def test_pages_about_people_are_open_to_everyone(open_page: OpenPage, axe: str, persona: str) -> None:
    for page in looked_at(open_page("/", persona=persona), PAGES[persona]):
        expect(page.locator("h1")).to_have_count(1)
        expect_no_violations(page, axe)
        expect_no_sideways_scrolling(page)


def picture(page: Page, name: str) -> None:
    if os.environ.get("CAIMERA_SCREENSHOTS") == "1":
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 1280, "height": 900})
        page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


def apply(page: Page) -> None:
    page.get_by_role("link", name="Apply to become a member").click()
    page.get_by_label("Your institution").fill("Hospital of Nowhere")
    page.get_by_label("What you want to do").fill("Find out whether low-dose CT of the chest is feasible.")
    for policy in ("Acceptable use policy", "Privacy policy"):
        page.get_by_label(f"I have read and accept: {policy}").check()


def open_application(operators: Page, axe: str) -> None:
    operators.goto(operators.url.rpartition("/memberships")[0] + "/memberships")
    expect_no_violations(operators, axe)
    operators.get_by_role("link", name="Nils Newcomer").first.click()
    expect(operators.get_by_text("Hospital of Nowhere")).to_be_visible()
    expect_no_violations(operators, axe)
    expect_no_sideways_scrolling(operators)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_newcomer_becomes_a_member_by_an_operators_decision(
    open_page: OpenPage, axe: str, scripts: bool
) -> None:
    mine = open_page("/membership", persona="newcomer", scripts=scripts)
    operators = open_page("/memberships", persona="operator")
    apply(mine)
    mine.get_by_role("button", name="Send the application").click()
    expect(mine.get_by_text("Waiting for an answer").first).to_be_visible()
    open_application(operators, axe)
    picture(operators, "an-application")
    operators.get_by_label("Reason").fill("Which department?")
    operators.get_by_role("button", name="Ask back").click()
    mine.reload()
    expect(mine.get_by_text("Which department?").first).to_be_visible()
    mine.get_by_role("link", name="Answer and send it again").click()
    mine.get_by_label("Your institution").fill("Hospital of Nowhere, Radiology")
    mine.get_by_role("button", name="Send the application").click()
    open_application(operators, axe)
    operators.get_by_role("button", name="Accept").click()
    mine.goto(mine.url.partition("/membership")[0] + "/saved")
    expect(mine.get_by_role("heading", name="Saved questions")).to_be_visible()
    mine.goto(mine.url.partition("/saved")[0] + "/membership")
    expect(mine.get_by_role("heading", name="You are a member")).to_be_visible()
    if scripts:
        expect_no_violations(mine, axe)
    mine.locator("#leave > summary").click()
    mine.get_by_role("button", name="Leave").click()
    expect(mine.get_by_role("heading", name="Become a member")).to_be_visible()


def test_a_token_is_shown_once_and_revoked(open_page: OpenPage, axe: str) -> None:
    page = open_page("/me/tokens", persona="researcher")
    page.get_by_label("Name", exact=True).fill("a browser test")
    page.get_by_role("button", name="Make the token").click()
    expect(page.locator("#token")).to_contain_text("caimera_")
    expect_no_violations(page, axe)
    page.goto(page.url)
    expect(page.locator("#token")).to_have_count(0)
    page.get_by_role("button", name="Revoke “a browser test”").first.click()
    expect(page.locator(".ds-alert")).to_contain_text("works no more")


def test_an_organisation_is_taken_on(open_page: OpenPage, axe: str) -> None:
    page = open_page("/organisations", persona="operator")
    name = f"Hospital {uuid4()}"
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Take it on").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    for details in page.locator("details").all():
        details.evaluate("one => one.open = true")
    expect_no_violations(page, axe)
    expect_no_sideways_scrolling(page)


def test_roles_and_who_holds_them(open_page: OpenPage, axe: str) -> None:
    page = open_page("/roles/holders", persona="operator")
    expect(page.get_by_role("row", name="Olga Operator").first).to_contain_text("runs the demo")
    expect_no_violations(page, axe)
    expect_no_sideways_scrolling(page)
    page.get_by_label("Who", exact=True).fill("nobody@example.org")
    page.get_by_label("Until").fill("2027-06-30")
    page.get_by_role("button", name="Give the role").click()
    expect(page.get_by_role("alert")).to_contain_text("Nobody of this address")
    expect_no_violations(page, axe)
    refused = open_page("/roles/holders", persona="researcher")
    expect(refused.get_by_role("heading", name="This page is for another role")).to_be_visible()
    expect_no_violations(refused, axe)
