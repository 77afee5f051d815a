"""Signing in without a browser at hand: the device flow (RFC 8628), refreshing and revoking."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from caimera.client.errors import HubUnreachable, InsecureAddress, SignInFailed
from caimera.client.tokens import Token

SCOPE = "openid profile email eduperson_entitlement offline_access"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_SLOW_DOWN = 5


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a person needs to approve the sign-in: open `address`, or `page` and type `code`."""

    address: str
    page: str
    code: str
    lifetime: int


def require_safe(url: str) -> None:
    """Refuse an address where a token would travel unencrypted. Raises InsecureAddress."""
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise InsecureAddress(f"{url} is not encrypted. Use an https address.")


class SignInService:
    """An OpenID Connect issuer, found by its discovery document.

    Raises InsecureAddress, HubUnreachable when it does not answer, SignInFailed when it is no issuer.
    """

    def __init__(self, http: httpx.Client, issuer: str, client_id: str) -> None:
        require_safe(issuer)
        self._http = http
        self.issuer = issuer
        self.client_id = client_id
        self._endpoints = self._fetch("GET", issuer.rstrip("/") + "/.well-known/openid-configuration")
        if "issuer" not in self._endpoints:
            raise _no_service(issuer)
        if self._endpoints["issuer"] != issuer:
            raise SignInFailed(f"The sign-in service at {issuer} calls itself {self._endpoints['issuer']!r}.")

    def sign_in(
        self,
        announce: Callable[[Invitation], None],
        sleep: Callable[[float], None] = time.sleep,
    ) -> Token:
        """Ask, let `announce` tell the person where to go, and wait for them. Raises SignInFailed."""
        asked = self._post("device_authorization_endpoint", {"scope": SCOPE})
        if "device_code" not in asked:
            raise SignInFailed(f"The sign-in could not begin: {_reason(asked)}")
        page, lifetime = str(asked["verification_uri"]), int(asked["expires_in"])
        complete = str(asked.get("verification_uri_complete", page))
        announce(Invitation(complete, page, str(asked["user_code"]), lifetime))
        interval = int(asked.get("interval", 5))
        waited = 0
        while waited < lifetime:
            sleep(interval)
            waited += interval
            form = {"grant_type": DEVICE_GRANT, "device_code": str(asked["device_code"])}
            answer = self._post("token_endpoint", form)
            if "access_token" in answer:
                return self._token(answer)
            if answer.get("error") == "slow_down":
                interval += _SLOW_DOWN
            elif answer.get("error") != "authorization_pending":
                raise SignInFailed(f"Not signed in: {_reason(answer)}")
        raise SignInFailed("Nobody approved the sign-in in time. Start again with `caimera login`.")

    def refresh(self, token: Token) -> Token | None:
        """A fresh token, or None when the person must sign in again."""
        if token.refresh_token is None:
            return None
        form = {"grant_type": "refresh_token", "refresh_token": token.refresh_token}
        answer = self._post("token_endpoint", form)
        return (
            self._token({"refresh_token": token.refresh_token, **answer})
            if "access_token" in answer
            else None
        )

    def revoke(self, token: Token) -> None:
        """Make the token worthless, where the service offers that."""
        if "revocation_endpoint" in self._endpoints:
            self._post("revocation_endpoint", {"token": token.refresh_token or token.access_token})

    def name_of(self, token: Token) -> str:
        """How the service calls the person."""
        headers = {"authorization": f"Bearer {token.access_token}"}
        person = self._fetch("GET", self._endpoint("userinfo_endpoint"), headers=headers)
        return str(person.get("name") or person.get("sub") or "somebody")

    def _token(self, answer: Mapping[str, Any]) -> Token:
        return Token(
            access_token=str(answer["access_token"]),
            issuer=self.issuer,
            client_id=self.client_id,
            expires_at=time.time() + float(answer.get("expires_in", 3600)),
            refresh_token=answer.get("refresh_token"),
        )

    def _post(self, endpoint: str, form: Mapping[str, str]) -> Mapping[str, Any]:
        return self._fetch("POST", self._endpoint(endpoint), data={"client_id": self.client_id, **form})

    def _endpoint(self, name: str) -> str:
        address = self._endpoints.get(name)
        if not isinstance(address, str):
            raise SignInFailed(f"The sign-in service at {self.issuer} offers no {name.replace('_', ' ')}.")
        require_safe(address)
        return address

    def _fetch(self, method: str, url: str, **sent: Any) -> Mapping[str, Any]:
        try:
            document = self._http.request(method, url, **sent).json()
        except httpx.TransportError as error:
            raise HubUnreachable(f"The sign-in service at {url} does not answer. Try again later.") from error
        except ValueError as error:
            raise _no_service(url) from error
        if not isinstance(document, dict):
            raise _no_service(url)
        return document


def _no_service(url: str) -> SignInFailed:
    return SignInFailed(f"{url} is not the address of a sign-in service.")


def _reason(answer: Mapping[str, Any]) -> str:
    return str(answer.get("error_description") or answer.get("error") or "no reason was given.")
