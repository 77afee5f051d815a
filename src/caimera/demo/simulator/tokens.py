"""Signed tokens: id tokens (OpenID Connect Core, 2), access tokens (RFC 9068) and refresh tokens.

Tokens carry what they stand for, so they outlive a restart as long as the keys do.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from time import time
from typing import Any, Literal

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey
from joserfc.jwt import JWTClaimsRegistry

from caimera.demo.simulator.clients import Client
from caimera.demo.simulator.codes import SFA
from caimera.demo.simulator.errors import InvalidToken
from caimera.demo.simulator.personas import Persona

Kind = Literal["at+jwt", "refresh+jwt"]
Claims = dict[str, Any]

ID_TOKEN_LIFETIME = 600
LOGOUT_TOKEN_LIFETIME = 120
LIFETIME: Mapping[Kind, int] = {"at+jwt": 3600, "refresh+jwt": 30 * 24 * 3600}


def generate_keys() -> KeySet:
    """One key an algorithm."""
    parameters: Callable[[str], Any] = lambda alg: {"use": "sig", "alg": alg}  # noqa: E731
    return KeySet(
        [
            RSAKey.generate_key(2048, parameters("RS256"), auto_kid=True),
            ECKey.generate_key("P-256", parameters("ES256"), auto_kid=True),
        ]
    )


def stored_keys(path: Path) -> KeySet:
    """The keys kept at `path`, made on first use (mode 0600)."""
    if path.exists():
        return KeySet.import_key_set(json.loads(path.read_text()))
    keys = generate_keys()
    path.touch(mode=0o600)
    path.write_text(json.dumps(keys.as_dict(private=True)))
    return keys


class Mint:
    """Makes and reads the tokens of one issuer.

    `amend_id_token` and `amend_logout_token` let a test see what a client does with one that is wrong.
    """

    def __init__(self, issuer: str, keys: KeySet, clock: Callable[[], float] = time) -> None:
        self.issuer = issuer
        self.keys = keys
        self.clock = clock
        self.amend_id_token: Callable[[Claims], Claims] = lambda claims: claims
        self.amend_logout_token: Callable[[Claims], Claims] = lambda claims: claims

    def token(self, kind: Kind, *, client: Client, sub: str, scope: str, grant: str, acr: str = SFA) -> str:
        """A signed token; `grant` ties all tokens given for one approval together."""
        now = int(self.clock())
        claims = {
            "iss": self.issuer,
            "aud": client.id,
            "client_id": client.id,
            "sub": sub,
            "scope": scope,
            "grant": grant,
            "acr": acr,
            "auth_time": now,
            "jti": secrets.token_urlsafe(16),
            "iat": now,
            "exp": now + LIFETIME[kind],
        }
        return self._sign("ES256", kind, claims)

    def id_token(
        self,
        *,
        client: Client,
        persona: Persona,
        access_token: str,
        nonce: str | None,
        acr: str = SFA,
        sid: str = "",
    ) -> str:
        now = int(self.clock())
        claims: Claims = {
            "iss": self.issuer,
            "sub": persona.sub,
            "aud": client.id,
            "azp": client.id,
            "iat": now,
            "exp": now + ID_TOKEN_LIFETIME,
            "auth_time": now,
            "acr": acr,
            "sid": sid,
            "at_hash": _left_half_of_hash(access_token),
        }
        if nonce is not None:
            claims["nonce"] = nonce
        return self._sign(client.id_token_alg, "JWT", self.amend_id_token(claims))

    def logout_token(self, *, client: Client, sub: str, sid: str = "") -> str:
        """The word that a session is over (OpenID Connect Back-Channel Logout 1.0, 2.4)."""
        now = int(self.clock())
        claims: Claims = {
            "iss": self.issuer,
            "aud": client.id,
            "iat": now,
            "exp": now + LOGOUT_TOKEN_LIFETIME,
            "jti": secrets.token_urlsafe(16),
            "sub": sub,
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
            **({"sid": sid} if sid else {}),
        }
        return self._sign(client.id_token_alg, "logout+jwt", self.amend_logout_token(claims))

    def read(self, kind: Kind, token: str) -> Claims:
        """The claims of a token of ours that has not expired. Raises InvalidToken."""
        try:
            parsed = jwt.decode(token, self.keys, algorithms=["ES256"])
            rules = JWTClaimsRegistry(
                now=lambda: int(self.clock()), iss={"essential": True, "value": self.issuer}
            )
            rules.validate(parsed.claims)
        except (JoseError, ValueError) as error:
            raise InvalidToken("The token is malformed, expired or not from here.") from error
        if parsed.header.get("typ") != kind:
            raise InvalidToken(f"The token is not of the type {kind}.")
        return parsed.claims

    def _sign(self, alg: str, kind: str, claims: Claims) -> str:
        key = next(key for key in self.keys if key.alg == alg)
        return jwt.encode({"alg": alg, "typ": kind, "kid": key.kid}, claims, key, algorithms=[alg])


def _left_half_of_hash(token: str) -> str:
    """OpenID Connect Core, 3.1.3.6."""
    return urlsafe_b64encode(hashlib.sha256(token.encode()).digest()[:16]).rstrip(b"=").decode()
