"""What happens to nodes, and what is remembered of what they say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

from django.db import IntegrityError, transaction
from django.utils import timezone

from caimera.audit.actions import record
from caimera.hub.federation.errors import AlreadyEnrolled, KeyTaken, UnknownNode
from caimera.hub.federation.handlers import Refused
from caimera.hub.federation.models import Node, Worker
from caimera.hub.federation.queries import enrolled_nodes, is_present
from caimera.protocol.envelope import Letter
from caimera.protocol.identity import Card
from caimera.protocol.messages import Presence

_WORKER_KEPT = timedelta(days=1)


def enrol_node(*, card: Card, actor: str) -> Node:
    """Take a site into the federation by its card; a revoked one comes back with its new card.

    Raises AlreadyEnrolled and KeyTaken.
    """
    try:
        with transaction.atomic():
            if enrolled_nodes().filter(pk=card.site).exists():
                raise AlreadyEnrolled(card.site)
            keys = {"sign_key": card.sign_key, "seal_key": card.seal_key, "broker_key": card.broker_key}
            fresh = {
                "last_heard_at": None,
                "left_at": None,
                "revoked_at": None,
                "enrolled_at": timezone.now(),
            }
            node, _ = Node.objects.update_or_create(
                pk=card.site, defaults={"name": card.name, **keys, **fresh}
            )
            record(
                act="node.enrolled", actor=actor, object=f"node:{node.pk}", detail={"name": card.name, **keys}
            )
    except IntegrityError:
        raise KeyTaken(card.site) from None
    return node


def revoke_node(*, node_id: str, actor: str) -> Node:
    """Stop asking and hearing a node, from the next message on. Raises UnknownNode."""
    with transaction.atomic():
        node = enrolled_nodes().select_for_update().filter(pk=node_id).first()
        if node is None:
            raise UnknownNode(node_id)
        node.revoked_at = timezone.now()
        node.save(update_fields=("revoked_at",))
        record(act="node.revoked", actor=actor, object=f"node:{node_id}")
    return node


def hear_presences(*, letters: Sequence[Letter]) -> Sequence[Refused]:
    """Remember which nodes are there and what they can answer; only a change goes into the trail."""
    now = timezone.now()
    with transaction.atomic():
        nodes = Node.objects.select_for_update(no_key=True).in_bulk({letter.issuer for letter in letters})
        changed = [letter for letter in letters if _note_presence(nodes[letter.issuer], letter, now)]
        for letter in changed:
            nodes[letter.issuer].save()
        unchanged = nodes.keys() - {letter.issuer for letter in changed}
        Node.objects.filter(pk__in=unchanged).update(last_heard_at=now)
    return ()


def _note_presence(node: Node, letter: Letter, now: datetime) -> bool:
    """Write on the node what it says; returns whether that is news, which the trail is told."""
    said = cast(Presence, letter.message)
    before = (is_present(node, now), *_abilities(node))
    node.last_heard_at = now
    node.left_at = now if said.leaving else None
    node.software, node.vocabulary = said.software, said.vocabulary
    node.capabilities = said.model_dump(mode="json")["variables"]
    node.dataset_count = said.dataset_count
    if news := before != (not said.leaving, *_abilities(node)):
        _tell_change(node, letter)
    return news


def _abilities(node: Node) -> tuple[object, ...]:
    return node.software, node.vocabulary, node.capabilities, node.dataset_count


def _tell_change(node: Node, letter: Letter) -> None:
    record(
        act="node.left" if node.left_at else "node.arrived",
        actor=f"site:{node.pk}",
        object=f"node:{node.pk}",
        detail={
            "software": node.software,
            "vocabulary": node.vocabulary,
            "variables": sorted(node.capabilities),
            "datasets": node.dataset_count,
        },
        request_id=letter.request_id,
    )


def beat(*, worker_id: str, link: str) -> None:
    """Remember that a worker lives; forget those that died long ago."""
    now = timezone.now()
    Worker.objects.update_or_create(pk=worker_id, defaults={"seen_at": now, "link": link})
    Worker.objects.filter(seen_at__lt=now - _WORKER_KEPT).delete()


def stop_beating(*, worker_id: str) -> None:
    """Forget a worker that stops in order."""
    Worker.objects.filter(pk=worker_id).delete()
