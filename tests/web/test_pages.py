"""The frame around every page, and the pages for errors."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import Client, RequestFactory, override_settings
from django.utils import timezone

from caimera.people.models import Person
from caimera.web.context import site

pytestmark = pytest.mark.django_db


def page(client: Client, address: str = "/") -> str:
    return client.get(address).content.decode()


def test_the_frame_has_its_landmarks_and_a_way_past_them() -> None:
    html = page(Client())
    assert html.index('href="#main"') < html.index("<header") < html.index("<main") < html.index("<footer")
    assert '<main id="main" class="page" tabindex="-1">' in html
    assert 'id="announcement" class="unseen" role="status" aria-live="polite"' in html
    assert '<html lang="en" data-color-scheme="auto"' in html


def test_scripts_are_told_to_evaluate_and_keep_nothing() -> None:
    html = page(Client())
    assert '"allowEval":false' in html
    assert '"includeIndicatorStyles":false' in html
    assert '"historyCacheSize":0' in html


def test_the_navigation_marks_where_one_is() -> None:
    assert '<a href="/nodes" aria-current="page">Nodes</a>' in page(Client(), "/nodes")


def test_a_site_shows_only_the_pages_it_has() -> None:
    request = RequestFactory().get("/")
    assert [link.address for link in site(request)["site"].navigation] == [
        "/catalogue",
        "/search",
        "/nodes",
    ]
    with override_settings(ROOT_URLCONF="caimera.people.urls"):
        assert site(request)["site"].navigation == ()


def test_a_visitor_may_sign_in_and_comes_back() -> None:
    assert 'href="/sign-in?next=%2Fnodes"' in page(Client(), "/nodes")


def test_a_person_finds_their_name_and_the_way_out() -> None:
    person = Person.objects.create(
        issuer="https://login.example.org",
        sub="ada",
        name="Ada Lovelace",
        checked_at=timezone.now(),
        in_membership_group=False,
    )
    client = Client()
    client.force_login(person)  # type: ignore[arg-type]
    html = page(client)
    assert "Ada Lovelace" in html
    assert '<form method="post" action="/sign-out">' in html
    assert "Become a member" in html


def test_a_demo_says_that_it_is_one() -> None:
    assert "Nothing here is for clinical use." in page(Client())
    real = settings.SITE.model_copy(update={"demo": False})
    with override_settings(SITE=real):
        assert "Nothing here is for clinical use." not in page(Client())


def test_the_footer_names_the_software() -> None:
    software = site(RequestFactory().get("/"))["site"].software
    assert f"Caimera {software}" in page(Client())


def test_a_page_that_is_not_there_says_what_to_do() -> None:
    response = Client().get("/no/such/page")
    assert response.status_code == 404
    assert "There is no such page" in response.content.decode()


def test_a_form_without_its_token_says_what_to_do() -> None:
    response = Client(enforce_csrf_checks=True).post("/sign-out")
    assert response.status_code == 403
    assert "This form was too old" in response.content.decode()


@pytest.mark.parametrize("name", ["400.html", "403.html", "404.html", "500.html"])
def test_error_pages_stand_without_any_context(name: str) -> None:
    html = render_to_string(name)
    assert "<h1" in html
    assert "Caimera" in html


def test_an_error_may_be_explained_by_who_found_it() -> None:
    context = {"heading": "Too many questions", "explanation": "Wait a minute.", "user": AnonymousUser()}
    html = render_to_string("web/error.html", context)
    assert "<title>Too many questions" in html
    assert "Wait a minute." in html
