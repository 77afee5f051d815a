"""A dataset's page and its relatives in a real browser: light, dark, on a phone, at 400 %, without script."""

from __future__ import annotations

import os
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect
from pyoxigraph import NamedNode, Triple

from caimera.hub.federation.models import Node
from tests.browser.test_access import (
    expect_no_sideways_scrolling,
    expect_no_violations,
    open_everything,
    tab_to,
)
from tests.dcat.samples import english
from tests.hub.catalogue.holders import Federation, Holder, carrying, computed, described
from tests.hub.catalogue.test_browser import AXE, browsing, opened

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("clean_tables"),
    pytest.mark.timeout(400),
]

ONE, TWO, GONE = (UUID(int=number) for number in (1, 2, 4))
COMPARED = f"/catalogue/compare?dataset={ONE}&dataset={TWO}&dataset={UUID(int=3)}"
ADDRESSES = {
    "dataset": f"/catalogue/{ONE}",
    "protected": f"/catalogue/{TWO}",
    "compare": COMPARED,
    "providers": "/catalogue/providers",
    "provider": "/catalogue/providers/image-department",
    "series": "/catalogue/series?address=https%3A%2F%2Fhub.example.org%2Fseries%2F1",
    "tombstone": f"/pid/{GONE}",
}


@pytest.fixture
def filled(holder: Holder, federation: Federation) -> Holder:
    """An open dataset that does not fit together, a protected one, one without figures, one withdrawn."""
    before = Triple(
        NamedNode(described(1).id or ""),
        NamedNode("http://www.w3.org/ns/dcat#previousVersion"),
        NamedNode(described(2).id or ""),
    )
    own = carrying(1, computed(118))
    changed = {"title": english("Prostate MR of one hospital"), "individuals": 400}
    holder.publish(1, **{**own, **changed, "extra": (*own["extra"], before)})
    holder.publish(2, **carrying(2, computed(400, protected=True)), title=english("Prostate MR, first part"))
    holder.publish(3, title=english("Lung CT from elsewhere"), modality=(), individuals=None)
    holder.publish(4, title=english("Breast images"))
    federation.harvest()
    holder.withdraw(4)
    federation.harvest()
    Node.objects.update(capabilities={"sex": ["="], "modality": ["="]})
    return holder


LOOKS = (("light", 1280, "light"), ("dark", 1280, "dark"), ("narrow", 320, "light"))
"""A page 320 wide is one 1,280 wide at 400 %."""


def photograph(page: Page, name: str) -> None:
    """Keep a picture of every look where somebody wants to see them."""
    if where := os.environ.get("CAIMERA_CATALOGUE_PICTURES"):
        for look, width, scheme in LOOKS:
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=f"{where}/{name}-{look}.png", full_page=True)


def test_every_page_is_open_to_everyone(filled: Holder) -> None:
    with browsing() as (browser, url):
        page = opened(browser, url)
        for name, address in ADDRESSES.items():
            page.set_viewport_size({"width": 320, "height": 900})
            response = page.goto(url + address)
            assert response is not None
            assert response.status == (410 if "/pid/" in address else 200)
            open_everything(page)
            expect_no_sideways_scrolling(page)
            expect_no_violations(page, AXE)
            photograph(page, name)


def test_charts_are_drawn_from_the_tables_beside_them(filled: Holder) -> None:
    with browsing() as (browser, url):
        page = opened(browser, url + ADDRESSES["dataset"])
        expect(page.locator(".data-chart .chart-drawing canvas").first).to_be_visible()
        drawn = page.locator(".data-chart figure:not([hidden])").count()
        assert drawn == page.locator(".data-chart").filter(has=page.locator("tbody tr:nth-child(2)")).count()


def test_without_scripts_the_tables_say_everything(filled: Holder) -> None:
    with browsing() as (browser, url):
        page = opened(browser, url + ADDRESSES["dataset"], scripts=False)
        expect(page.locator(".data-chart figure:visible")).to_have_count(0)
        expect(page.get_by_role("table", name="Sex at birth")).to_contain_text("exactly")
        page.goto(url + "/catalogue")
        page.get_by_label("Compare Prostate MR of one hospital").check()
        page.get_by_label("Compare Lung CT from elsewhere").check()
        page.get_by_role("button", name="Compare the ticked datasets").click()
        expect(page.get_by_role("columnheader")).to_have_count(3)
        page.get_by_role("link", name="Remove Lung CT from elsewhere").click()
        page.get_by_role("textbox", name="Add a dataset").fill("first part")
        page.get_by_role("button", name="Find").click()
        page.get_by_role("link", name="Add Prostate MR, first part").click()
        expect(page.get_by_text("They differ in")).to_be_visible()


def test_the_keyboard_leads_from_a_dataset_to_its_provider(filled: Holder) -> None:
    with browsing() as (browser, url):
        page = opened(browser, url + ADDRESSES["dataset"])
        tab_to(page, "Image department")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Image department")
        tab_to(page, "Prostate MR, first part")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Prostate MR, first part")
