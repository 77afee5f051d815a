"""Every page for everyone: axe, light and dark, phone and desktop, zoom, keyboard alone, paper."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.federation.demo import STARTED_WITHIN

BARS = "/search?bar=modality+%3D+CT+and+body_part+%3D+chest&bar=sex+in+(female,+other)&active=2"
GROUPS = (
    "/search?bar=sex+%3D+male+and+not+some+series+(modality+%3D+CT+and+age_at_imaging+%3C+40)+and+"
    "(condition+%3D+lung_cancer+with+descendants+or+psa+%3E+4)&into=any.2&find=breast&by=modality"
)
SLIP = "/search?do=add:x&age_at_imaging.is=between&age_at_imaging.from=70&age_at_imaging.to=40"
SLIP_IN_TEXT = "/search?do=text&text=modality+%3D+CAT"

PAGES = {
    "": (
        "/",
        "/become/researcher",
        "/become/data-holder",
        "/become/software-provider",
        "/become/governing-body",
        "/documents",
        "/privacy",
        "/accessibility",
        "/imprint",
        BARS,
        GROUPS,
        "/nodes",
        "/catalogue",
        "/catalogue?text=lung&modality=CT&least=10&most=many",
        "/catalogue/sources",
        "/catalogue/sources/trials",
        "/membership",
        "/no/such/page",
    ),
    "researcher": (
        "/?tier=2",
        BARS,
        GROUPS,
        "/search?bar=sex+%3D+male&into=patient&find=zzzz",
        "/questions?find=nothing+like+this",
        "/saved",
        SLIP,
        SLIP_IN_TEXT,
        "/questions",
        "/me",
    ),
    "newcomer": (
        BARS,
        "/questions",
        "/me/forget",
    ),
}
"""By persona, or for nobody."""

WIDTHS = (1280, 360)
COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules of axe, among those it follows unless told otherwise, that look at colours."""


def ask(page: Page) -> None:
    """From the builder to the answers of every node."""
    page.get_by_role("button", name="Ask the hospitals").click()
    expect(page.locator("#totals")).to_contain_text("3 of 3 nodes answered.", timeout=20_000)


def open_everything(page: Page) -> None:
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")


