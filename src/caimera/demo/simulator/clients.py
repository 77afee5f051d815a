"""Who may ask for a sign-in."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64decode
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import unquote_plus

from caimera.demo.simulator.errors import InvalidClient, OAuthError

CODE = "authorization_code"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
REFRESH = "refresh_token"


@dataclass(frozen=True, slots=True)
class Client:
    """A registered site or program. Without `secret_sha256` it is public and may not introspect."""

    id: str
    name: str
    secret_sha256: str | None = None
    redirect_uris: tuple[str, ...] = ()
    logout_uris: tuple[str, ...] = ()
    backchannel_uri: str = ""
    grants: tuple[str, ...] = (CODE,)
    id_token_alg: Literal["RS256", "ES256"] = "RS256"  # noqa: S105 - an algorithm

    def require_grant(self, grant: str) -> None:
        if grant not in self.grants:
            raise OAuthError("unauthorized_client", f"{self.name} is not registered for the grant {grant!r}.")


def secret_digest(secret: str) -> str:
    """What the simulator keeps of a client's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def authenticate(clients: Mapping[str, Client], authorization: str, form: Mapping[str, str]) -> Client:
    """The client a request comes from: HTTP Basic, secret in the form, or a public client's bare id.

    RFC 6749, 2.3.1. Raises InvalidClient.
    """
    client_id, secret = _credentials(authorization, form)
    client = clients.get(client_id)
    if client is None:
        raise InvalidClient(f"No client {client_id!r} is registered here.")
    if client.secret_sha256 is not None and not hmac.compare_digest(
        secret_digest(secret), client.secret_sha256
    ):
        raise InvalidClient(f"The secret of {client_id!r} is missing or wrong.")
    return client


def _credentials(authorization: str, form: Mapping[str, str]) -> tuple[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        client_id, _, secret = b64decode(encoded, validate=True).decode().partition(":")
    except ValueError as error:
        raise InvalidClient("The Authorization header is not HTTP Basic.") from error
    return unquote_plus(client_id), unquote_plus(secret)


def save_clients(path: Path, clients: Iterable[Client]) -> None:
    """Write the registrations; no secret is among them, only digests."""
    path.write_text(json.dumps([asdict(client) for client in clients], indent=2))


def load_clients(path: Path) -> dict[str, Client]:
    """Read what `save_clients` wrote."""
    lists = ("redirect_uris", "logout_uris", "grants")
    rows = json.loads(path.read_text())
    return {row["id"]: Client(**{**row, **{name: tuple(row[name]) for name in lists}}) for row in rows}
