"""The issue's journey: a visitor signs in, builds a question by clicking, and watches three nodes answer."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, sign_in
from tests.browser.test_access import delete, keep
from tests.federation.demo import Demo

QUESTION = "modality = CT and body_part = chest and sex = male and age_at_imaging between 40 and 70"
NODES = ("Clinical Trials Node", "Cancer Genomics Node", "Community Imaging Node")
PICTURE = Path(__file__).parents[2] / "docs" / "images" / "search-journey.png"


def choose(page: Page, variable: str, value: str) -> None:
    page.locator("summary", has_text=variable).click()
    page.get_by_label(value, exact=True).check()
    page.get_by_role("button", name=f"Add to search bar 1: {variable}").click()
    expect(page.get_by_role("button", name=f"Remove {variable}")).to_be_visible()


def build(page: Page) -> None:
    choose(page, "Modality", "CT (computed tomography)")
    choose(page, "Body part", "Chest")
    choose(page, "Sex", "Male")
    page.locator("summary", has_text="Age at imaging").click()
    page.locator("#age_at_imaging-from").fill("40")
    page.locator("#age_at_imaging-to").fill("70")
    page.get_by_role("button", name="Add to search bar 1: Age at imaging").click()
    expect(page.locator(".in-words")).to_contain_text("age at imaging is between 40 and 70 years")


def expect_all_answers(page: Page) -> None:
    expect(page.locator("#totals")).to_contain_text("3 of 3 nodes answered.", timeout=20_000)
    for node in NODES:
        expect(page.get_by_role("region", name=node, exact=True)).to_contain_text("Answered")
    expect(page.locator(".figure").first).to_contain_text("Patients")


def test_from_the_front_door_to_the_numbers(open_page: OpenPage) -> None:
    page = open_page("/")
    sign_in(page, "researcher")
    page.get_by_role("link", name="Ask the hospitals").click()
    build(page)
    page.get_by_label("What is it for?").fill("Is a study of low-dose CT feasible?")
    page.get_by_role("button", name="Ask the hospitals").click()
    expect_all_answers(page)
    expect(page.locator("code.code")).to_have_text(QUESTION)
    expect(page.locator(".lead")).to_have_text("Is a study of low-dose CT feasible?")
    if os.environ.get("CAIMERA_SCREENSHOTS") == "1":
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        page.set_viewport_size({"width": 1280, "height": 1500})
        page.screenshot(path=PICTURE)


def test_the_same_without_scripts(open_page: OpenPage) -> None:
    page = open_page("/search", scripts=False)
    sign_in(page, "researcher")
    build(page)
    page.get_by_role("button", name="Ask the hospitals").click()
    expect_all_answers(page)


def test_what_was_built_is_kept_through_signing_in(open_page: OpenPage) -> None:
    page = open_page("/search")
    choose(page, "Sex", "Female")
    page.get_by_role("link", name="Sign in and come back here").click()
    page.locator('button[value="researcher"]').click()
    expect(page.get_by_role("button", name="Remove Sex: female from search bar 1")).to_be_visible()
    expect(page.get_by_role("button", name="Ask the hospitals")).to_be_visible()


def test_who_is_no_member_sees_how_to_become_one(open_page: OpenPage) -> None:
    page = open_page("/search", persona="newcomer")
    expect(page.get_by_role("heading", name="Only members can ask")).to_be_visible()
    expect(page.get_by_role("button", name="Ask the hospitals")).to_have_count(0)
    page.get_by_role("link", name="How to become a member").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Become a member")
    expect(page.get_by_role("link", name="To the registration form")).to_be_visible()


def test_a_question_is_changed_and_asked_again(open_page: OpenPage) -> None:
    page = open_page("/search?bar=sex+%3D+female", persona="researcher")
    page.get_by_role("button", name="Ask the hospitals").click()
    expect_all_answers(page)
    first = page.url
    page.get_by_role("button", name="Ask again").click()
    page.wait_for_url(lambda address: "/questions/" in address and address != first)
    page.get_by_role("link", name="Change the question").click()
    page.get_by_role("button", name="Remove Sex: female from search bar 1").click()
    expect(page.locator(".in-words")).to_contain_text("All image series.")
    page.get_by_role("link", name="My questions").click()
    expect(page.locator(".history-entry").first).to_contain_text("sex is female")


def test_two_bars_and_the_way_back(open_page: OpenPage) -> None:
    page = open_page("/search?bar=sex+%3D+female")
    page.get_by_role("button", name="or: add a search bar").click()
    expect(page.get_by_role("heading", name="Search bar 2")).to_be_focused()
    page.locator("summary", has_text="Presence of segmentations").click()
    page.get_by_label("Yes").check()
    page.get_by_role("button", name="Add to search bar 2: Presence of segmentations").click()
    expect(page.locator(".in-words")).to_contain_text("sex is female or presence of segmentations is yes")
    expect(page.locator("#announcement")).to_have_text(
        "Search bar 2 now says: Presence of segmentations: yes."
    )
    page.go_back()
    expect(page.locator(".in-words")).not_to_contain_text("segmentations")
    page.get_by_role("button", name="Remove search bar 2").click()
    expect(page.get_by_role("heading", name="Search bar 2")).to_have_count(0)


def test_a_slip_moves_the_focus_to_what_is_wrong(open_page: OpenPage) -> None:
    page = open_page("/search")
    page.locator("summary", has_text="Age at imaging").click()
    page.locator("#age_at_imaging-from").fill("70")
    page.locator("#age_at_imaging-to").fill("40")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("link", name="Age at imaging: The range begins at 70").click()
    expect(page.locator("#age_at_imaging-from")).to_be_focused()
    expect(page.locator("#age_at_imaging-from")).to_have_value("70")


def test_find_add_count_narrow_keep_share_and_report(open_page: OpenPage) -> None:
    page = open_page("/search", persona="researcher")
    page.get_by_label("Find a variable or value").press_sequentially("chest")
    page.get_by_role("button", name="Add Body part: chest", exact=True).click()
    expect(page.locator(".in-words")).to_contain_text("body part is chest")
    expect(page.locator("#announcement")).to_have_text("Search bar 1 now says: Body part: chest.")
    page.locator("#count-by summary").click()
    page.get_by_label("Count by, choice 1").select_option(label="Modality")
    page.get_by_role("button", name="Turn round, exclude: Body part: chest").click()
    expect(page.locator(".in-words")).to_contain_text("body part is not recorded as chest")
    page.get_by_role("button", name="Turn round, do not exclude").click()
    expect(page.locator(".in-words")).to_contain_text("body part is chest")
    page.get_by_role("button", name="Ask the hospitals").click()
    expect_all_answers(page)
    rows = page.get_by_role("region", name="Patients by modality").last.get_by_role("row")
    expect(rows.filter(has_text="CT (computed tomography)")).to_be_visible()
    expect(page.locator("#breakdowns figure canvas")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Report as CSV").click()
    report = download.value.path().read_text(encoding="utf-8-sig")
    assert report.startswith("question_id,asked_at,")
    assert ",modality,CT," in report
    keep(page, "Chests of the journey")
    kept = page.locator(".saved", has_text="Chests of the journey")
    kept.locator("summary").click()
    kept.get_by_role("button", name="Share by a link").click()
    address = page.locator(".saved", has_text="Chests of the journey").locator(".share-link").inner_text()
    other = open_page(address.partition("/shared")[1] + address.partition("/shared")[2], persona="holder")
    expect(other.get_by_role("heading", level=1)).to_have_text("Chests of the journey")
    other.get_by_role("link", name="Change it first").click()
    expect(other.get_by_role("button", name="Remove Body part: chest from search bar 1")).to_be_visible()
    delete(page, "Chests of the journey")


def test_a_breakdown_leads_to_the_next_question(open_page: OpenPage) -> None:
    page = open_page("/search?bar=body_part+%3D+chest&by=modality", persona="researcher")
    page.get_by_role("button", name="Ask the hospitals").click()
    expect_all_answers(page)
    page.get_by_role("link", name=re.compile(r"Narrow to this.*modality CT \(computed tomography\)")).click()
    expect(page.locator(".in-words")).to_contain_text("body part is chest and modality is CT")


def test_datasets_are_sorted_and_opened_without_scripts(open_page: OpenPage) -> None:
    page = open_page("/search?bar=modality+%3D+CT", persona="researcher", scripts=False)
    page.get_by_role("button", name="Ask the hospitals").click()
    expect_all_answers(page)
    page.get_by_role("columnheader", name="Dataset").get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="Dataset")).to_have_attribute("aria-sort", "ascending")
    titles = page.locator(".datasets tbody th summary").all_inner_texts()
    assert titles == sorted(titles, key=str.casefold)
    page.locator(".datasets tbody th summary").first.click()
    page.get_by_role("link", name="What is known of").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(titles[0])


def test_an_opened_row_stays_open_and_focused_when_another_answer_arrives(
    open_page: OpenPage, demo: Demo
) -> None:
    late = demo.service("community-agent").pid
    assert late
    page = open_page("/search?bar=modality+%3D+CT", persona="researcher")
    os.kill(late, signal.SIGSTOP)
    try:
        page.get_by_role("button", name="Ask the hospitals").click()
        expect(page.locator("#totals")).to_contain_text("2 of 3 nodes answered; ", timeout=20_000)
        title = page.locator(".datasets tbody th summary").first
        name = title.inner_text()
        title.click()
    finally:
        os.kill(late, signal.SIGCONT)
    expect_all_answers(page)
    row = page.locator(".datasets tbody th details", has_text=name).first
    expect(row).to_have_attribute("open", "")
    expect(row.locator("summary")).to_be_focused()


def test_a_group_is_filled_without_scripts(open_page: OpenPage) -> None:
    page = open_page("/search?bar=sex+%3D+female", scripts=False)
    page.locator("#grouping summary").click()
    page.get_by_role("button", name="Some series of the same patient").click()
    page.locator("summary", has_text="Modality").click()
    page.get_by_label("CT (computed tomography)", exact=True).check()
    page.get_by_role("button", name="Add to the group in search bar 1: Modality").click()
    expect(page.locator(".in-words")).to_contain_text(
        "sex is female and the patient has a series where (modality is CT (computed tomography))"
    )
    page.get_by_label("Find a variable or value").fill("PSA")
    page.get_by_role("button", name="Find", exact=True).click()
    expect(page.locator(".found")).to_contain_text("Prostate-specific antigen")


def test_a_list_of_values_is_narrowed_by_typing(open_page: OpenPage) -> None:
    page = open_page("/search")
    page.locator("summary", has_text="Condition").click()
    page.get_by_label("Melanoma", exact=True).check()
    page.get_by_label("Find among").first.fill("lung")
    expect(page.get_by_label("Lung cancer", exact=True)).to_be_visible()
    expect(page.get_by_label("Melanoma", exact=True)).to_be_visible()
    expect(page.get_by_label("Thymoma", exact=True)).to_be_hidden()


@pytest.fixture
def sleeping_node(demo: Demo) -> int:
    """The process of the community node's agent, put to sleep."""
    found = demo.service("community-agent").pid
    assert found is not None
    os.kill(found, signal.SIGSTOP)
    return found


def test_a_late_answer_arrives_in_the_open_page(open_page: OpenPage, sleeping_node: int) -> None:
    try:
        page = open_page("/search?bar=sex+%3D+female", persona="researcher")
        page.get_by_role("button", name="Ask the hospitals").click()
        late = page.get_by_role("region", name="Community Imaging Node", exact=True)
        expect(late).to_contain_text("Slow", timeout=10_000)
        expect(page.locator("#announcement")).to_contain_text("Community Imaging Node is slow.")
        page.evaluate("window.neverReloaded = true")
    finally:
        os.kill(sleeping_node, signal.SIGCONT)
    expect(late).to_contain_text("Answered", timeout=20_000)
    expect(page.locator("#announcement")).to_contain_text("Community Imaging Node answered. 3 of 3 nodes")
    assert page.evaluate("window.neverReloaded") is True


def test_signing_out_from_the_menu(open_page: OpenPage) -> None:
    page = open_page("/")
    sign_in(page, "holder")
    page.locator(".person-menu summary").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(page.locator(".person-menu summary")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")
