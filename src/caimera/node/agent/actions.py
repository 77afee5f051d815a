"""Whom this node trusts, and what is remembered of what was heard."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from caimera.audit.actions import record
from caimera.node.agent.errors import Replayed
from caimera.node.agent.models import THE_ONE, Heartbeat, Refusal, TrustedHub, UsedNonce
from caimera.protocol.envelope import Letter
from caimera.protocol.identity import Card

_NOISE = timedelta(minutes=1)
_NONCE_KEPT = timedelta(minutes=10)


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


def spend_nonce(*, letter: Letter) -> None:
    """Let a letter count once, in the transaction of what it causes. Raises Replayed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO agent_usednonce (site, nonce, expires_at) VALUES (%s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            [letter.issuer, letter.nonce, letter.expires_at],
        )
        if not cursor.rowcount:
            raise Replayed(letter.issuer)


def refuse_message(*, code: str, sentence: str) -> None:
    """Count a refused message; the trail hears of each kind at most once a minute."""
    now = timezone.now()
    with transaction.atomic():
        Refusal.objects.get_or_create(code=code)
        refusal = Refusal.objects.select_for_update().get(code=code)
        refusal.count += 1
        if tell := refusal.told_at is None or now - refusal.told_at >= _NOISE:
            refusal.told_at = now
        refusal.save()
        if tell:
            record(
                act="message.refused",
                actor="system",
                detail={"code": code, "sentence": sentence, "count": refusal.count},
            )


def beat(*, link: str, problem: str) -> None:
    """Remember that the agent lives, how its connection stands and what ails its data."""
    Heartbeat.objects.update_or_create(
        pk=THE_ONE, defaults={"seen_at": timezone.now(), "link": link, "problem": problem}
    )


def stop_beating() -> None:
    """Forget the agent's heartbeat, as it stops in order."""
    Heartbeat.objects.all().delete()


def forget_expired_nonces(*, now: datetime) -> int:
    """Drop nonces of letters that are refused as expired anyway; returns how many."""
    dropped, _ = UsedNonce.objects.filter(expires_at__lt=now - _NONCE_KEPT).delete()
    return dropped
