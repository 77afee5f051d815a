"""A visitor's journey in a real browser: filters, words, a dataset, the basket; a member's from an answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect

from caimera.dcat import Text
from caimera.people.models import Person
from caimera.protocol.messages import DatasetCount
from tests.browser.test_access import expect_no_sideways_scrolling, expect_no_violations, tab_to
from tests.hub.catalogue.holders import Federation, Holder
from tests.hub.catalogue.test_basket import publish
from tests.hub.catalogue.test_browser import AXE, MR, browsing, opened
from tests.hub.conftest import answer, exact
from tests.hub.search.test_actions import ask, say
from tests.hub.test_openapi import signed_in

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("clean_tables"),
    pytest.mark.timeout(400),
]


@pytest.fixture
def filled(holder: Holder, federation: Federation) -> Holder:
    """Three datasets of the lung under different terms, and one of the breast."""
    for number, term in (
        (1, "NON_COMMERCIAL_USE_ONLY"),
        (2, "NO_GENERAL_METHODS_RESEARCH"),
        (3, "NO_RESTRICTION"),
    ):
        publish(
            holder,
            number,
            term,
            title=(Text(f"Lung CT {number}", "en"),),
            description=(Text("Screening of the lung & follow-up.", "en"),),
            modality=(MR,) if number == 1 else (),
            individuals=number * 100,
            minimum_age=number * 20,
            maximum_age=number * 20 + 9,
        )
    publish(holder, 4, title=(Text("Breast images", "en"),))
    federation.harvest()
    return holder


def at_ease(page: Page) -> None:
    """Nothing for axe, nothing to scroll sideways, as it is and as wide as a phone."""
    wide = page.viewport_size
    expect_no_violations(page, AXE)
    expect_no_sideways_scrolling(page)
    assert wide is not None
    page.set_viewport_size(wide)


def counter(page: Page) -> Any:
    return page.locator("#counter-basket b")


def test_a_visitor_finds_datasets_and_puts_them_aside(filled: Holder) -> None:
    with browsing() as (browser, url):
        page = opened(browser, url + "/catalogue")
        page.get_by_label("Words", exact=True).fill("lung")
        page.get_by_role("button", name="Find").click()
        expect(page.locator("#results-heading")).to_have_text("3 datasets of 4")
        expect(page.locator(".sought")).to_have_text("Datasets with the words “lung”.")
        expect(page.locator("mark").first).to_have_text("Lung")
        expect(page.get_by_role("heading", name="Lung CT 1")).to_be_visible()
        page.get_by_role("button", name="Put into the basket: Lung CT 1").click()
        expect(counter(page)).to_have_text("1")
        expect(page.locator("#announcement")).to_have_text("1 dataset was put in.")
        expect(page.get_by_role("button", name="Take out of the basket: Lung CT 1")).to_be_focused()
        page.get_by_role("button", name="Put all 3 into the basket").click()
        expect(counter(page)).to_have_text("3")
        page.locator("#counter-basket").click()
        the_basket_tells(page)
        page.get_by_role("button", name="Take out of the basket: Lung CT 2").click()
        expect(counter(page)).to_have_text("2")
        at_ease(page)


def the_basket_tells(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Basket")
    expect(page.get_by_text("Datasets with the words “lung”.").first).to_be_visible()
    expect(page.locator("#conflicts")).to_have_text("No terms were found that conflict.")
    page.get_by_label("Methods in general, such as training an algorithm for no one disease").check()
    page.get_by_role("button", name="Check the terms").click()
    expect(page.locator("#conflicts")).to_contain_text("These do not allow methods in general")
    at_ease(page)


def test_it_works_without_scripts_and_nothing_found_is_helped(filled: Holder) -> None:
    with browsing() as (browser, url):
        page = opened(browser, url + "/catalogue?text=lung&modality=MR&youngest=60", scripts=False)
        expect(page.get_by_text("Without one of these there are some:")).to_be_visible()
        page.locator(".empty").get_by_role("link", name="Age: 1 dataset").click()
        expect(page.locator("#results-heading")).to_have_text("1 dataset of 4")
        page.get_by_role("button", name="Put into the basket: Lung CT 1").click()
        expect(page.get_by_text("1 dataset was put in.")).to_be_visible()
        expect(counter(page)).to_have_text("1")
        assert page.url.endswith("/catalogue?text=lung&modality=MR")
        page.get_by_role("link", name="Clear all").click()
        expect(page.locator("#results-heading")).to_have_text("4 datasets")
        page.get_by_text("The whole result as a file").click()
        with page.expect_download() as download:
            page.get_by_role("link", name="CSV").click()
        assert download.value.suggested_filename == "datasets.csv"
        assert download.value.path().read_text().count("\n") == 5


def test_the_keyboard_alone_fills_and_empties_it(filled: Holder) -> None:
    with browsing() as (browser, url):
        page = opened(browser, f"{url}/catalogue/{UUID(int=2)}")
        tab_to(page, "Put into the basket")
        page.keyboard.press("Enter")
        expect(counter(page)).to_have_text("1")
        expect(page.get_by_role("button", name="Take out of the basket")).to_be_focused()
        page.goto(f"{url}/basket")
        tab_to(page, "Empty the basket")
        page.keyboard.press("Enter")
        tab_to(page, "Take everything out")
        page.keyboard.press("Enter")
        expect(page.get_by_text("1 dataset was taken out.")).to_be_visible()
        expect(page.get_by_text("Nothing is in it yet.")).to_be_visible()
        at_ease(page)
        page.goto(f"{url}/catalogue?text=lung&modality=MR&youngest=60")
        expect(page.get_by_text("Without one of these there are some:")).to_be_visible()
        at_ease(page)


def as_person(browser: Browser, cookies: str) -> Page:
    """A browser in which somebody is signed in."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    pairs = (pair.split("=", 1) for pair in cookies.split("; "))
    context.add_cookies(
        [{"name": name, "value": value, "domain": "testserver", "path": "/"} for name, value in pairs]
    )
    return context.new_page()


def test_an_answer_leads_into_the_basket(filled: Holder, person: Person) -> None:
    question = ask(person)
    found = DatasetCount(
        dataset_id=UUID(int=3),
        title="Lung CT 3",
        version="1",
        policy="open",
        subjects=exact(5),
        studies=exact(5),
        series=exact(5),
    )
    say(filled.node, answer(question.pk, found))
    cookies = signed_in(person)["Cookie"]
    with browsing() as (browser, url):
        page = as_person(browser, cookies)
        page.goto(f"{url}/questions/{question.pk}")
        page.locator(f"#dataset-{UUID(int=3)} > summary").click()
        at_ease(page)
        page.get_by_role("button", name="Put into the basket: Lung CT 3").click()
        expect(page.get_by_text("1 dataset was put into your basket.")).to_be_visible()
        page.locator("#counter-basket").click()
        expect(page.get_by_text("Led here by the question:")).to_contain_text("modality is CT")
        at_ease(page)
