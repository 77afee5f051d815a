"""What every request passes through, in both of Django's ways."""

from __future__ import annotations

import pytest
from asgiref.sync import async_to_sync
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from caimera.web.access import access_of, anyone
from caimera.web.middleware import ContentSecurityPolicy, ReaderTimeZone, RequestLog


def test_only_this_sites_own_files_may_run(client: Client) -> None:
    policy = client.get("/healthz")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("cookie", "zone"), [("Europe/Madrid", "Europe/Madrid"), ("Mars/Olympus", "UTC"), ("", "UTC")]
)
def test_times_are_shown_in_the_readers_zone(cookie: str, zone: str) -> None:
    seen: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(timezone.get_current_timezone_name())
        return HttpResponse()

    request = RequestFactory().get("/")
    request.COOKIES["timezone"] = cookie
    ReaderTimeZone(view)(request)
    timezone.deactivate()
    assert seen == [zone]


def test_the_same_under_asgi() -> None:
    async def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse("x")

    answered = async_to_sync(ContentSecurityPolicy(RequestLog(view)))(RequestFactory().get("/"))
    assert answered["X-Request-ID"]
    assert answered["Content-Security-Policy"]


def test_a_view_says_who_may_call_it() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    assert access_of(view) is None
    assert access_of(anyone(view)) == "anyone"
