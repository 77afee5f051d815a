"""Networks, and an operator's journey with a source on the web, in a browser: light, dark, on a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from caimera.people.models import Biobank, Organisation, Person
from caimera.people.organisations import add_biobank, make_network, take_on
from tests.browser.test_access import expect_no_sideways_scrolling, expect_no_violations, open_everything
from tests.dcat.samples import english
from tests.hub.catalogue.guests import Web, served
from tests.hub.catalogue.holders import Federation, Holder
from tests.hub.catalogue.test_browser import AXE, browsing, opened
from tests.hub.catalogue.test_browser_pages import photograph

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("clean_tables"),
    pytest.mark.timeout(400),
]


@pytest.fixture
def web() -> Iterator[Web]:
    with served() as found:
        found.point(1, 2)
        found.put("/dataset/2", "this is no RDF")
        yield found


def open_and_fit(page: Page, name: str) -> None:
    open_everything(page)
    expect_no_violations(page, AXE)
    expect_no_sideways_scrolling(page)
    photograph(page, name)


def test_networks_are_open_to_everyone(holder: Holder, federation: Federation) -> None:
    holder.publish(1, title=english("Lung CT of the hospital"))
    federation.harvest()
    hospital = take_on(name="Hospital of the north", country="Italy", node_id=holder.node.id, by=None)
    other = take_on(name="Institute", country="Spain", by=None)
    add_biobank(organisation_id=hospital.pk, name="Image department", by=None)
    network = make_network(name="Euro net", organisation_ids=[hospital.pk, other.pk], by=None)
    addresses = {
        "networks": "/networks",
        "network": f"/networks/{network.pk}",
        "biobank": f"/biobanks/{Biobank.objects.get().pk}",
        "organisation": f"/organisations/{Organisation.objects.get(name='Institute').pk}/datasets",
    }
    with browsing() as (browser, url):
        page = opened(browser, url)
        for name, address in addresses.items():
            page.set_viewport_size({"width": 320, "height": 900})
            page.goto(f"{url}{address}")
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            open_and_fit(page, name)


def test_an_operator_looks_adds_and_takes_out_without_script(web: Web, olga: Person) -> None:
    client = Client()
    client.force_login(olga)
    session = client.cookies["caimera_hub_session"].value
    with browsing() as (browser, url):
        for narrow in (False, True):
            context = browser.new_context(
                viewport={"width": 320 if narrow else 1280, "height": 900}, java_script_enabled=narrow
            )
            context.add_cookies([{"name": "caimera_hub_session", "value": session, "url": url}])
            page = context.new_page()
            page.goto(f"{url}/catalogue/sources")
            page.get_by_role("link", name="Add a source on the web").click()
            page.get_by_label("Address", exact=True).fill(web["/"])
            page.get_by_role("button", name="Look what is there").click()
            expect(page.get_by_role("alert").or_(page.locator(".error-summary")).first).to_contain_text(
                "private"
            )
            page.get_by_label("Allow an address of a private network").check()
            page.get_by_role("button", name="Look what is there").click()
            expect(page.locator("main")).to_contain_text("1 dataset would be added")
            expect(page.locator("main")).to_contain_text("1 would be refused")
            if narrow:
                expect_no_violations(page, AXE)
                expect_no_sideways_scrolling(page)
                page.get_by_role("button", name="Add it").click()
                page.get_by_role("link", name="Stop it, or take it out").click()
                open_and_fit(page, "keep")
                page.get_by_role("button", name="Take it out").click()
                expect(page.locator("main")).to_contain_text("It was taken out; 0 datasets were withdrawn.")
