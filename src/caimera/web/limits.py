"""How often an address may ask: counted in each server process, in bounded memory.

What a person may ask is limited where it is asked, by what stands in the database (`hub.search`).
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Awaitable
from typing import Any, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from prometheus_client import Counter

from caimera.web.addresses import client_address
from caimera.web.middleware import Respond
from caimera.web.problems import problem

MINUTE = 60.0
_ADDRESSES = 20_000
"""Addresses remembered at once by a limit, about 3 MB; the one not heard of for longest makes room."""

refused = Counter("caimera_requests_limited", "Requests refused because an address sent too many.", ["kind"])


class Limit:
    """At most so many at once and so many a minute on average for each key (GCRA, a leaky bucket)."""

    def __init__(self, at_most: int = _ADDRESSES) -> None:
        self._at_most = at_most
        self._empty_at: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, key: str, *, a_minute: int, now: float) -> float:
        """Count one more for `key`; or, where that is too many, the seconds until it may come again."""
        with self._lock:
            if too_soon := self._too_soon(key, a_minute, now):
                return too_soon
            self._empty_at[key] = max(self._empty_at.get(key, now), now) + MINUTE / a_minute
            self._empty_at.move_to_end(key)
            if len(self._empty_at) > self._at_most:
                self._empty_at.popitem(last=False)
        return 0.0

    def pause(self, key: str, *, a_minute: int, now: float) -> float:
        """The seconds until `key` may come again, 0 where it may; nothing is counted."""
        with self._lock:
            return self._too_soon(key, a_minute, now)

    def _too_soon(self, key: str, a_minute: int, now: float) -> float:
        seconds = max(self._empty_at.get(key, now), now) + MINUTE / a_minute - now - MINUTE
        return seconds if seconds > 1e-9 else 0.0


class AddressLimits:
    """Answers 429 to an address that sends too much: all requests together, and sign-ins besides."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response
        self._requests, self._sign_ins = Limit(), Limit()
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if iscoroutinefunction(self.get_response):
            return self._answer_async(request)
        return self._refusal(request) or self.get_response(request)

    async def _answer_async(self, request: HttpRequest) -> HttpResponse:
        return self._refusal(request) or await cast(Awaitable[HttpResponse], self.get_response(request))

    def _refusal(self, request: HttpRequest) -> HttpResponse | None:
        address = client_address(request)
        for kind, limit, a_minute in self._limits_of(request.path):
            if a_minute and (seconds := limit.wait(address, a_minute=a_minute, now=time.monotonic())):
                refused.labels(kind).inc()
                return too_many(request, seconds)
        return None

    def _limits_of(self, path: str) -> list[tuple[str, Limit, int]]:
        if path.startswith(_UNLIMITED):
            return []
        limits = [("request", self._requests, settings.SITE.requests_per_minute)]
        if path.startswith("/sign-in"):
            limits.append(("sign-in", self._sign_ins, settings.SITE.sign_ins_per_minute))
        return limits


_UNLIMITED = ("/static/", "/healthz", "/readyz")


def too_many(request: HttpRequest, seconds: float) -> HttpResponse:
    """Status 429 with a sentence and `Retry-After`, as a page or as a problem of the API."""
    whole = max(1, math.ceil(seconds))
    sentence = ngettext(
        "Too many requests came from your address. Try again in %(seconds)d second.",
        "Too many requests came from your address. Try again in %(seconds)d seconds.",
        whole,
    ) % {"seconds": whole}
    if request.path.startswith("/api/"):
        response = problem(429, _("Too much at once."), sentence)
    else:
        response = render(request, "429.html", {"sentence": sentence}, status=429)
    return with_pause(response, whole)


def with_pause(response: HttpResponse, seconds: float) -> HttpResponse:
    """Say in whole seconds when the client may try again (RFC 9110, 10.2.3)."""
    response["Retry-After"] = str(max(1, math.ceil(seconds)))
    return response
