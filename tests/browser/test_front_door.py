"""The front door of the demo: real numbers, and a picture of them for the documentation."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.federation.demo import Demo

PICTURE = Path(__file__).parents[2] / "docs" / "images" / "front-door.png"


def test_the_front_door_counts_what_the_nodes_published(open_page: OpenPage, demo: Demo) -> None:
    page = open_page("/")
    with demo.api() as visitor:
        published = visitor.get("/api/catalogue?size=1").json()["total"]
    page.reload()  # the catalogue may still be filling; it never holds less than a moment before
    shown = page.locator(".figure:has(dt:text-is('Datasets')) dd").inner_text()
    assert int(shown.replace(",", "")) >= published > 0
    expect(page.locator(".network-nodes > [data-state='present']")).to_have_count(3)
    expect(page.locator(".network-map circle")).to_have_count(3)  # who runs them says where that is
    expect(page.locator("figure.chart:visible").first).to_be_visible()
    if os.environ.get("CAIMERA_SCREENSHOTS") == "1":
        page.set_viewport_size({"width": 1280, "height": 1500})
        page.screenshot(path=PICTURE)
