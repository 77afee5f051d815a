"""A hospital comes on board: applicant, support, boards, operator, each in a browser of their own."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.test_access import expect_no_sideways_scrolling, expect_no_violations, tab_to

PICTURES = Path(__file__).parents[2] / "docs" / "images"
PDF = {"name": "paper.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n%%EOF\n"}


def picture(page: Page, name: str) -> None:
    if os.environ.get("CAIMERA_SCREENSHOTS") == "1":
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 1280, "height": 900})
        page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


def begin(page: Page, hospital: str) -> None:
    """From the list of one's cases to a first form filled in; what was begun before is written over."""
    page.get_by_role("button", name="Becoming a data holder").click()
    for label, text in (
        ("Name of the organisation", hospital),
        ("Postal address", "1 Long Road"),
        ("Country", "Nowhere"),
        ("Name, with title", "Dr Hugo Hospital"),
        ("Job title", "Radiologist"),
        ("E-mail address", "hugo@example.org"),
        ("What can you contribute?", "Ten years of chest CT."),
        ("About how many patients?", "1200"),
    ):
        page.get_by_label(label, exact=True).fill(text)
    for box in ("Sharing imaging data, and", "Lung", "With a node of our own", "My organisation knows"):
        page.get_by_label(box).first.check()
    page.get_by_label("CT", exact=True).check()
    page.get_by_label("My contact details may be kept").check()


def answer(page: Page, choices: dict[str, str], texts: dict[str, str]) -> None:
    for question, choice in choices.items():
        group = page.get_by_role("group", name=question, exact=True)
        group.get_by_label(choice).first.check()
    for label, text in texts.items():
        page.get_by_label(label, exact=True).fill(text)


def open_case(page: Page, hospital: str) -> None:
    page.goto(page.url.partition("/cases")[0] + "/cases?text=" + hospital.replace(" ", "+"))
    page.get_by_role("link", name=hospital).first.click()


WILL_DO = dict.fromkeys(
    ("The machines and the network", "The security of the site", "The quality of images and clinical data"),
    "Will do",
)
IN_ORDER = dict.fromkeys(
    (
        "Ethics approval, or why none is needed",
        "The basis on which the data are used",
        "The agreement for the way chosen",
        "The data protection impact assessment",
    ),
    "In order",
)
ACCEPT = {"Advice to those who decide": "Accept"}
GROUNDS = {"Grounds": "All is well."}


def report(open_page: OpenPage, hospital: str, persona: str, event: str, choices: dict[str, str]) -> None:
    """A board opens what waits for it, and files its report."""
    page = open_page("/cases", persona=persona, scripts=False)
    open_case(page, hospital)
    page.get_by_role("link", name=event).click()
    answer(page, {**choices, **ACCEPT}, GROUNDS)
    page.get_by_role("button", name=event).click()
    expect(page.locator(".ds-alert").first).to_contain_text("With the boards")


def questionnaires(page: Page) -> None:
    page.get_by_role("link", name="File the tier-maturity questionnaire").click()
    answer(
        page,
        {
            "Which tier do you aim at first?": "Tier 2",
            "How will you take part?": "With a node of our own",
            "Are your images kept as DICOM?": "All of them",
            "Does a patient have one identifier across images and clinical data?": "Yes",
            "How are images de-identified?": "By a DICOM confidentiality profile",
            "Are they in the federation's common data model?": "No, in OMOP",
            "May a machine at your site connect outwards to the federation's broker?": "Yes",
        },
        {"People who could work on this, in full-time equivalents": "2"},
    )
    page.get_by_role("button", name="File the tier-maturity questionnaire").click()
    page.get_by_role("link", name="File the data-warehouse questionnaire").click()
    answer(
        page,
        {
            "Where are images for research?": "In an archive for research",
            "Where are clinical data for research?": "In a registry",
            "How are images and clinical data linked?": "By one pseudonym",
            "Does somebody at your site decide on the use of data for research?": "No",
            "Is every access to the data logged?": "Yes",
        },
        {"About how much is it? (TB)": "12"},
    )
    page.get_by_role("button", name="File the data-warehouse questionnaire").click()
    page.get_by_role("button", name="Hand in the questionnaires").click()


def documents(page: Page) -> None:
    page.get_by_role("link", name="Hand in the documents").click()
    answer(
        page,
        {
            "Which way did you decide on?": "With a node of our own",
            "Ethics approval": "We applied for it",
            "On which basis are the data used?": "The data are anonymous",
        },
        {
            "Who is told about a weakness of your node": "security@example.org",
            "How is the machine of your node protected?": "Patched weekly.",
        },
    )
    for label in (
        "Data protection impact assessment",
        "Certificates of the training",
        "Data sharing agreement",
    ):
        page.get_by_label(label).first.set_input_files(PDF)
    page.get_by_label("No file says anything about a single patient.").check()
    page.get_by_role("button", name="Hand in the documents").click()


