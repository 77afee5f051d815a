"""Witnesses cosign what goes on from what they know, and nothing else; here one database plays both sides."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caimera.audit.exporting import verifiable
from caimera.audit.keys import log_key, witness_key
from caimera.audit.models import Checkpoint, Cosignature, Record, Witness, Witnessed
from caimera.audit.verifying import verify
from caimera.audit.witnessing import checkpoints_for, take_cosignature, witness_checkpoint
from caimera.merkle import Checkpoint as Signed
from caimera.merkle import Note, Signature, SignerKey, cosign, cosigned_at
from caimera.protocol.messages import TrailCheckpoint, TrailCosignature
from tests.audit.trails import findings, harm, signed

pytestmark = pytest.mark.django_db(transaction=True)

NOW = 1_795_000_000


def sent() -> TrailCheckpoint:
    """What this site sends a witness named like itself."""
    letter = checkpoints_for(sites=["hub"]).get("hub")
    assert letter is not None
    return letter


def witnessed(letter: TrailCheckpoint | None = None) -> TrailCosignature:
    return witness_checkpoint(site="hub", said=letter or sent(), now=NOW)


def cosigned() -> None:
    """One whole exchange."""
    assert take_cosignature(site="hub", said=witnessed())


def refusals() -> list[str]:
    return [each.detail["reason"] for each in Record.objects.filter(act="checkpoint.refused").order_by("id")]


def test_a_witness_cosigns_each_checkpoint_that_goes_on() -> None:
    for first, count in ((0, 3), (3, 1), (4, 9)):
        signed(count, first)
        cosigned()
    assert list(Cosignature.objects.values_list("size", "site")) == [(3, "hub"), (4, "hub"), (13, "hub")]
    assert Witnessed.objects.get().size == 13
    report = verify(verifiable())
    assert findings(report) == []
    assert report.cosigned_by == {"caimera.witness/hub": NOW}
    assert not refusals()


def test_what_was_cosigned_is_not_sent_again() -> None:
    assert checkpoints_for(sites=["hub"]) == {}
    signed(3)
    cosigned()
    assert checkpoints_for(sites=["hub"]) == {}
    signed(1, 3)
    assert sent().known_size == 3


def test_each_witness_is_sent_what_goes_on_from_what_it_knows() -> None:
    signed(3)
    cosigned()
    signed(1, 3)
    letters = checkpoints_for(sites=["hub", "another"])
    assert {site: letter.known_size for site, letter in letters.items()} == {"hub": 3, "another": 0}
    assert letters["hub"].proof != letters["another"].proof


def test_the_same_checkpoint_may_be_cosigned_again() -> None:
    signed(3)
    letter = sent()
    assert witnessed(letter).outcome == witnessed(letter).outcome == "cosigned"


def test_a_proof_from_elsewhere_is_asked_for_anew() -> None:
    signed(3)
    cosigned()
    signed(2, 3)
    Witness.objects.update(known_size=0)
    answer = witnessed()
    assert (answer.outcome, answer.known_size) == ("unproven", 3)
    assert not take_cosignature(site="hub", said=answer)
    cosigned()
    assert not refusals()


def test_a_rolled_back_trail_is_refused_and_both_sides_record_it_once() -> None:
    signed(3)
    signed(2, 3)
    cosigned()
    harm(
        "DELETE FROM audit_record WHERE id IN (SELECT record_id FROM audit_leaf WHERE position >= 3)",
        "DELETE FROM audit_leaf WHERE position >= 3",
        "DELETE FROM audit_checkpoint WHERE size > 3",
        "DELETE FROM audit_cosignature",
        "DELETE FROM audit_witness",
    )
    for _ in range(2):
        answer = witnessed()
        assert (answer.outcome, answer.known_size) == ("refused", 5)
        assert not take_cosignature(site="hub", said=answer)
        Witness.objects.update(known_size=0, doubted_size=0)
    assert refusals() == ["A checkpoint of 5 leaves was cosigned before; this one has 3."]
    doubt = Record.objects.filter(act="checkpoint.doubted").last()
    assert doubt is not None
    assert (doubt.actor, doubt.detail["size"], doubt.detail["known_size"]) == ("site:hub", 3, 5)


def test_a_doubted_checkpoint_is_not_sent_again() -> None:
    signed(3)
    signed(2, 3)
    cosigned()
    harm("DELETE FROM audit_leaf WHERE position >= 3", "DELETE FROM audit_checkpoint WHERE size > 3")
    harm("DELETE FROM audit_cosignature", "DELETE FROM audit_witness")
    take_cosignature(site="hub", said=witnessed())
    assert Record.objects.filter(act="checkpoint.doubted").count() == 1
    assert checkpoints_for(sites=["hub"]) == {}


@pytest.mark.parametrize("size", [5, 6])
def test_a_trail_written_anew_is_refused(size: int) -> None:
    signed(5)
    cosigned()
    harm("DELETE FROM audit_record", "DELETE FROM audit_leaf", "DELETE FROM audit_checkpoint")
    harm("DELETE FROM audit_cosignature")
    if size == 6:
        signed(5)
        signed(1, 5)
    else:
        signed(5)
    answer = witnessed()
    assert answer.outcome == "refused"
    assert Witnessed.objects.get().size == 5
    assert len(refusals()) == 1


def test_another_key_than_the_first_is_refused() -> None:
    signed(3)
    cosigned()
    other = SignerKey("caimera.audit/hub", bytes(32))
    note = str(Signed("caimera.audit/hub", 9, bytes(32)).signed(other))
    answer = witnessed(TrailCheckpoint(key=str(other.verifier), note=note, known_size=3))
    assert answer.outcome == "refused"
    assert "not signed by caimera.audit/hub" in answer.reason
    assert Witnessed.objects.get().key == str(log_key().verifier)


def test_a_site_speaks_for_its_own_log_only() -> None:
    signed(3)
    answer = witness_checkpoint(site="trials", said=sent(), now=NOW)
    assert (answer.outcome, answer.known_size) == ("refused", 0)
    assert not Witnessed.objects.exists()


@pytest.mark.parametrize("note", ["", "no note", "caimera.audit/hub\n1\n\n— caimera.audit/hub AAAAAAAA\n"])
def test_what_is_no_checkpoint_is_refused(note: str) -> None:
    answer = witnessed(TrailCheckpoint(key=str(log_key().verifier), note=note, known_size=0))
    assert (answer.outcome, answer.size, answer.line) == ("refused", 0, "")


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60), st.integers(0, 2**53 - 1))
def test_whatever_a_site_says_it_is_answered(key: str, note: str, known: int) -> None:
    assert witnessed(TrailCheckpoint(key=key, note=note, known_size=known)).outcome == "refused"


def test_only_the_witnesss_own_signature_is_kept() -> None:
    signed(3)
    good = witnessed()
    bad = SignerKey("caimera.witness/hub", bytes(32), 4)
    for wrong in (
        {"line": ""},
        {"line": good.line[:-4] + "AAAA"},
        {"size": 9},
        {"line": str(Signed("caimera.audit/hub", 3, bytes(32)).signed(bad).signatures[0])},
    ):
        assert not take_cosignature(site="hub", said=good.model_copy(update=wrong))
    assert not take_cosignature(site="trials", said=good)
    assert not Cosignature.objects.exists()
    assert take_cosignature(site="hub", said=good)
    assert take_cosignature(site="hub", said=good)
    assert Cosignature.objects.count() == 1


def test_a_witness_cannot_change_its_key() -> None:
    signed(3)
    good = witnessed()
    take_cosignature(site="hub", said=good.model_copy(update={"outcome": "unproven", "key": "another"}))
    assert not take_cosignature(site="hub", said=good)
    assert Witness.objects.get().key == "another"


def test_a_cosignature_changed_in_the_database_is_found() -> None:
    signed(3)
    cosigned()
    other = Signed("caimera.audit/hub", 4, bytes(32)).signed(log_key())
    line = cosign(other, witness_key(), now=NOW)
    harm(f"UPDATE audit_cosignature SET line = '{line}'")
    assert findings(verify(verifiable())) == [("cosignature", 2, 2)]


def test_the_note_with_its_cosignature_is_c2sp_for_anyone() -> None:
    signed(3)
    cosigned()
    checkpoint = Checkpoint.objects.get()
    note = Note.parse(checkpoint.note).with_signature(Signature.parse(Cosignature.objects.get().line))
    assert cosigned_at(Note.parse(str(note)), witness_key().verifier) == NOW
