"""The broker as this federation needs it: who may connect, and what each may say and hear."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from caimera.hub.federation.identity import hub_identity, secrets
from caimera.hub.federation.queries import enrolled_nodes
from caimera.protocol.identity import Card
from caimera.transport import broker_config, public_key


def hub_card() -> Card:
    """What a node must know of this hub: its name and public keys."""
    seed = secrets().get("broker_seed").decode()
    return hub_identity().card(settings.SITE.site_name, broker_key=public_key(seed))


def configuration(*, port: int, store_dir: Path, monitoring_port: int | None = None) -> str:
    """A NATS server configuration that admits this hub and every enrolled node, each on its own subjects."""
    return broker_config(
        port=port,
        hub_key=hub_card().broker_key,
        node_keys=dict(enrolled_nodes().values_list("id", "broker_key")),
        store_dir=store_dir,
        monitoring_port=monitoring_port,
    )
