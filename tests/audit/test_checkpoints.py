"""Checkpoints: the tree signed as it is, each going on from the last; roots by the recursive definition."""

from __future__ import annotations

import pytest

from caimera.audit.checkpoints import make_checkpoint, proof_since
from caimera.audit.errors import TrailDamaged
from caimera.audit.keys import log_key, witness_key
from caimera.audit.models import Checkpoint
from caimera.audit.sequencing import sequence
from caimera.merkle import Note, open_checkpoint, verify_consistency
from tests.audit.trails import acts, harm, rows, signed
from tests.merkle import naive

pytestmark = pytest.mark.django_db(transaction=True)


def opened(size: int):
    return open_checkpoint(Note.parse(Checkpoint.objects.get(pk=size).note), log_key().verifier)


def leaves() -> list[bytes]:
    return [text.encode() for (text,) in rows("SELECT text FROM audit_leaf ORDER BY position")]


def test_a_checkpoint_has_the_root_of_all_leaves() -> None:
    for first, count in ((0, 1), (1, 6), (7, 9), (16, 1)):
        signed(count, first)
    for size in (1, 7, 16, 17):
        checkpoint = opened(size)
        assert (checkpoint.origin, checkpoint.size) == ("caimera.audit/hub", size)
        assert checkpoint.root == naive.mth(leaves()[:size])


def test_a_tree_that_did_not_grow_is_not_signed_again() -> None:
    assert make_checkpoint() is None
    signed(3)
    assert make_checkpoint() is None
    acts(1)
    assert make_checkpoint() is None
    sequence()
    assert make_checkpoint() is not None
    assert [each.size for each in Checkpoint.objects.all()] == [3, 4]


def test_each_checkpoint_is_shown_to_go_on_from_every_earlier_one() -> None:
    sizes = (3, 4, 8, 13)
    for before, size in zip((0, *sizes), sizes, strict=False):
        signed(size - before, before)
    latest = Checkpoint.objects.get(pk=13)
    for size in sizes[:-1]:
        old, new = opened(size), opened(13)
        proof = proof_since(size, latest)
        assert proof == naive.proof(size, leaves())
        verify_consistency(old_size=old.size, old_root=old.root, size=new.size, root=new.root, proof=proof)
    assert proof_since(0, latest) == proof_since(13, latest) == proof_since(99, latest) == []


def test_there_is_no_proof_over_a_gap_or_from_a_lost_checkpoint() -> None:
    signed(3)
    signed(3, 3)
    latest = Checkpoint.objects.get(pk=6)
    with pytest.raises(TrailDamaged, match="checkpoint of 2 leaves, which a witness knows, is missing"):
        proof_since(2, latest)
    harm("DELETE FROM audit_leaf WHERE position = 4")
    with pytest.raises(TrailDamaged, match="leaf at position 4 is missing"):
        proof_since(3, latest)


def test_nothing_is_signed_over_a_gap() -> None:
    signed(3)
    acts(3)
    sequence()
    harm("DELETE FROM audit_leaf WHERE position = 4")
    with pytest.raises(TrailDamaged, match="leaf at position 4 is missing"):
        make_checkpoint()
    assert Checkpoint.objects.count() == 1


def test_nothing_is_signed_after_a_checkpoint_that_is_not_this_sites() -> None:
    signed(3)
    acts(1)
    sequence()
    harm("UPDATE audit_checkpoint SET note = 'another'")
    with pytest.raises(TrailDamaged, match="is not what this site signed"):
        make_checkpoint()


def test_log_and_witness_have_a_key_each_that_stays() -> None:
    assert log_key() == log_key()
    assert witness_key() == witness_key()
    assert log_key().private != witness_key().private
    assert str(log_key().verifier).startswith("caimera.audit/hub+")
    assert str(witness_key().verifier).startswith("caimera.witness/hub+")
