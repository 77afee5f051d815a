"""The broker's configuration: every site by its public key, with the subjects it may use and no others."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from caimera.transport import subjects
from caimera.transport.errors import BadBrokerKey
from caimera.transport.keys import check_public_key

MAX_PAYLOAD = 4_000_000
"""Bytes of one message at most; an envelope is smaller still."""


def broker_config(
    *,
    port: int,
    hub_key: str,
    node_keys: Mapping[str, str],
    store_dir: Path,
    monitoring_port: int | None = None,
) -> str:
    """A configuration for `nats-server`, which reads JSON; it listens on 127.0.0.1 only.

    `hub_key` and the values of `node_keys` are public keys. `store_dir` is where the server may write: its
    process id is in `nats-server.pid` there. The monitoring page is not served unless it is given a port.

    Raises:
        BadBrokerKey: a key is not a public user key, or two sites share one.
        BadSubject: a node cannot have this name.
    """
    keys = [hub_key, *node_keys.values()]
    if len(set(keys)) < len(keys):
        raise BadBrokerKey("Two sites share one broker key, so that each could speak as the other. Renew it.")
    configuration: dict[str, Any] = {
        "server_name": "caimera",
        "listen": f"127.0.0.1:{port}",
        "max_payload": MAX_PAYLOAD,
        "write_deadline": "5s",
        "ping_interval": "10s",
        "pid_file": str(store_dir / "nats-server.pid"),
        "authorization": {
            "timeout": 5,
            "users": [_hub(hub_key), *(_node(node, key) for node, key in sorted(node_keys.items()))],
        },
    }
    if monitoring_port is not None:
        configuration["http"] = f"127.0.0.1:{monitoring_port}"
    return json.dumps(configuration, indent=2, ensure_ascii=False) + "\n"


def _hub(key: str) -> dict[str, Any]:
    heard = [subjects.ANSWERS, subjects.PRESENCES, subjects.UNDELIVERED]
    return _user(key, publish=[subjects.QUESTIONS], subscribe=heard)


def _node(node: str, key: str) -> dict[str, Any]:
    spoken = [subjects.answers(node), subjects.presence(node)]
    return _user(key, publish=spoken, subscribe=[subjects.question(node)])


def _user(key: str, *, publish: list[str], subscribe: list[str]) -> dict[str, Any]:
    permissions = {"publish": {"allow": publish}, "subscribe": {"allow": subscribe}}
    return {"nkey": check_public_key(key), "permissions": permissions}