def violations(page: Page, axe: str, *, of: str = "everything") -> list[str]:
    """What axe has to say against the page as it is shown now, in words; or only of its colours."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe)
    asked = {"resultTypes": ["violations"], **({"runOnly": COLOURS} if of == "colours" else {})}
    found: list[dict[str, Any]] = page.evaluate(
        "asked => axe.run(document, asked).then(found => found.violations)", asked
    )
    return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]


def expect_no_violations(page: Page, axe: str) -> None:
    """Wide and narrow, light and dark; only colours are other in the dark, as `tests/web` shows."""
    for scheme, judged in (("light", "everything"), ("dark", "colours")):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert violations(page, axe, of=judged) == [], f"{page.url} {scheme} {width}"


def expect_no_sideways_scrolling(page: Page) -> None:
    # 320 is a window of 1280 at a zoom of 400 %.
    for width in (360, 320):
        page.set_viewport_size({"width": width, "height": 256})
        for _ in range(100):  # charts follow the window a moment later
            if page.evaluate("document.documentElement.scrollWidth") <= width:
                break
            page.wait_for_timeout(50)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{page.url} {width}"


def looked_at(page: Page, addresses: Iterable[str]) -> Iterator[Page]:
    """One address after the other in one window, which reads style sheets and scripts once."""
    origin = page.url.rstrip("/")
    for address in addresses:
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(origin + address)
        yield page


@pytest.mark.timeout(STARTED_WITHIN + 900)
@pytest.mark.parametrize("persona", PAGES)
def test_every_page_is_open_to_everyone(open_page: OpenPage, axe: str, persona: str) -> None:
    for page in looked_at(open_page("/", persona=persona), PAGES[persona]):
        assert violations(page, axe) == [], page.url
        open_everything(page)
        expect_no_violations(page, axe)
        expect_no_sideways_scrolling(page)


def test_the_answers_are_open_to_everyone(open_page: OpenPage, axe: str) -> None:
    page = open_page("/search?bar=modality+%3D+CT&by=sex&by=age_at_imaging", persona="researcher")
    ask(page)
    expect(page.locator(".datasets figure").first).to_be_visible()
    open_everything(page)
    expect_no_violations(page, axe)
    expect_no_sideways_scrolling(page)


def test_kept_and_shared_questions_and_a_dataset_are_open_to_everyone(open_page: OpenPage, axe: str) -> None:
    page = open_page("/search?bar=modality+%3D+CT", persona="researcher")
    ask(page)
    answered = page.url
    page.locator(".datasets tbody a").first.evaluate("link => link.closest('details').open = true")
    page.locator(".datasets tbody a").first.click()
    expect(page.get_by_role("heading", name="What it said to you")).to_be_visible()
    expect_no_violations(page, axe)
    expect_no_sideways_scrolling(page)
    page.goto(answered)
    keep(page, "Open to everyone")
    manage = page.locator(".saved", has_text="Open to everyone")
    manage.locator("summary").click()
    manage.get_by_role("button", name="Share by a link").click()
    open_everything(page)
    expect_no_violations(page, axe)
    expect_no_sideways_scrolling(page)
    page.locator(".saved", has_text="Open to everyone").locator(".share-link").click()
    expect(page.get_by_role("heading", name="Open to everyone")).to_be_visible()
    expect_no_violations(page, axe)
    expect_no_sideways_scrolling(page)
    page.goto(page.url.partition("/shared")[0] + "/saved")
    delete(page, "Open to everyone")


def keep(page: Page, name: str) -> None:
    """Keep the question of this page under a name."""
    page.locator("#keep summary").click()
    page.locator("#keep-name").fill(name)
    page.get_by_role("button", name="Keep it").click()
    expect(page.locator(".ds-alert")).to_contain_text(f"Kept as “{name}”.")


def delete(page: Page, name: str) -> None:
    """Keep a question no longer."""
    kept = page.locator(".saved", has_text=name)
    kept.locator("summary").click()
    kept.get_by_role("button", name="Delete").click()
    expect(page.locator(".ds-alert")).to_contain_text(f"“{name}” is no longer kept.")


def focused(page: Page) -> str:
    """How the element with the focus is called."""
    return page.evaluate(
        "(one => one.getAttribute('aria-label') || one.labels?.[0]?.textContent || one.textContent.trim())"
        "(document.activeElement)"
    )


def tab_to(page: Page, name: str, *, key: str = "Tab") -> None:
    """Press Tab until the focus is on the named element, and see that the focus can be seen."""
    for _ in range(150):
        page.keyboard.press(key)
        if name in focused(page):
            seen = page.evaluate(
                "(style => style.outlineStyle !== 'none' || style.boxShadow !== 'none')"
                "(getComputedStyle(document.activeElement.closest('.ds-field') || document.activeElement))"
            )
            assert seen, f"The focus on {name} cannot be seen."
            return
    pytest.fail(f"Tab never came to {name}.")


def test_the_journey_by_keyboard_alone(open_page: OpenPage) -> None:
    page = open_page("/search", persona="researcher")
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the content"
    page.keyboard.press("Enter")
    tab_to(page, "Modality")
    page.keyboard.press("Enter")
    tab_to(page, "CT (computed tomography)")
    page.keyboard.press("Space")
    tab_to(page, "Add to search bar 1: Modality")
    page.keyboard.press("Enter")
    expect(page.locator("#announcement")).to_contain_text("Search bar 1 now says: Modality: CT")
    expect(page.get_by_role("button", name="Update search bar 1: Modality")).to_be_focused()
    tab_to(page, "Remove Modality: CT (computed tomography) from search bar 1")
    tab_to(page, "Ask the hospitals")
    page.keyboard.press("Enter")
    expect(page.locator("#totals")).to_contain_text("3 of 3 nodes answered.", timeout=20_000)
    tab_to(page, "Clinical Trials Node")
    page.keyboard.press("Enter")
    assert page.url.endswith("#node-trials")


def test_a_removed_chip_leaves_the_focus_at_its_bar(open_page: OpenPage) -> None:
    page = open_page("/search?bar=sex+%3D+male")
    tab_to(page, "Remove Sex: male")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Search bar 1")).to_be_focused()


def test_answers_print_without_the_frame(open_page: OpenPage) -> None:
    page = open_page("/search?bar=modality+%3D+CT", persona="researcher")
    ask(page)
    page.emulate_media(media="print")
    expect(page.locator(".masthead")).to_be_hidden()
    expect(page.get_by_role("link", name="Change the question")).to_be_hidden()
    expect(page.locator("#totals")).to_be_visible()
    expect(page.locator(".asked h1")).to_be_visible()
    assert page.pdf().startswith(b"%PDF")
