"""What every request passes through: its id and log line, the content policy, the reader's time zone."""

from __future__ import annotations

import logging
import time
import zoneinfo
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from caimera.web.logs import begin_request

logger = logging.getLogger(__name__)

Respond = Callable[[HttpRequest], HttpResponse | Awaitable[HttpResponse]]


class TwoWay:
    """A middleware with a step before and a step after, the same under WSGI and ASGI."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if iscoroutinefunction(self.get_response):
            return self._answer_async(request)
        kept = self.before(request)
        response = cast(HttpResponse, self.get_response(request))
        self.after(request, response, kept)
        return response

    async def _answer_async(self, request: HttpRequest) -> HttpResponse:
        kept = self.before(request)
        response = await cast(Awaitable[HttpResponse], self.get_response(request))
        self.after(request, response, kept)
        return response

    def before(self, request: HttpRequest) -> Any:
        """Prepare; what is returned is handed to `after`."""

    def after(self, request: HttpRequest, response: HttpResponse, kept: Any) -> None:
        """Complete the response."""


class RequestLog(TwoWay):
    """Gives the request its id, says it back, and logs one line; never the query, which may be personal."""

    def before(self, request: HttpRequest) -> tuple[str, int]:
        return begin_request(request.headers.get("X-Request-ID", "")), time.perf_counter_ns()

    def after(self, request: HttpRequest, response: HttpResponse, kept: tuple[str, int]) -> None:
        request_id, started = kept
        response["X-Request-ID"] = request_id
        logger.info(
            "%s %s %s",
            request.method,
            request.path,
            response.status_code,
            extra={
                "http.request.method": request.method,
                "url.path": request.path,
                "http.response.status_code": response.status_code,
                "event.duration": time.perf_counter_ns() - started,
            },
        )


class ContentSecurityPolicy(TwoWay):
    """Only this site's own files may run, show or be submitted to."""

    POLICY = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
    )

    def after(self, request: HttpRequest, response: HttpResponse, kept: Any) -> None:
        response.headers.setdefault("Content-Security-Policy", self.POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")


@cache
def _zones() -> set[str]:
    """Every time zone of this machine; looking them up takes longer than answering most requests."""
    return zoneinfo.available_timezones()


class ReaderTimeZone(TwoWay):
    """Shows times in the zone the reader's browser named in the `timezone` cookie, else in UTC."""

    def before(self, request: HttpRequest) -> None:
        name = request.COOKIES.get("timezone", "")
        if name in _zones():
            timezone.activate(zoneinfo.ZoneInfo(name))
        else:
            timezone.deactivate()
