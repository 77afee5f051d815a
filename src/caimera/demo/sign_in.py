"""Signing in as a persona without a browser."""

from __future__ import annotations

import secrets

import httpx

from caimera.client import Hub, Invitation, TokenFile
from caimera.demo.home import Home
from caimera.demo.simulator import issuer_at
from caimera.demo.simulator.clients import load_clients
from caimera.demo.simulator.personas import CROWD
from caimera.demo.simulator.tokens import Mint, stored_keys
from caimera.demo.sites import CLI_CLIENT

PROBE = "member-20"
"""The member in whose name the demo sees whether it is ready."""


def sign_in(hub_url: str, persona: str, tokens: TokenFile | None = None) -> str:
    """Run the device flow and approve it as `persona`, who then accepts the policies of the hub.

    The token is kept as `caimera login` keeps it. Returns the person's name. Raises ClientError.
    """
    tokens = tokens or TokenFile()

    def approve(invitation: Invitation) -> None:
        form = {"user_code": invitation.code, "login_hint": persona}
        httpx.post(invitation.page, data=form).raise_for_status()

    with Hub(hub_url, tokens=tokens) as hub:
        name = hub.sign_in(approve)
    if token := tokens.get(hub.url):
        accept_policies(hub.url, token.access_token)
    return name


def accept_policies(hub_url: str, token: str) -> None:
    """Let whose token this is accept the policies that count now, unless they have."""
    headers = {"authorization": f"Bearer {token}"}
    with httpx.Client(base_url=hub_url, headers=headers, timeout=30) as client:
        policies = client.get("/api/policies").raise_for_status().json()["policies"]
        if not all(one["accepted"] for one in policies):
            body = {"accepted": [one["id"] for one in policies]}
            client.post("/api/policies/accepted", json=body).raise_for_status()


def probe_token(home: Home, login_port: int) -> str:
    """A token of one of the crowd, made with the simulator's own keys, for asking the hub about its nodes."""
    mint = Mint(issuer_at(login_port), stored_keys(home.simulator / "keys.json"))
    return mint.token(
        "at+jwt",
        client=load_clients(home.simulator / "clients.json")[CLI_CLIENT],
        sub=CROWD[PROBE].sub,
        scope="openid profile email eduperson_entitlement",
        grant=secrets.token_urlsafe(16),
    )
