"""Bearer tokens: whose is it, asked of the login service and kept for a moment."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from uuid import UUID

from django.utils import timezone

from caimera.people.identities import check
from caimera.people.login_service import login_service
from caimera.people.models import Person
from caimera.people.proof import Proof

Holder = tuple[UUID, Proof]
"""Whose a token is, and how that was proved."""

KEPT_SECONDS = 60
KEPT_AT_MOST = 10_000


class KnownTokens:
    """Whose token is whose, for a moment: by SHA-256 of the token, never the token itself."""

    def __init__(self, at_most: int = KEPT_AT_MOST) -> None:
        self._at_most = at_most
        self._known: OrderedDict[bytes, tuple[Holder, float]] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, token: str, *, now: float) -> Holder | None:
        """Whose it is, while that counts (`now` in Unix seconds)."""
        with self._lock:
            holder, until = self._known.get(_digest(token), (None, 0.0))
        return holder if now < until else None

    def keep(self, token: str, holder: Holder, *, now: float, expires_at: float) -> None:
        """Remember until the token expires, at most a minute; the oldest makes room."""
        with self._lock:
            self._known.pop(_digest(token), None)
            self._known[_digest(token)] = (holder, min(expires_at, now + KEPT_SECONDS))
            while len(self._known) > self._at_most:
                self._known.popitem(last=False)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


_tokens = KnownTokens()


def person_of(token: str) -> Person:
    """The person whose access token this is, as userinfo describes them now or within the last minute.

    Raises:
        TokenRefused: the token opens nothing here.
        SignInProblem: the login service does not answer or contradicts itself.
    """
    now = timezone.now().timestamp()
    if known := _tokens.find(token, now=now):
        person_id, proof = known
        person = Person.objects.get(pk=person_id)
    else:
        service = login_service()
        found = service.introspect(token, now=now)
        person, proof = check(claims=service.claims(token, sub=found.sub)).person, found.proof
        _tokens.keep(token, (person.pk, proof), now=now, expires_at=found.expires_at)
    person.proof = proof
    return person
