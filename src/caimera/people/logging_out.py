"""OpenID Connect Back-Channel Logout 1.0: a login service tells this site that a session there is over.

A logout token is believed only if everything about it holds: signature and algorithm, issuer, audience, age,
the logout event, no nonce, a session or a person, and that it is heard the first time.
"""

from __future__ import annotations

import hashlib
import json
import time
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from caimera.audit.actions import JSON, record
from caimera.people.errors import LogoutRefused
from caimera.people.identities import end_sessions, withdraw
from caimera.people.login_service import ALGORITHMS, LoginService, login_service
from caimera.people.models import HeardLogout, Identity
from caimera.people.proof import LEEWAY_SECONDS
from caimera.people.providers import provider_of

EVENT = "http://schemas.openid.net/event/backchannel-logout"
COUNTS_SECONDS = 300
"""How old a logout token may be."""
LONGEST = 20_000
_TYPES = ("logout+jwt", "jwt", "")


def hear_logout(token: str) -> int:
    """End the sessions a logout token speaks of; returns how many there were.

    Raises:
        LogoutRefused: the token is not to be believed.
        SignInProblem: its login service cannot be asked for its keys, or is none of this site's.
    """
    if len(token) > LONGEST:
        raise LogoutRefused("The logout token is too long.")
    issuer = provider_of(_claimed_issuer(token)).issuer
    service = login_service(issuer)
    said = _verified(token, service)
    _require_logout(said, service)
    return _end(said)


def _claimed_issuer(token: str) -> str:
    """Which service's keys to try; nothing else of an unverified token is looked at."""
    try:
        part = token.split(".")[1]
        claimed = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        return str(claimed["iss"])
    except (IndexError, ValueError, KeyError, TypeError) as error:
        raise LogoutRefused("This is no logout token.") from error


def _verified(token: str, service: LoginService) -> Mapping[str, Any]:
    try:
        try:
            read = _decoded(token, service.keys())
        except (InvalidKeyIdError, ValueError):  # keys may have changed since they were read
            read = _decoded(token, service.keys(anew=True))
    except (JoseError, ValueError) as error:
        raise LogoutRefused(f"The logout token does not hold: {error}") from error
    if str(read.header.get("typ", "")).lower() not in _TYPES:
        raise LogoutRefused("The token is of another type.")
    return read.claims


def _decoded(token: str, keys: Any) -> jwt.Token:
    return jwt.decode(token, KeySet.import_key_set(keys), algorithms=list(ALGORITHMS))


def _require_logout(said: Mapping[str, Any], service: LoginService) -> None:
    """Back-Channel Logout, 2.6. Raises LogoutRefused."""
    now, audience = time.time(), said.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    issued, expires, events = said.get("iat"), said.get("exp"), said.get("events")
    fresh = isinstance(issued, int | float) and abs(now - issued) <= COUNTS_SECONDS
    over = not (expires is None or (isinstance(expires, int | float) and expires + LEEWAY_SECONDS > now))
    problems = {
        "another issuer": said.get("iss") != service.issuer,
        "another audience": service.client_id not in audiences,
        "no time of issue, or too long ago": not fresh,
        "expired": over,
        "no logout event": not (isinstance(events, dict) and isinstance(events.get(EVENT), dict)),
        "a nonce": "nonce" in said,
        "no identifier": not _text(said, "jti"),
        "neither a session nor a person": not (_text(said, "sub") or _text(said, "sid")),
    }
    if found := [name for name, wrong in problems.items() if wrong]:
        raise LogoutRefused(f"The logout token has: {', '.join(found)}.")


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    return value if isinstance(value, str) else ""


@transaction.atomic
def _end(said: Mapping[str, Any]) -> int:
    """Each token is heard once; of a person all sessions end, of a session that one."""
    _hear_once(said)
    sub, sid = _text(said, "sub"), _text(said, "sid")
    found = Identity.objects.filter(issuer=said["iss"]).select_related("person")
    named = found.filter(sub=sub) if sub else found.filter(sign_ins__sid=sid).distinct()
    ended = 0
    for identity in named:
        count = end_sessions(identity=identity, sid=sid)
        ended += count
        if not identity.sign_ins.exists():
            withdraw(identity=identity, for_good=True)
        detail: dict[str, JSON] = {
            "identity": str(identity.pk),
            "sessions": count,
            "why": "logout at the login service",
        }
        person = identity.person
        record(act="session.ended", actor="system", object=f"person:{person.pk}", detail=detail)
    return ended


def _hear_once(said: Mapping[str, Any]) -> None:
    now = timezone.now()
    HeardLogout.objects.filter(until__lt=now).delete()
    digest = hashlib.sha256(f"{said['iss']}\n{said['jti']}".encode()).hexdigest()
    until = datetime.fromtimestamp(float(said["iat"]) + COUNTS_SECONDS + LEEWAY_SECONDS, UTC)
    _kept, new = HeardLogout.objects.get_or_create(digest=digest, defaults={"until": until})
    if not new:
        raise LogoutRefused("This logout token was heard before.")
