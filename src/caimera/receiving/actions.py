"""Letting letters count once, and counting those that do not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from caimera.audit.actions import record
from caimera.protocol.envelope import Letter
from caimera.receiving.models import Refusal, UsedNonce

_SPEND = """
INSERT INTO receiving_usednonce (site, nonce, expires_at)
SELECT mark->>0, mark->>1, to_timestamp((mark->>2)::float8) FROM jsonb_array_elements(%s) AS mark
ON CONFLICT DO NOTHING RETURNING site, nonce"""
_NOISE = timedelta(minutes=1)
_NONCE_KEPT = timedelta(minutes=10)


def spend_nonces(*, letters: Sequence[Letter]) -> list[bool]:
    """Let each letter count once, in the transaction of what it causes; says of each whether it is new."""
    spent = _newly_spent(letters)
    counted = []
    for letter in letters:
        mark = (letter.issuer, letter.nonce)
        counted.append(mark in spent)
        spent.discard(mark)
    return counted


def _newly_spent(letters: Sequence[Letter]) -> set[tuple[str, str]]:
    spent = [(letter.issuer, letter.nonce, letter.expires_at.timestamp()) for letter in letters]
    with connection.cursor() as cursor:  # as JSON, which is written faster than arrays
        cursor.execute(_SPEND, [json.dumps(spent)])
        return set(cursor.fetchall())


def refuse_messages(
    *, code: str, sentence: str, site: str = "", object: str = "", times: int = 1, request_id: str = ""
) -> None:
    """Count refused letters; the trail hears of each site and kind at most once a minute."""
    now = timezone.now()
    with transaction.atomic():
        Refusal.objects.get_or_create(site=site, code=code)
        refusal = Refusal.objects.select_for_update().get(site=site, code=code)
        refusal.count += times
        if quiet := refusal.told_at is None or now - refusal.told_at >= _NOISE:
            refusal.told_at = now
        refusal.save()
        if quiet:
            record(
                act="message.refused",
                actor="system",
                object=object,
                detail={"code": code, "sentence": sentence, "count": refusal.count},
                request_id=request_id,
            )


def forget_expired_nonces(*, now: datetime) -> int:
    """Drop nonces of letters that are refused as expired anyway; returns how many."""
    dropped, _ = UsedNonce.objects.filter(expires_at__lt=now - _NONCE_KEPT).delete()
    return dropped
