"""A login service's description: found, and distrusted until it fits (OpenID Connect Discovery 1.0)."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import requests

from caimera.people.errors import LoginRefused, LoginUnreachable, SignInProblem

TIMEOUT_SECONDS = 10
ENDPOINTS = (
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "introspection_endpoint",
    "jwks_uri",
)
"""What a login service must offer."""
REVOCATION = "revocation_endpoint"
"""What it may offer."""


def description(issuer: str) -> Mapping[str, Any]:
    """What the service says of itself (Discovery, 4). Raises LoginUnreachable, LoginRefused."""
    address = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    said = ask("GET", address, refused=LoginRefused)
    if not isinstance(said, Mapping):
        raise LoginRefused(f"{issuer} does not describe itself.")
    return said


def require_trustworthy(said: Mapping[str, Any], *, issuer: str, demo: bool) -> None:
    """Whether a discovery document is that of our issuer and offers what a safe sign-in needs.

    Raises:
        LoginRefused
    """
    if said.get("issuer") != issuer:
        raise LoginRefused(f"The service at {issuer} calls itself '{said.get('issuer')}'.")
    if said.get("caimera_simulator") and not demo:
        raise LoginRefused(f"{issuer} is the sign-in simulator, which is for the demo only.")
    if missing := [name for name in ENDPOINTS if not isinstance(said.get(name), str)]:
        raise LoginRefused(f"{issuer} does not offer {', '.join(missing)}.")
    for name in (*ENDPOINTS, REVOCATION):
        if name in said:
            require_trustworthy_address(str(said[name]), demo=demo)
    if "S256" not in said.get("code_challenge_methods_supported", ["S256"]):
        raise LoginRefused(f"{issuer} does not offer PKCE with S256.")


def require_trustworthy_address(address: str, *, demo: bool) -> None:
    """Outside the demo the login service is reached by https and is not on this machine.

    Raises:
        LoginRefused
    """
    if demo:
        return
    parts = urlsplit(address)
    if parts.scheme != "https" or _is_this_machine(parts.hostname or ""):
        raise LoginRefused(
            f"The login service at {address} is not reached by https or is on this machine, "
            "which only a demo may use."
        )


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def ask(method: str, address: str, *, refused: type[SignInProblem], **sent: Any) -> object:
    """The JSON at an address of the login service. Raises LoginUnreachable, or `refused` if it says no."""
    try:
        answer = requests.request(method, address, timeout=TIMEOUT_SECONDS, allow_redirects=False, **sent)
        if answer.status_code in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise refused(f"{address} answered {answer.status_code}.")
        answer.raise_for_status()
        return answer.json()
    except requests.RequestException as error:
        raise LoginUnreachable(f"{address} does not answer: {error}") from error


def tell(address: str, **sent: Any) -> None:
    """Send a form to the login service, whose answer says nothing; what it cannot take (400) it cannot.

    Raises LoginUnreachable, or LoginRefused where it does not take the word of this site.
    """
    try:
        answer = requests.post(address, timeout=TIMEOUT_SECONDS, allow_redirects=False, **sent)
    except requests.RequestException as error:
        raise LoginUnreachable(f"{address} does not answer: {error}") from error
    if answer.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise LoginRefused(f"{address} answered {answer.status_code}.")
    if answer.status_code not in (HTTPStatus.OK, HTTPStatus.NO_CONTENT, HTTPStatus.BAD_REQUEST):
        raise LoginUnreachable(f"{address} answered {answer.status_code}.")
