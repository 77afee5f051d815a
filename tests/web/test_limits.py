"""An address that sends too much is told so, and when it may come again; others notice nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from caimera.web.limits import MINUTE, AddressLimits, Limit


@pytest.fixture
def few(settings: Any) -> None:
    """A site that takes three requests a minute of an address, and two steps of signing in."""
    changes = {"requests_per_minute": 3, "sign_ins_per_minute": 2}
    settings.SITE = settings.SITE.model_copy(update=changes)


def nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse("served")


def asked(limits: AddressLimits, path: str, *, peer: str = "192.0.2.7") -> HttpResponse:
    response: HttpResponse = limits(RequestFactory().get(path, REMOTE_ADDR=peer))
    return response


@given(st.lists(st.floats(0, 200), max_size=60), st.integers(1, 20))
def test_never_more_than_twice_the_limit_in_a_minute_and_it_is_said_when(
    times: list[float], most: int
) -> None:
    limit, taken = Limit(), []
    for now in sorted(times):
        seconds = limit.wait("a", a_minute=most, now=now)
        assert limit.wait("another", a_minute=10_000, now=now) == 0
        if not seconds:
            taken.append(now)
            continue
        assert 0 < seconds <= MINUTE / most + 1e-6
        assert Limit.wait(_copy(limit), "a", a_minute=most, now=now + seconds + 1e-6) == 0
    for first in taken:
        assert sum(first <= now < first + MINUTE for now in taken) <= 2 * most


def _copy(limit: Limit) -> Limit:
    copy = Limit()
    copy._empty_at = limit._empty_at.copy()
    return copy


def test_as_many_as_allowed_may_come_at_once() -> None:
    limit = Limit()
    waits = [limit.wait("a", a_minute=3, now=1000.0) for _ in range(5)]
    assert waits == [0, 0, 0, pytest.approx(20), pytest.approx(20)]
    assert limit.wait("a", a_minute=3, now=1020.0) == 0


def test_what_is_remembered_is_bounded() -> None:
    limit = Limit(at_most=10)
    for number in range(1000):
        limit.wait(f"{number}", a_minute=1, now=float(number))
    assert len(limit._empty_at) == 10


@pytest.mark.usefixtures("few")
def test_an_address_that_sends_too_much_waits_and_others_do_not() -> None:
    limits = AddressLimits(nothing)
    assert [asked(limits, "/").status_code for _ in range(4)] == [200, 200, 200, 429]
    assert asked(limits, "/", peer="192.0.2.8").status_code == 200


@pytest.mark.usefixtures("few")
def test_the_refusal_says_when_to_come_again_as_page_and_as_problem() -> None:
    limits = AddressLimits(nothing)
    for _ in range(3):
        asked(limits, "/api/about")
    problem, page = asked(limits, "/api/about"), asked(limits, "/questions")
    assert problem["Content-Type"] == "application/problem+json"
    assert int(problem["Retry-After"]) == int(page["Retry-After"]) == 20
    assert "Try again in 20 seconds" in json.loads(problem.content)["detail"]
    assert "Try again in 20 seconds" in page.content.decode()


@pytest.mark.usefixtures("few")
def test_signing_in_has_a_limit_of_its_own_and_health_has_none() -> None:
    limits = AddressLimits(nothing)
    assert [asked(limits, "/sign-in").status_code for _ in range(3)] == [200, 200, 429]
    assert {asked(limits, path).status_code for path in ["/healthz", "/static/x.css"] * 9} == {200}


def test_no_limit_is_no_limit(settings: Any) -> None:
    settings.SITE = settings.SITE.model_copy(update={"requests_per_minute": 0, "sign_ins_per_minute": 0})
    limits = AddressLimits(nothing)
    assert {asked(limits, "/sign-in").status_code for _ in range(5000)} == {200}


@pytest.mark.usefixtures("few")
def test_the_same_under_asgi() -> None:
    async def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse("served")

    limits = AddressLimits(view)
    statuses = [async_to_sync(limits)(RequestFactory().get("/")).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
