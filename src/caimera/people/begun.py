"""A sign-in that has begun: what the browser has to bring back, in a sealed cookie of ten minutes.

It is kept nowhere else: whoever begins ten thousand sign-ins fills no table. Each has a cookie of its own,
named after its state, so that two tabs can sign in at once; a browser that begins too many loses the earlier
ones.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from time import time
from typing import Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from caimera.people.errors import SignInMixedUp
from caimera.people.sealing import seal, unseal

COUNTS_SECONDS = 600
AT_MOST = 4
"""Sign-ins begun at once in one browser."""
PATH = "/sign-in"

Purpose = Literal["sign-in", "step-up", "link"]


@dataclass(frozen=True, slots=True)
class Begun:
    """One sign-in under way. `person` is whose session it began in, where it must end in the same."""

    issuer: str
    state: str
    nonce: str
    code_verifier: str
    callback: str
    target: str
    purpose: Purpose = "sign-in"
    person: str = ""
    acr: str = ""
    max_age: int | None = None


def remember(request: HttpRequest, response: HttpResponse, begun: Begun) -> None:
    """Let the browser keep it."""
    earlier = [name for name in request.COOKIES if name.startswith(_prefix())]
    if len(earlier) >= AT_MOST:
        for name in earlier:
            response.delete_cookie(name, path=PATH)
    response.set_cookie(
        _name(begun.state),
        seal("begun", {"until": time() + COUNTS_SECONDS, **asdict(begun)}),
        max_age=COUNTS_SECONDS,
        path=PATH,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def recall(request: HttpRequest) -> Begun:
    """What this browser kept of the sign-in it comes back from. Raises SignInMixedUp."""
    state = request.GET.get("state", "")
    kept = unseal("begun", request.COOKIES.get(_name(state), "")) or {}
    if kept.pop("until", 0.0) < time() or kept.get("state") != state:
        raise SignInMixedUp("The state belongs to no sign-in begun in this browser.")
    return Begun(**kept)


def is_under_way(request: HttpRequest) -> bool:
    """Whether this browser has begun a sign-in here; nobody else can make what it keeps."""
    return any(unseal("begun", kept) for name, kept in request.COOKIES.items() if name.startswith(_prefix()))


def forget(request: HttpRequest, response: HttpResponse) -> None:
    """Whatever came of it, it is used up."""
    response.delete_cookie(_name(request.GET.get("state", "")), path=PATH)


def _prefix() -> str:
    return f"{settings.SESSION_COOKIE_NAME}_begun_"


def _name(state: str) -> str:
    return _prefix() + hashlib.sha256(state.encode()).hexdigest()[:16]