def test_a_hospital_comes_on_board_without_scripts(open_page: OpenPage, axe: str) -> None:
    hospital = f"Hospital {uuid4().hex[:8]}"
    mine = open_page("/join", persona="hospital", scripts=False)
    begin(mine, hospital)
    mine.get_by_role("button", name="Send the expression of interest").click()
    expect(mine.locator(".ds-alert").first).to_contain_text("Received")

    support = open_page("/cases", persona="support", scripts=False)
    open_case(support, hospital)
    support.get_by_label("Reason").fill("Which scanners?")
    support.get_by_role("button", name="Return with a question").click()
    mine.reload()
    expect(mine.get_by_text("Which scanners?").first).to_be_visible()
    mine.get_by_role("link", name="Send the expression of interest").click()
    mine.get_by_label("What can you contribute?").fill("Ten years of chest CT on two scanners.")
    mine.get_by_role("button", name="Send the expression of interest").click()
    open_case(support, hospital)
    support.get_by_role("button", name="Invite to the questionnaires").click()

    mine.reload()
    questionnaires(mine)
    documents(mine)
    expect(mine.locator(".ds-alert").first).to_contain_text("With the boards")
    technical = {**WILL_DO, "Which tier can the site begin with?": "Tier 2"}
    report(open_page, hospital, "technical", "File the technical report", technical)
    report(open_page, hospital, "legal", "File the ethical and legal report", IN_ORDER)
    board = open_page("/cases", persona="management")
    open_case(board, hospital)
    expect_no_violations(board, axe)
    picture(board, "a-case")
    board.get_by_role("link", name="Accept").click()
    answer(
        board,
        {"Tier the data holder begins with": "Tier 2", "Are there conditions?": "No"},
        {"Day of the decision": "2026-11-28", **GROUNDS},
    )
    board.get_by_label("Nobody who decided has an interest").check()
    board.get_by_role("button", name="Accept").click()

    operators = open_page("/cases", persona="operator", scripts=False)
    open_case(operators, hospital)
    operators.get_by_role("link", name="Give the site identifier").click()
    answer(operators, {"Does the organisation have a site identifier already?": "No"}, {})
    operators.get_by_role("button", name="Give the site identifier").click()
    mine.reload()
    expect(mine.get_by_text("Your organisation has its site identifier")).to_be_visible()
    expect_no_sideways_scrolling(mine)


def test_a_form_helps_while_it_is_written(open_page: OpenPage, axe: str) -> None:
    """With scripts: questions appear when they apply, words are counted, what is written is kept."""
    page = open_page("/join", persona="newcomer")
    expect_no_violations(page, axe)
    page.get_by_role("button", name="Becoming a data holder").click()
    # A demo that ran before still knows what was written then.
    page.get_by_label("Others", exact=True).uncheck()
    others = page.get_by_label("Which others?")
    expect(others).to_be_hidden()
    page.get_by_label("Others", exact=True).check()
    expect(others).to_be_visible()
    page.get_by_label("What can you contribute?").fill("one two three")
    expect(page.locator("[data-words-of=q-capabilities]")).to_contain_text("3 of at most 300 words")
    expect(page.locator("#saved")).to_contain_text("Saved at", timeout=15_000)
    expect_no_violations(page, axe)
    expect_no_sideways_scrolling(page)
    page.reload()
    expect(page.get_by_label("What can you contribute?")).to_have_value("one two three")
    page.get_by_role("button", name="Send the expression of interest").click()
    expect(page.get_by_role("alert")).to_contain_text("It was saved, but not handed in")
    expect(page.get_by_role("alert")).to_be_focused()
    expect_no_violations(page, axe)


def test_a_form_is_written_by_keyboard_alone(open_page: OpenPage) -> None:
    page = open_page("/join", persona="committee")
    # What was begun before has a link of the same name.
    while page.evaluate("document.activeElement.tagName") != "BUTTON":
        tab_to(page, "Becoming a software provider")
    page.keyboard.press("Enter")
    page.get_by_label("Name of the software").wait_for()
    tab_to(page, "Save and go on later")
    page.keyboard.press("Enter")
    expect(page.locator(".ds-alert").first).to_contain_text("Nobody else sees it until you hand it in")
    tab_to(page, "Withdraw")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_text("Withdrawn").first).to_be_visible()
