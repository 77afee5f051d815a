"""Whom this node trusts, and what is remembered of what was heard."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from caimera.audit.actions import record
from caimera.node.agent.models import THE_ONE, Heartbeat, TrustedHub
from caimera.protocol.identity import Card


def trust_hub(*, card: Card, actor: str) -> TrustedHub:
    """Hear and answer this hub from now on, and no other."""
    keys = {"sign_key": card.sign_key, "seal_key": card.seal_key, "broker_key": card.broker_key}
    with transaction.atomic():
        hub, _ = TrustedHub.objects.update_or_create(
            pk=THE_ONE,
            defaults={"site": card.site, "name": card.name, **keys, "trusted_at": timezone.now()},
        )
        record(act="hub.trusted", actor=actor, object=f"hub:{card.site}", detail={"name": card.name, **keys})
    return hub


def beat(*, link: str, problem: str) -> None:
    """Remember that the agent lives, how its connection stands and what ails its data."""
    Heartbeat.objects.update_or_create(
        pk=THE_ONE, defaults={"seen_at": timezone.now(), "link": link, "problem": problem}
    )


def stop_beating() -> None:
    """Forget the agent's heartbeat, as it stops in order."""
    Heartbeat.objects.all().delete()
