"""The data manager's journey in a browser: template, a slip, the look before it happens, the form."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook
from playwright.sync_api import BrowserContext, Page, expect

from caimera.hub.describing.fields import FIELD
from caimera.hub.describing.forms import texts
from caimera.hub.describing.sheet import NAMES_ROW, read
from caimera.people.models import Person
from tests.browser.test_access import expect_no_sideways_scrolling, expect_no_violations, tab_to
from tests.hub.catalogue.test_browser import AXE, browsing
from tests.hub.describing.sheets import WHOLE, sheet_of

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("clean_tables"),
    pytest.mark.timeout(400),
]


def session_of(person: Person) -> str:
    client = Client()
    client.force_login(person)
    return client.cookies["caimera_hub_session"].value


@contextmanager
def at_the_desk(olga: Person, *, scripts: bool) -> Iterator[Page]:
    """An operator's browser, before the page where describing begins."""
    session = session_of(olga)
    with browsing() as (browser, url):
        context: BrowserContext = browser.new_context(
            java_script_enabled=scripts, viewport={"width": 1280, "height": 900}
        )
        context.add_cookies([{"name": "caimera_hub_session", "value": session, "url": url}])
        page = context.new_page()
        page.goto(f"{url}/describe")
        yield page
        context.close()


def open_to_everyone(page: Page) -> None:
    expect_no_violations(page, AXE)
    expect_no_sideways_scrolling(page)
    page.set_viewport_size({"width": 1280, "height": 900})


def fill_in(file: Path, changes: dict[str, Any]) -> None:
    """What a data manager does in their own program."""
    book = load_workbook(file)
    sheet = book["Datasets"]
    letters = {cell.value: cell.column_letter for cell in sheet[NAMES_ROW]}
    for name, value in {**WHOLE, **changes}.items():
        sheet[f"{letters[name]}4"] = value
    book.save(file)


def send(page: Page, file: Path) -> None:
    page.get_by_label("The filled-in template (.xlsx)").set_input_files(file)
    page.get_by_role("button", name="Check the sheet").click()


def test_a_sheet_from_the_template_to_the_catalogue(olga: Person, tmp_path: Path) -> None:
    with at_the_desk(olga, scripts=True) as page:
        open_to_everyone(page)
        page.get_by_label("Name of the holder").fill("The clinic")
        page.get_by_role("button", name="Begin").click()
        with page.expect_download() as downloading:
            page.get_by_role("link", name="Download the template").click()
        file = tmp_path / "datasets.xlsx"
        downloading.value.save_as(file)
        fill_in(file, {"condition": "lung cancr"})
        send(page, file)
        expect(page.get_by_role("alert")).to_be_focused()
        expect(page.get_by_role("alert")).to_contain_text("Did you mean “Lung cancer”?")
        open_to_everyone(page)
        fill_in(file, {})
        send(page, file)
        expect(page.get_by_role("heading", name="Check before it happens")).to_be_visible()
        expect(page.get_by_role("heading", name="Added: 1")).to_be_visible()
        open_to_everyone(page)
        page.get_by_role("button", name="Make it so").click()
        expect(page.locator(".ds-alert")).to_contain_text("Taken in: 1 added, 0 changed, 0 withdrawn.")
        page.get_by_role("link", name="Lung CT of two clinics", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Lung CT of two clinics")


def write(page: Page, name: str, values: list[str]) -> None:
    """Fill in one field of the form as a person would."""
    field = FIELD[name]
    if page.locator(f"fieldset#{name}").count():
        for value in values:
            page.locator(f'input[name="{name}"][value="{value}"]').check()
    elif page.locator(f"select#{name}").count():
        page.locator(f"select#{name}").select_option(values[0])
    else:
        page.locator(f"#{name}").fill("\n".join(values) if field.many else values[0])


def test_the_form_without_scripts(olga: Person) -> None:
    (row,) = read(sheet_of(WHOLE)).rows
    with at_the_desk(olga, scripts=False) as page:
        page.get_by_label("Name of the holder").fill("The clinic")
        page.get_by_role("button", name="Begin").click()
        page.get_by_role("link", name="Describe one in a form").click()
        page.get_by_label("Title (needed)").fill("Lung CT")
        page.get_by_role("button", name="Put it into the catalogue").click()
        expect(page.get_by_role("alert")).to_contain_text("Description: Description is missing.")
        for name, value in row.values.items():
            write(page, name, texts(FIELD[name], value))
        page.get_by_role("button", name="Put it into the catalogue").click()
        expect(page.locator(".ds-alert")).to_contain_text("“Lung CT of two clinics” is in the catalogue.")
        page.get_by_role("link", name="Withdraw").click()
        page.get_by_role("button", name="Withdraw it").click()
        expect(page.get_by_role("heading", name="0 datasets in the catalogue")).to_be_visible()


def test_the_form_is_open_to_everyone_and_needs_no_mouse(olga: Person) -> None:
    with at_the_desk(olga, scripts=True) as page:
        page.get_by_label("Name of the holder").press_sequentially("The clinic")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("The clinic")
        tab_to(page, "Describe one in a form")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("A new dataset")
        page.get_by_label("Title (needed)").press_sequentially("Lung CT")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_be_focused()
        page.get_by_role("link", name="Modality: Modality is missing").press("Enter")
        assert page.evaluate("document.activeElement.name") == "modality"
        open_to_everyone(page)
