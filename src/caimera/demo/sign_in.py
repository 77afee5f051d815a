"""Signing in as a persona without a browser."""

from __future__ import annotations

import secrets

import httpx

from caimera.client import Hub, Invitation, TokenFile
from caimera.demo.home import Home
from caimera.demo.simulator import issuer_at
from caimera.demo.simulator.clients import load_clients
from caimera.demo.simulator.personas import PERSONAS
from caimera.demo.simulator.tokens import Mint, stored_keys
from caimera.demo.sites import CLI_CLIENT


def sign_in(hub_url: str, persona: str, tokens: TokenFile | None = None) -> str:
    """Run the device flow and approve it as `persona`; the token is kept as `caimera login` keeps it.

    Returns the person's name. Raises ClientError.
    """

    def approve(invitation: Invitation) -> None:
        form = {"user_code": invitation.code, "login_hint": persona}
        httpx.post(invitation.page, data=form).raise_for_status()

    with Hub(hub_url, tokens=tokens) as hub:
        return hub.sign_in(approve)


def probe_token(home: Home, login_port: int) -> str:
    """A token of the operator, made with the simulator's own keys, for asking the hub about its nodes."""
    mint = Mint(issuer_at(login_port), stored_keys(home.simulator / "keys.json"))
    return mint.token(
        "at+jwt",
        client=load_clients(home.simulator / "clients.json")[CLI_CLIENT],
        sub=PERSONAS["operator"].sub,
        scope="openid profile email eduperson_entitlement",
        grant=secrets.token_urlsafe(16),
    )
