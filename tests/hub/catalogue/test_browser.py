"""The catalogue in a real browser, from a running hub: with and without scripts, by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from caimera.dcat import Text
from tests.browser.conftest import ARGUMENTS, chromium
from tests.browser.test_access import (
    expect_no_sideways_scrolling,
    expect_no_violations,
    focused,
    open_everything,
    tab_to,
)
from tests.hub.catalogue.holders import Federation, Holder
from tests.hub.serving import serving

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("clean_tables"),
    pytest.mark.timeout(400),
]

AXE = (Path(__file__).parents[3] / "node_modules" / "axe-core" / "axe.min.js").read_text()
EUCAIM = "https://cancerimage.eu/ontology/EUCAIM#"
CT, MR = f"{EUCAIM}IMG1000019", f"{EUCAIM}IMG1000022"


@pytest.fixture
def filled(holder: Holder, federation: Federation) -> Holder:
    """Thirty datasets, one withdrawn, one refused."""
    holder.batch = 20
    for number in range(1, 32):
        holder.publish(
            number,
            title=(Text(f"{'Lung' if number % 3 else 'Breast'} images {number}", "en"),),
            modality=(MR,) if number % 2 else (),
            individuals=number * 40,
        )
    holder.records[UUID(int=40)] = "broken"
    federation.harvest()
    holder.withdraw(31)
    federation.harvest()
    return holder


@contextmanager
def browsing() -> Iterator[tuple[Browser, str]]:
    """A browser, and the hub's address. What the database is asked must be asked before."""
    with serving() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=[*ARGUMENTS, "--host-resolver-rules=MAP testserver 127.0.0.1"]
        )
        yield browser, url.replace("127.0.0.1", "testserver")
        browser.close()


def opened(browser: Browser, address: str, *, scripts: bool = True) -> Page:
    context = browser.new_context(java_script_enabled=scripts, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(address)
    return page


def test_every_page_is_open_to_everyone(filled: Holder) -> None:
    addresses = (
        "/catalogue?text=lung&modality=MR&most=1000",
        "/catalogue?size=10&page=2&least=x",
        f"/catalogue/{UUID(int=1)}",
        f"/pid/{UUID(int=31)}",
        "/catalogue/sources",
        "/catalogue/sources/trials",
    )
    with browsing() as (browser, url):
        page = opened(browser, url)
        for address in addresses:
            page.set_viewport_size({"width": 1280, "height": 900})
            page.goto(url + address)
            assert "Page not found" not in page.title()
            open_everything(page)
            expect_no_violations(page, AXE)
            expect_no_sideways_scrolling(page)


def narrow_by_modality(page: Page) -> None:
    page.locator("#facet-modality summary").click()
    page.get_by_label("MR (magnetic resonance imaging) (15)").check()


def test_filters_work_at_once_with_scripts_and_keep_their_place(filled: Holder) -> None:
    with browsing() as (browser, url):
        page = opened(browser, url + "/catalogue")
        narrow_by_modality(page)
        expect(page.locator("#results-heading")).to_have_text("15 datasets of 30")
        expect(page.locator("#announcement")).to_have_text("15 of 30 datasets.")
        assert page.url.endswith("/catalogue?modality=MR")
        assert page.locator("#facet-modality").get_attribute("open") is not None
        assert focused(page).startswith("MR (magnetic resonance imaging)")
        page.get_by_role("link", name="Remove Modality").click()
        expect(page.locator("#results-heading")).to_have_text("30 datasets")


def test_everything_works_without_scripts(filled: Holder) -> None:
    with browsing() as (browser, url):
        page = opened(browser, url + "/catalogue", scripts=False)
        narrow_by_modality(page)
        page.get_by_label("Words").fill("breast")
        page.get_by_role("button", name="Apply the filters").click()
        expect(page.locator("#results-heading")).to_have_text("5 datasets of 30")
        assert page.url.endswith("/catalogue?text=breast&modality=MR")
        expect(page.locator("mark").first).to_have_text("Breast")
        page.get_by_role("link", name="Breast images 3", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Breast images 3")
        expect(page.get_by_text("This page for ever:")).to_contain_text(f"/pid/{UUID(int=3)}")


def test_the_keyboard_is_enough(filled: Holder) -> None:
    with browsing() as (browser, url):
        page = opened(browser, url + "/catalogue")
        tab_to(page, "Sex")
        page.keyboard.press("Enter")
        tab_to(page, "Male (30)")
        page.keyboard.press("Space")
        expect(page.get_by_role("link", name="Remove Sex: Male")).to_be_visible()
        tab_to(page, "Breast images 12")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Breast images 12")
