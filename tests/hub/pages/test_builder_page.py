"""The builder as a page: for visitors, members and others, with and without htmx."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.test import Client

from caimera.audit.queries import trail
from caimera.hub.search.models import Question
from caimera.people.models import Person
from tests.hub.conftest import FakeNode

pytestmark = pytest.mark.django_db

BAR = "modality = CT and sex = male"
ADDRESS = f"/search?bar={quote(BAR)}"


def test_the_builder_says_what_it_counts(visitor: Client, make_node: Callable[..., FakeNode]) -> None:
    make_node("trials")
    response = visitor.get("/search")
    assert response.status_code == 200
    page = response.content.decode()
    assert "How many patients and images are there?" in page
    assert "1 hospital node counts them" in page
    assert "All image series." in page


def test_every_variable_of_the_vocabulary_stands_in_the_tree(visitor: Client) -> None:
    page = visitor.get("/search").content.decode()
    for label in ("Sex", "Condition", "Age at imaging", "Presence of segmentations", "Manufacturer"):
        assert f'aria-label="Add to search bar 1: {label}"' in page


def test_a_bar_in_the_address_is_shown_as_chips_words_and_ticks(visitor: Client) -> None:
    page = visitor.get(ADDRESS).content.decode()
    assert 'aria-label="Remove Modality: CT (computed tomography) from search bar 1"' in page
    assert "Image series where modality is CT (computed tomography) and sex is male." in page
    assert 'id="modality-CT" name="modality" value="CT" form="builder-form" checked' in page
    assert 'aria-label="Update search bar 1: Sex"' in page
    assert BAR in page


def test_what_is_typed_in_an_address_is_shown_never_run(visitor: Client) -> None:
    page = visitor.get("/search", {"do": "text", "text": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_without_htmx_a_button_leads_to_a_clean_address(visitor: Client) -> None:
    response = visitor.get(f"{ADDRESS}&sex.is=is&sex=female&modality.is=is&modality=CT&do=add:sex")
    assert response.status_code == 302
    where = urlsplit(response["Location"])
    assert parse_qs(where.query) == {"bar": ["modality = CT and sex = female"]}
    assert where.fragment == "question"


def test_with_htmx_a_button_swaps_the_builder_and_names_the_address(visitor: Client) -> None:
    response = visitor.get(f"{ADDRESS}&do=remove:0.1", headers={"HX-Request": "true"})
    page = response.content.decode()
    assert response.status_code == 200
    assert response["HX-Push-Url"] == "/search?bar=modality+%3D+CT"
    assert "HX-Request" in response["Vary"]
    assert "<html" not in page
    assert '<div id="announcement" hx-swap-oob="innerHTML">Removed: Sex: male.</div>' in page
    assert 'id="bar-1" tabindex="-1" data-focus' in page


def test_when_htmx_restores_its_history_it_gets_the_whole_page(visitor: Client) -> None:
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<html" in visitor.get(ADDRESS, headers=headers).content.decode()


def test_a_slip_is_listed_with_a_link_to_its_place(visitor: Client) -> None:
    page = visitor.get(
        "/search?do=add:x&age_at_imaging.is=between&age_at_imaging.from=ninety"
    ).content.decode()
    assert 'role="alert"' in page
    assert '<a href="#age_at_imaging-from">' in page
    assert 'value="ninety"' in page
    assert 'aria-invalid="true" aria-describedby="age_at_imaging-mistake"' in page


def test_text_that_cannot_be_read_is_kept_with_the_place_and_the_fix(visitor: Client) -> None:
    page = visitor.get("/search", {"do": "text", "text": "modality = CTT"}).content.decode()
    assert '<a href="#question-text">At column 12' in page
    assert "modality = CTT</textarea>" in page


def test_an_address_with_a_broken_bar_says_so(visitor: Client) -> None:
    page = visitor.get("/search?bar=sex+%3D+male&bar=sex+%3D+purple").content.decode()
    assert "This could not be understood" in page
    assert "Sex: male" in page


def test_a_second_bar_brings_an_or_and_a_way_to_switch(visitor: Client) -> None:
    page = visitor.get(f"{ADDRESS}&bar=modality+%3D+MR&active=2").content.decode()
    assert '<p class="or">or</p>' in page
    assert 'aria-label="Fill in search bar 1"' in page
    assert 'aria-label="Remove search bar 2"' in page
    assert 'aria-label="Update search bar 2: Modality"' in page


def test_a_visitor_is_told_to_sign_in_and_comes_back_with_the_question(visitor: Client) -> None:
    page = visitor.get(ADDRESS).content.decode()
    assert "Sign in to ask" in page
    assert "/sign-in?next=%2Fsearch%3Fbar%3Dmodality" in page
    assert "Ask the hospitals" not in page


def test_who_is_no_member_is_told_how_to_become_one(outsider: Client) -> None:
    page = outsider.get(ADDRESS).content.decode()
    assert "Only members can ask" in page
    assert 'href="/membership"' in page
    assert "Ask the hospitals" not in page


def test_a_member_finds_the_button_and_the_bars_in_its_form(member: Client) -> None:
    page = member.get(ADDRESS).content.decode()
    assert "Ask the hospitals" in page
    assert f'<input type="hidden" name="bar" value="{BAR}">' in page


def test_asking_leads_to_the_question(member: Client, person: Person) -> None:
    response = member.post("/questions", {"bar": [BAR, "modality = MR", ""], "purpose": "  Feasibility "})
    question = Question.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/questions/{question.pk}")
    assert question.text == "modality = CT and sex = male or modality = MR"
    assert (question.purpose, question.asked_by) == ("Feasibility", person)
    assert trail(act="question.asked").count() == 1


def test_asking_for_everything_is_allowed(member: Client) -> None:
    member.post("/questions", {"bar": ""})
    assert Question.objects.get().text == "everything"


def test_a_purpose_too_long_is_kept_and_named(member: Client) -> None:
    response = member.post("/questions", {"bar": BAR, "purpose": "x" * 601})
    page = response.content.decode()
    assert response.status_code == 422
    assert "The purpose is too long." in page
    assert "x" * 601 in page
    assert Question.objects.count() == 0


def test_a_broken_bar_is_not_asked(member: Client) -> None:
    response = member.post("/questions", {"bar": ["sex = purple", BAR]})
    assert response.status_code == 302
    assert parse_qs(urlsplit(response["Location"]).query)["bar"] == ["sex = purple", BAR]
    assert Question.objects.count() == 0


def test_asking_needs_the_forms_token(person: Person) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)
    assert client.post("/questions", {"bar": BAR}).status_code == 403
    assert Question.objects.count() == 0


def test_asking_needs_a_member(visitor: Client, outsider: Client) -> None:
    assert visitor.post("/questions", {"bar": BAR}).status_code == 401
    assert outsider.post("/questions", {"bar": BAR}).status_code == 403
    assert Question.objects.count() == 0
