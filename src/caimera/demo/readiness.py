"""Whether the sites are ready, by their own account and the hub's."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from caimera.client import ClientError, Hub
from caimera.demo.home import Home
from caimera.demo.sign_in import accept_policies, probe_token
from caimera.demo.sites import HUB, NODES, SITES, url


def problems(home: Home, ports: Mapping[str, int]) -> dict[str, str]:
    """For each site, and for the federation as a whole, what is missing; empty when nothing is."""
    found = {site.name: readiness_problem(url(ports[site.id])) for site in SITES}
    if not any(found.values()):
        found["The federation"] = _presence_problem(home, ports)
    return {name: problem for name, problem in found.items() if problem}


def readiness_problem(address: str) -> str:
    """Empty when the site at `address` is ready, else what it says is missing."""
    try:
        answer = httpx.get(f"{address}/readyz", timeout=5.0)
    except httpx.TransportError:
        return "it does not answer."
    try:
        return " ".join(map(str, answer.json()["problems"].values()))
    except (ValueError, KeyError, AttributeError, TypeError):
        return f"it answers with status {answer.status_code}."


def _presence_problem(home: Home, ports: Mapping[str, int]) -> str:
    """The hub must have heard every node."""
    hub_url, token = url(ports[HUB.id]), probe_token(home, ports["login"])
    try:
        accept_policies(hub_url, token)
        with Hub(hub_url, token) as hub:
            present = {node.id for node in hub.nodes() if node.state == "present"}
    except httpx.HTTPError:
        return "the hub does not answer whether its policies are accepted."
    except ClientError as error:
        return str(error)
    missing = [node.name for node in NODES if node.id not in present]
    return f"the hub has not heard {', '.join(missing)}." if missing else ""
