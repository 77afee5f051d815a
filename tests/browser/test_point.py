"""The catalogue pages of a node: open to everyone, and whole without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.test_access import expect_no_sideways_scrolling, expect_no_violations
from tests.federation.demo import Demo


@pytest.fixture
def catalogue(demo: Demo) -> str:
    return f"{demo.url('trials')}/fdp/catalog/trials"


def test_the_pages_of_a_point_are_open_to_everyone(
    open_page: OpenPage, axe: str, demo: Demo, catalogue: str
) -> None:
    page = open_page()
    page.goto(catalogue)
    dataset = page.locator("main li a").first.get_attribute("href")
    assert dataset is not None
    point = f"{demo.url('trials')}/fdp"
    for address in (point, catalogue, dataset, f"{point}/profile/fair-data-point"):
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect_no_violations(page, axe)
        expect_no_sideways_scrolling(page)


def test_one_gets_from_the_nodes_page_to_a_dataset_by_keyboard_and_without_scripts(
    open_page: OpenPage, demo: Demo
) -> None:
    page = open_page(scripts=False)
    page.goto(demo.url("trials"))
    page.get_by_role("link", name="What is published here, described").press("Enter")
    first = page.locator("main li a").first
    title = first.inner_text()
    first.press("Enter")
    expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
    expect(page.get_by_role("row", name="Number of unique individuals")).to_be_visible()
    page.get_by_role("link", name="What this is part of").press("Enter")
    expect(page.get_by_role("link", name=title)).to_be_visible()
