"""The front door in a browser: the visitor's walk, on a phone, by keyboard, on paper, without scripts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from caimera.dcat import Text
from caimera.hub.catalogue.models import Record
from caimera.hub.federation.models import Node
from tests.browser.test_access import (
    expect_no_sideways_scrolling,
    expect_no_violations,
    open_everything,
    tab_to,
)
from tests.hub.catalogue.conftest import holder  # noqa: F401
from tests.hub.catalogue.holders import Federation, Holder
from tests.hub.catalogue.test_browser import AXE, EUCAIM, browsing, opened
from tests.hub.conftest import FakeNode

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("clean_tables"),
    pytest.mark.timeout(400),
]

MR, CT = f"{EUCAIM}IMG1000022", f"{EUCAIM}IMG1000020"


@pytest.fixture
def filled(holder: Holder, make_node: Callable[..., FakeNode]) -> Holder:  # noqa: F811
    """Nine datasets that came within four months, one withdrawn; those with even numbers by a node that
    answers no questions."""
    silent = Holder(make_node("silent"))
    both = Federation([holder, silent])
    Node.objects.exclude(pk="silent").update(capabilities={"sex": ["EQUALS"]})
    for number in range(1, 10):
        (holder if number % 2 else silent).publish(
            number,
            title=(Text(f"{'Breast' if number % 3 else 'Prostate'} images {number}", "en"),),
            modality=(MR,) if number % 2 else (MR, CT),
            individuals=number * 400,
        )
    both.harvest()
    for number in range(1, 7):
        earlier = timezone.now() - timedelta(days=20 * number)
        Record.objects.filter(pk=UUID(int=number)).update(first_seen_at=earlier)
    holder.withdraw(9)
    both.harvest()
    return holder


def test_pages_with_something_to_tell_are_open_to_everyone(filled: Holder) -> None:
    """The other pages are looked at in `tests/browser/test_access.py`, before the demo."""
    with browsing() as (browser, url):
        page = opened(browser, url)
        for address in ("/?tier=2", "/become/data-holder", "/imprint"):
            page.set_viewport_size({"width": 1280, "height": 900})
            page.goto(url + address)
            assert "Page not found" not in page.title()
            open_everything(page)
            expect_no_violations(page, AXE)
            expect_no_sideways_scrolling(page)


def test_a_visitor_walks_from_the_front_door_to_a_dataset_and_a_role(filled: Holder) -> None:
    with browsing() as (browser, url):
        page = opened(browser, url + "/")
        expect(page.locator("#numbers")).to_contain_text("about 14,400")
        expect(page.locator("figure.chart:visible")).to_have_count(2)
        page.get_by_role("link", name="Searchable").click()
        expect(page.locator("#numbers")).to_contain_text("about 6,400")
        page.get_by_role("table", name="Datasets by modality").get_by_role("link").first.click()
        expect(page.locator("#results-heading")).to_have_text("4 datasets of 8")
        page.get_by_role("link", name="Prostate images 3", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Prostate images 3")
        page.locator(".brand").click()
        page.get_by_role("link", name="Data holder").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Data holder")
        page.get_by_role("link", name="See it in the catalogue").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Sources of the catalogue")
        page.get_by_role("link", name="Privacy").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Privacy notice")


def test_without_scripts_the_tables_say_it_all(filled: Holder) -> None:
    with browsing() as (browser, url):
        page = opened(browser, url + "/", scripts=False)
        expect(page.locator("figure.chart:visible")).to_have_count(0)
        growth = page.get_by_role("table", name="Datasets over time")
        expect(growth.locator("tbody tr").last).to_contain_text("8")
        page.get_by_role("link", name="Searchable").click()
        expect(page.locator("#numbers")).to_contain_text("about 6,400")


def test_by_keyboard_on_a_phone_and_on_paper(filled: Holder) -> None:
    with browsing() as (browser, url):
        page = opened(browser, url + "/")
        tab_to(page, "Searchable")
        page.keyboard.press("Enter")
        expect(page.locator("#numbers")).to_contain_text("about 6,400")
        expect_a_list_on_a_line(page)
        expect_numbers_without_a_frame(page)
        tab_to(page, "Researcher")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Researcher")


def expect_a_list_on_a_line(page: Page) -> None:
    """On a phone the network's nodes stand below the hub, and further in."""
    page.set_viewport_size({"width": 360, "height": 800})
    hub, node = (page.locator(one).first.bounding_box() for one in (".network-hub", ".network-node"))
    assert hub is not None
    assert node is not None
    assert hub["y"] + hub["height"] <= node["y"]
    assert node["x"] > hub["x"]


def expect_numbers_without_a_frame(page: Page) -> None:
    page.emulate_media(media="print")
    for hidden in (".masthead", ".footer", ".tiers", ".welcome .actions"):
        expect(page.locator(hidden)).to_be_hidden()
    expect(page.locator("#numbers .figures")).to_be_visible()
    assert page.pdf().startswith(b"%PDF")
    page.emulate_media(media="screen")
