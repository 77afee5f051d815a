"""What the hub asks of this node's catalogue, answered from the stored descriptions."""

from __future__ import annotations

import json
from collections.abc import Iterator

from caimera.node.datasets.models import Description
from caimera.node.datasets.queries import listed_after, records_of
from caimera.protocol.messages import (
    CatalogueEntry,
    CatalogueListed,
    CatalogueWanted,
    DatasetRecord,
    RecordsGiven,
    RecordsWanted,
)

A_PAGE = 1_000
"""Entries of the list in one answer, as many as the message may hold."""
ROOM = 600_000
"""Bytes of records in one answer: sealed they grow by a third, and an envelope has room for a megabyte."""


def list_catalogue(wanted: CatalogueWanted) -> CatalogueListed:
    """A part of what is published here, in order of identifiers."""
    found = listed_after(wanted.after, A_PAGE + 1)
    return CatalogueListed(
        run=wanted.run,
        after=wanted.after,
        entries=tuple(CatalogueEntry(dataset_id=name, digest=digest) for name, digest in found[:A_PAGE]),
        more=len(found) > A_PAGE,
    )


def give_records(wanted: RecordsWanted) -> RecordsGiven:
    """The records that are wanted, as many as fit; at least one, so that asking again always ends."""
    asked = tuple(dict.fromkeys(wanted.dataset_ids))
    held = records_of(asked)
    given = tuple(_fitting([held[name] for name in asked if name in held]))
    sent = {record.dataset_id for record in given}
    return RecordsGiven(
        run=wanted.run,
        records=given,
        gone=tuple(name for name in asked if name not in held),
        left=tuple(name for name in asked if name in held and name not in sent),
    )


def _fitting(held: list[Description]) -> Iterator[DatasetRecord]:
    room = ROOM
    for place, each in enumerate(held):
        room -= len(json.dumps(each.turtle, ensure_ascii=False).encode())
        if room < 0 and place > 0:
            return
        yield DatasetRecord(dataset_id=each.dataset_id, digest=each.digest, turtle=each.turtle)
