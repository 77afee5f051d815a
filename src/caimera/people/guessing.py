"""Bearer tokens that open nothing: an address that sends too many waits, and its tokens are not looked at.

Counted in each server process, as in `web.limits`. The trail hears of them at most once a minute, with how
many there were; of a token it keeps nothing.
"""

from __future__ import annotations

import math
import threading
import time

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import ngettext
from ninja.errors import HttpError

from caimera.people.actions import note_refused_tokens
from caimera.web.addresses import client_address
from caimera.web.limits import MINUTE, Limit, refused


class TooManyRefused(HttpError):
    """The address sent too many tokens that open nothing; `retry_after` is in whole seconds."""

    def __init__(self, seconds: float) -> None:
        self.retry_after = max(1, math.ceil(seconds))
        sentence = ngettext(
            "Too many tokens from your address open nothing here. Try again in %(seconds)d second.",
            "Too many tokens from your address open nothing here. Try again in %(seconds)d seconds.",
            self.retry_after,
        )
        super().__init__(429, sentence % {"seconds": self.retry_after})


class RefusedTokens:
    """How many tokens were refused: for each address, and since the trail last heard of it."""

    def __init__(self) -> None:
        self._limit, self._lock = Limit(), threading.Lock()
        self._untold, self._told_at = 0, -math.inf

    def require_few(self, request: HttpRequest) -> None:
        """Raises TooManyRefused while the address of the request has to wait."""
        a_minute = settings.SITE.refused_tokens_per_minute
        address, now = client_address(request), time.monotonic()
        if a_minute and (seconds := self._limit.pause(address, a_minute=a_minute, now=now)):
            refused.labels("token").inc()
            raise TooManyRefused(seconds)

    def note(self, request: HttpRequest) -> None:
        """Count one more for the address of the request, and tell the trail when it is time."""
        now = time.monotonic()
        if a_minute := settings.SITE.refused_tokens_per_minute:
            self._limit.wait(client_address(request), a_minute=a_minute, now=now)
        if count := self._to_tell(now):
            note_refused_tokens(count=count)

    def _to_tell(self, now: float) -> int:
        with self._lock:
            self._untold += 1
            if now - self._told_at < MINUTE:
                return 0
            count, self._untold, self._told_at = self._untold, 0, now
        return count


tokens = RefusedTokens()
