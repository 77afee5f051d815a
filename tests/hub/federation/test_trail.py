"""The hub's trail among nodes made of protocol alone: whole exchanges, in envelopes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from types import SimpleNamespace

import pytest
from django.utils import timezone

from caimera.audit.keeping import Keeper
from caimera.audit.models import Cosignature, Witnessed
from caimera.hub.federation import trail
from caimera.merkle import COSIGNATURE, Note, SignerKey, VerifierKey, cosign, cosigned_at, open_checkpoint
from caimera.merkle import Checkpoint as Signed
from caimera.protocol.identity import Card
from caimera.protocol.messages import Message, TrailCheckpoint, TrailCosignature
from caimera.transport import LinkState
from tests.audit.trails import acts
from tests.hub.conftest import FakeNode, heard

pytestmark = pytest.mark.django_db(transaction=True)

MakeNode = Callable[..., FakeNode]
SUBJECT = "fed.r.trials.trail"
NODE_LOG = SignerKey("caimera.audit/trials", bytes(range(32)))
NODE_WITNESS = SignerKey("caimera.witness/trials", bytes(range(1, 33)), COSIGNATURE)


class Courier:
    """The worker's courier, its link up or down; what it was given to carry is kept."""

    def __init__(self, state: LinkState = LinkState.CONNECTED) -> None:
        self.link = SimpleNamespace(state=state)
        self.told: list[tuple[str, Message]] = []

    def tell(self, messages: Sequence[tuple[Card, Message]]) -> None:
        self.told += [(card.site, message) for card, message in messages]


@pytest.fixture(autouse=True)
def _anew(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(trail, "_keeper", Keeper())
    yield
    assert list(trail._owed()) == []


def turn(state: LinkState = LinkState.CONNECTED) -> list[tuple[str, Message]]:
    courier = Courier(state)
    trail.keep_trail(courier)
    return courier.told


def node_checkpoint(size: int) -> TrailCheckpoint:
    note = str(Signed("caimera.audit/trials", size, bytes(32)).signed(NODE_LOG))
    return TrailCheckpoint(key=str(NODE_LOG.verifier), note=note, known_size=0)


def test_a_node_cosigns_the_hubs_checkpoint(make_node: MakeNode) -> None:
    node = make_node()
    make_node("genomics", present=False)
    acts(3)
    ((site, said),) = turn()
    assert site == "trials"
    assert isinstance(said, TrailCheckpoint)
    note = Note.parse(said.note)
    checkpoint = open_checkpoint(note, VerifierKey.parse(said.key))
    answer = TrailCosignature(
        size=checkpoint.size,
        outcome="cosigned",
        known_size=checkpoint.size,
        key=str(NODE_WITNESS.verifier),
        line=str(cosign(note, NODE_WITNESS, now=1_795_000_000)),
    )
    assert heard(SUBJECT, node.seal(answer))
    assert list(Cosignature.objects.values_list("site", "size")) == [("trials", checkpoint.size)]
    assert turn() == []


def test_the_hub_cosigns_a_nodes_checkpoint(make_node: MakeNode) -> None:
    node = make_node()
    said = node_checkpoint(7)
    assert heard(SUBJECT, node.seal(said))
    answers = [(site, message) for site, message in turn() if isinstance(message, TrailCosignature)]
    ((site, answer),) = answers
    assert (site, answer.outcome, answer.size) == ("trials", "cosigned", 7)
    note = Note.parse(f"{said.note}{answer.line}\n")
    assert cosigned_at(note, VerifierKey.parse(answer.key)) <= timezone.now().timestamp()
    assert Witnessed.objects.get().size == 7


def test_what_a_rolled_back_node_sends_is_refused(make_node: MakeNode) -> None:
    node = make_node()
    for size in (7, 5):
        heard(SUBJECT, node.seal(node_checkpoint(size)))
    answers = [message for _, message in turn() if isinstance(message, TrailCosignature)]
    assert [(each.outcome, each.known_size) for each in answers] == [("cosigned", 7), ("refused", 7)]


def test_a_node_does_not_speak_of_anothers_trail(make_node: MakeNode) -> None:
    make_node("trials")
    other = make_node("genomics")
    assert not heard(SUBJECT, other.seal(node_checkpoint(7)))
    assert heard("fed.r.genomics.trail", other.seal(node_checkpoint(7)))
    answers = [message for _, message in turn() if isinstance(message, TrailCosignature)]
    assert [each.outcome for each in answers] == ["refused"]
    assert not Witnessed.objects.exists()


def test_while_no_node_can_be_reached_the_trail_is_kept_and_the_answer_waits(make_node: MakeNode) -> None:
    node = make_node()
    heard(SUBJECT, node.seal(node_checkpoint(7)))
    assert turn(LinkState.RECONNECTING) == []
    kinds = {type(message) for _, message in turn()}
    assert kinds == {TrailCheckpoint, TrailCosignature}
