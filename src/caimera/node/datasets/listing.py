"""The list of what is published here and described, as the hub and the FAIR Data Point know it."""

from __future__ import annotations

from django.db import connection

from caimera.node.datasets.queries import digest_of_list
from caimera.node.outbox.actions import tell_hub
from caimera.protocol.messages import CatalogueChanged

_LOCK = 0x_CA1_0002
"""The number of the lock under which the list changes, in PostgreSQL's advisory locks."""


def tell_of_change() -> None:
    """Write to the outbox that the list changed; at the end of the transaction that changes it.

    Whoever changes it at the same time waits here, so that the digest is of a list that was there.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    digest, count = digest_of_list()
    tell_hub(message=CatalogueChanged(digest=digest, datasets=count), instead=True)
