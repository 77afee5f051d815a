"""Writing messages for the hub, and striking out those the broker took."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from caimera.node.outbox.errors import OutsideTransaction
from caimera.node.outbox.models import Waiting
from caimera.protocol.messages import Message

_IN_PLACE = """
INSERT INTO outbox_waiting (kind, body, slot) VALUES (%s, %s, %s)
ON CONFLICT (slot) DO UPDATE SET id = EXCLUDED.id, body = EXCLUDED.body, written_at = EXCLUDED.written_at"""
"""The new message gets a new `id`: whoever is just sending the one before strikes out that one only."""


def tell_hub(*, message: Message, instead: bool = False) -> None:
    """Let the hub be told, once the transaction of what is told commits; not at all if it does not.

    With `instead`, the message takes the place of one of its kind that waits. Raises OutsideTransaction.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction(message.type)
    slot = message.type if instead else None
    with connection.cursor() as cursor:
        cursor.execute(_IN_PLACE, [message.type, message.model_dump_json(), slot])


def strike_out(*, ids: Collection[int]) -> None:
    """Forget messages that the broker took."""
    Waiting.objects.filter(id__in=ids).delete()
