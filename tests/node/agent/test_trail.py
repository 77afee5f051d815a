"""The node's trail and the hub's: each cosigns the other's checkpoints, in envelopes for the other alone."""

from __future__ import annotations

import pytest
from django.utils import timezone

from caimera.audit.keeping import Keeper
from caimera.audit.models import Cosignature, Record
from caimera.merkle import COSIGNATURE, Note, SignerKey, VerifierKey, cosign, cosigned_at, open_checkpoint
from caimera.merkle import Checkpoint as Signed
from caimera.node.agent import trail
from caimera.node.agent.hearing import hear
from caimera.node.sources import IndexedSource
from caimera.protocol.messages import TrailCheckpoint, TrailCosignature
from tests.audit.trails import acts
from tests.node.conftest import Hub

pytestmark = pytest.mark.django_db(transaction=True)

HUB_LOG = SignerKey("caimera.audit/hub", bytes(range(32)))
HUB_WITNESS = SignerKey("caimera.witness/hub", bytes(range(1, 33)), COSIGNATURE)


def hub_checkpoint(size: int) -> TrailCheckpoint:
    note = str(Signed("caimera.audit/hub", size, bytes(32)).signed(HUB_LOG))
    return TrailCheckpoint(key=str(HUB_LOG.verifier), note=note, known_size=0)


def test_the_hub_cosigns_this_nodes_checkpoint(hub: Hub, source: IndexedSource) -> None:
    acts(3)
    keeper = Keeper()
    (data,) = trail._turn(keeper, reachable=True)
    said = hub.open(data).message
    assert isinstance(said, TrailCheckpoint)
    note = Note.parse(said.note)
    checkpoint = open_checkpoint(note, VerifierKey.parse(said.key))
    assert (checkpoint.origin, checkpoint.size) == ("caimera.audit/trials", Record.objects.count())
    answer = TrailCosignature(
        size=checkpoint.size,
        outcome="cosigned",
        known_size=checkpoint.size,
        key=str(HUB_WITNESS.verifier),
        line=str(cosign(note, HUB_WITNESS, now=1_795_000_000)),
    )
    assert hear(data=hub.seal(answer), source=source) is None
    assert list(Cosignature.objects.values_list("site", "size")) == [("hub", checkpoint.size)]
    assert trail._turn(keeper, reachable=True) == []


def test_this_node_cosigns_the_hubs_checkpoint(hub: Hub, source: IndexedSource) -> None:
    said = hub_checkpoint(9)
    reply = hear(data=hub.seal(said), source=source)
    assert reply is not None
    assert reply.subject == "fed.r.trials.trail"
    answer = hub.open(reply.data).message
    assert isinstance(answer, TrailCosignature)
    assert (answer.outcome, answer.size) == ("cosigned", 9)
    note = Note.parse(f"{said.note}{answer.line}\n")
    assert cosigned_at(note, VerifierKey.parse(answer.key)) <= timezone.now().timestamp()


def test_a_hub_rolled_back_is_refused_and_the_node_records_it(hub: Hub, source: IndexedSource) -> None:
    for size, outcome in ((9, "cosigned"), (8, "refused")):
        reply = hear(data=hub.seal(hub_checkpoint(size)), source=source)
        assert reply is not None
        answer = hub.open(reply.data).message
        assert isinstance(answer, TrailCosignature)
        assert answer.outcome == outcome
    refused = Record.objects.get(act="checkpoint.refused")
    assert refused.object == "site:hub"
    assert "9 leaves was cosigned before; this one has 8" in refused.detail["reason"]


def test_without_a_hub_or_a_connection_the_trail_is_kept_all_the_same(transactional_db: None) -> None:
    acts(2)
    assert trail._turn(Keeper(), reachable=True) == []
    acts(2)
    assert trail._turn(Keeper(), reachable=False) == []
