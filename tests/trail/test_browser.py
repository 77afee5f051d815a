"""The pages over the trail in a browser: for everyone, in light and dark, on a phone, without scripts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.audit.trails import act, signed
from tests.browser.test_access import expect_no_sideways_scrolling, expect_no_violations
from tests.hub.catalogue.test_browser import AXE, browsing
from tests.hub.conftest import clean_tables
from tests.looking import browser as session_of
from tests.trail.conftest import with_role

__all__ = ["clean_tables"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(400)]


def test_an_operator_finds_a_record_and_its_proof_without_scripts(tmp_path: Path) -> None:
    operator, made = with_role("operator"), signed(6)[1]
    act("person:rosa", "question.asked", object="question:7", detail={"purpose": "study 7"})
    cookie = session_of(operator).cookies["caimera_hub_session"].value
    with browsing() as (chromium, url):
        for scheme in ("light", "dark"):
            context = chromium.new_context(java_script_enabled=False, color_scheme=scheme)
            context.add_cookies([{"name": "caimera_hub_session", "value": cookie, "url": url}])
            page = context.new_page()
            page.goto(f"{url}/me/trail")
            page.get_by_role("link", name="The trail, as far as your role reads it").click()
            page.get_by_label("To what").fill("question:1")
            page.get_by_label("To what").press("Enter")
            page.get_by_role("link", name=f"question.asked, record {made}").click()
            expect(page.get_by_text("It is leaf 1 of the 6 that this site has signed.")).to_be_visible()
            with page.expect_download() as download:
                page.get_by_role("link", name="Download the proof").click()
            download.value.save_as(tmp_path / f"{scheme}.json")
            assert "study 1" in (tmp_path / f"{scheme}.json").read_text()
            context.close()


def test_every_page_over_the_trail_is_open_to_everyone() -> None:
    operator, made = with_role("operator"), signed(6)[1]
    holder = with_role("data-holder-delegate")
    record = f"/trail/records/{made}"
    all_of_it = ("/me/trail", "/trail", "/trail?from=soon", record, "/trail/touched?from=2020-01-01")
    pages = {
        session_of(operator).cookies["caimera_hub_session"].value: all_of_it,
        session_of(holder).cookies["caimera_hub_session"].value: ("/trail/uses", "/trail/about"),
    }
    with browsing() as (chromium, url):
        for cookie, addresses in pages.items():
            context = chromium.new_context(viewport={"width": 1280, "height": 900})
            context.add_cookies([{"name": "caimera_hub_session", "value": cookie, "url": url}])
            page = context.new_page()
            for address in addresses:
                page.set_viewport_size({"width": 1280, "height": 900})
                page.goto(f"{url}{address}")
                expect(page.locator("h1")).to_have_count(1)
                expect_no_violations(page, AXE)
                if where := os.environ.get("CAIMERA_TRAIL_PICTURES"):
                    page.screenshot(
                        path=f"{where}/{address.strip('/').replace('/', '-').partition('?')[0]}.png"
                    )
                expect_no_sideways_scrolling(page)
            context.close()
