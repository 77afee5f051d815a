"""A real browser before the running demo."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, StorageState, sync_playwright

from tests.federation.demo import Demo

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

OpenPage = Callable[..., Page]


def chromium() -> str:
    """Where Debian's chromium is; a run of the continuous integration, or root, must have it.

    The one without windows takes a third less time for the same pages.
    """
    if found := shutil.which("chromium-headless-shell") or shutil.which("chromium"):
        return found
    message = "Chromium is missing: run `make system` as root."
    if os.environ.get("CI") or os.geteuid() == 0:
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests; each page has a context of its own."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        yield started
        started.close()


@pytest.fixture(scope="session")
def signed_in(browser: Browser, demo: Demo) -> Callable[[str], StorageState]:
    """The cookies of a persona; signing in happens once a run."""
    kept: dict[str, StorageState] = {}

    def cookies(persona: str) -> StorageState:
        if persona not in kept:
            context = browser.new_context()
            page = context.new_page()
            page.goto(demo.hub_url)
            sign_in(page, persona)
            kept[persona] = context.storage_state()
            context.close()
        return kept[persona]

    return cookies


def sign_in(page: Page, persona: str) -> None:
    """Click through the sign-in simulator and come back."""
    page.get_by_role("link", name="Sign in", exact=True).click()
    page.locator(f'button[value="{persona}"]').click()
    page.wait_for_selector(".person-menu")


@pytest.fixture
def open_page(browser: Browser, demo: Demo, signed_in: Callable[[str], StorageState]) -> Iterator[OpenPage]:
    """Opens a page of the hub for a persona; at the end no page may have complained in the console."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            complaints.append(message.text)

    def opened(
        address: str = "/", *, persona: str = "", scripts: bool = True, width: int = 1280, height: int = 900
    ) -> Page:
        context = browser.new_context(
            java_script_enabled=scripts,
            viewport={"width": width, "height": height},
            storage_state=signed_in(persona) if persona else None,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", hear)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(demo.hub_url + address)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    return (Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text()
