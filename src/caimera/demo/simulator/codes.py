"""Authorization codes with PKCE (RFC 6749, 4.1; RFC 7636)."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from caimera.demo.simulator.clients import CODE, Client
from caimera.demo.simulator.errors import OAuthError, UnsafeRequest

CODE_LIFETIME = 60

SFA, MFA = "https://refeds.org/profile/sfa", "https://refeds.org/profile/mfa"
"""The two levels offered: a single factor, and several (REFEDS)."""


@dataclass(frozen=True, slots=True)
class SignInRequest:
    """What a client asks of the person in front of the browser; checked."""

    client: Client
    redirect_uri: str
    scope: str
    code_challenge: str
    nonce: str | None
    acr: str = SFA


@dataclass(slots=True)
class _Code:
    request: SignInRequest
    sub: str
    grant: str
    expires_at: float
    used: bool = field(default=False)


def addressee(clients: Mapping[str, Client], query: Mapping[str, str]) -> tuple[Client, str]:
    """The client and the exactly registered address to send the browser back to. Raises UnsafeRequest."""
    client = clients.get(query.get("client_id", ""))
    if client is None:
        raise UnsafeRequest("The site that sent you here is not registered with this sign-in service.")
    redirect_uri = query.get("redirect_uri", "")
    if redirect_uri not in client.redirect_uris:
        raise UnsafeRequest(f"{client.name} asked to send you to an address it has not registered.")
    return client, redirect_uri


def checked(client: Client, redirect_uri: str, query: Mapping[str, str]) -> SignInRequest:
    """The rest of the request. Raises OAuthError, to be carried to the redirect address."""
    if query.get("response_type") != "code":
        raise OAuthError("unsupported_response_type", "Only the response type 'code' is offered.")
    client.require_grant(CODE)
    if query.get("code_challenge_method") != "S256":
        raise OAuthError("invalid_request", "PKCE with the method S256 is required of every client.")
    challenge = query.get("code_challenge", "")
    if not re.fullmatch(r"[A-Za-z0-9_-]{43}", challenge):
        raise OAuthError("invalid_request", "The code challenge is not a SHA-256 in base64url.")
    scope = query.get("scope", "")
    if "openid" not in scope.split():
        raise OAuthError("invalid_scope", "The scope must contain 'openid'.")
    strong = MFA in query.get("acr_values", "").split() and query.get("level") != "one-factor"
    return SignInRequest(client, redirect_uri, scope, challenge, query.get("nonce"), MFA if strong else SFA)


class Codes:
    """The codes given and not yet forgotten."""

    def __init__(self, clock: Callable[[], float], revoke: Callable[[str], None]) -> None:
        self._clock = clock
        self._revoke = revoke
        self._codes: dict[str, _Code] = {}

    def give(self, request: SignInRequest, sub: str) -> str:
        code = secrets.token_urlsafe(32)
        self._codes[code] = _Code(request, sub, secrets.token_urlsafe(16), self._clock() + CODE_LIFETIME)
        return code

    def redeem(self, client: Client, form: Mapping[str, str]) -> tuple[SignInRequest, str, str]:
        """The request, the sub and the grant behind a code. Raises OAuthError.

        A code used a second time revokes what it gave the first time (RFC 6749, 4.1.2).
        """
        code = self._codes.get(form.get("code", ""))
        if code is None or code.request.client.id != client.id:
            raise OAuthError("invalid_grant", "The code is not known for this client.")
        if code.used:
            self._revoke(code.grant)
            raise OAuthError("invalid_grant", "The code was used before; what it gave is revoked.")
        code.used = True
        if code.expires_at <= self._clock():
            raise OAuthError("invalid_grant", "The code has expired.")
        if form.get("redirect_uri") != code.request.redirect_uri:
            raise OAuthError(
                "invalid_grant", "The redirect address differs from the one the code was asked with."
            )
        if not _verifies(form.get("code_verifier", ""), code.request.code_challenge):
            raise OAuthError("invalid_grant", "The code verifier is missing or wrong.")
        return code.request, code.sub, code.grant


def _verifies(verifier: str, challenge: str) -> bool:
    """RFC 7636, 4.6."""
    if not re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", verifier):
        return False
    digest = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return hmac.compare_digest(digest, challenge)
