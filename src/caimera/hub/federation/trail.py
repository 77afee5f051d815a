"""The hub's trail, kept by its workers: its checkpoints cosigned by the nodes, theirs by the hub."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from queue import Empty, SimpleQueue
from typing import cast

from django.db import transaction
from django.utils import timezone

from caimera.audit.keeping import Keeper
from caimera.audit.witnessing import take_cosignature, witness_checkpoint
from caimera.hub.federation.asking import Courier
from caimera.hub.federation.queries import enrolled_nodes, is_present, refused_lately
from caimera.protocol.envelope import Letter
from caimera.protocol.messages import Message, TrailCheckpoint, TrailCosignature
from caimera.transport import LinkState

_keeper = Keeper()
"""What this process remembers between its turns."""

_replies: SimpleQueue[tuple[str, TrailCosignature]] = SimpleQueue()
"""What this process owes to nodes; one that is lost is asked for again a minute later."""


def hear_checkpoints(*, letters: Sequence[Letter]) -> tuple[()]:
    """Witness what nodes say of their trails; the answers go out with the next turn."""
    now = int(timezone.now().timestamp())
    for letter in letters:
        said = cast(TrailCheckpoint, letter.message)
        answer = witness_checkpoint(site=letter.issuer, said=said, now=now)
        transaction.on_commit(partial(_replies.put, (letter.issuer, answer)))
    return ()


def hear_cosignatures(*, letters: Sequence[Letter]) -> tuple[()]:
    """Keep what nodes say to checkpoints of this hub."""
    for letter in letters:
        take_cosignature(site=letter.issuer, said=cast(TrailCosignature, letter.message))
    return ()


def keep_trail(courier: Courier) -> None:
    """One turn of the keeper, and what it has to say to the nodes that are there. Raises BrokerAway."""
    now = timezone.now()
    reachable = courier.link.state is LinkState.CONNECTED
    refused = refused_lately(now)  # a node whose clock is wrong learns it from what we say, not from silence
    cards = {
        node.pk: node.card
        for node in enrolled_nodes()
        if reachable and (is_present(node, now) or node.pk in refused)
    }
    letters: list[tuple[str, Message]] = [*_keeper.turn(cards), *(_owed() if reachable else ())]
    if known := [(cards[site], message) for site, message in letters if site in cards]:
        courier.tell(known)


def _owed() -> Iterator[tuple[str, Message]]:
    while True:
        try:
            yield _replies.get_nowait()
        except Empty:
            return
