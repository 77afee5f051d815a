"""Proofs: the RFC's, letter for letter; each holds for what it proves and for nothing else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caimera.merkle import (
    Frontier,
    ProofInvalid,
    consistency_proof,
    inclusion_proof,
    inclusion_proof_after,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from tests.merkle import naive
from tests.merkle.test_tree import LEAVES, ROOTS, hashes

ENTRIES = [bytes([number]) for number in range(70)]
PROVEN = (
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
)
"""The published proof that the vectors' tree of six leaves is the beginning of that of eight."""


def frontier(data: list[bytes]) -> Frontier:
    made = Frontier()
    made.extend(hashes(data))
    return made


def holds(verify, **said) -> bool:
    try:
        verify(**said)
    except ProofInvalid:
        return False
    return True


@pytest.mark.parametrize("size", range(1, 34))
def test_proofs_are_those_of_the_rfc(size: int) -> None:
    data = ENTRIES[:size]
    assert [inclusion_proof(hashes(data), i) for i in range(size)] == [
        naive.path(i, data) for i in range(size)
    ]
    for before in range(1, size + 1):
        proof = consistency_proof(frontier(data[:before]), hashes(data[before:]))
        assert proof == naive.proof(before, data)


@pytest.mark.parametrize("size", range(1, 34))
def test_of_what_was_before_the_frontier_is_enough_for_a_proof_of_inclusion(size: int) -> None:
    data = ENTRIES[:size]
    for before in range(size):
        known, added = frontier(data[:before]), hashes(data[before:])
        for index in range(before, size):
            assert inclusion_proof_after(known, added, index) == naive.path(index, data)
        for index in (before - 1, size):
            with pytest.raises(IndexError):
                inclusion_proof_after(known, added, index)


def test_the_published_proof_of_consistency() -> None:
    proof = consistency_proof(frontier(LEAVES[:6]), hashes(LEAVES[6:]))
    assert [each.hex() for each in proof] == list(PROVEN)
    roots = [bytes.fromhex(text) for text in ROOTS]
    said = {"old_size": 6, "old_root": roots[5], "size": 8, "root": roots[7]}
    assert holds(verify_consistency, **said, proof=[bytes.fromhex(text) for text in PROVEN])


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 31, 64, 70])
def test_every_leaf_is_in_and_no_other_place(size: int) -> None:
    data = ENTRIES[:size]
    root = naive.mth(data)
    for index in range(size):
        said = {"leaf": leaf_hash(data[index]), "size": size, "proof": naive.path(index, data), "root": root}
        places = [at for at in range(-1, size + 2) if holds(verify_inclusion, **said, index=at)]
        assert places == [index]


@settings(deadline=None)
@given(st.integers(1, 70), st.data())
def test_a_proof_of_inclusion_changed_anywhere_fails(size: int, draw: st.DataObject) -> None:
    data = ENTRIES[:size]
    index = draw.draw(st.integers(0, size - 1))
    proof = naive.path(index, data)
    said = {"leaf": leaf_hash(data[index]), "index": index, "size": size, "root": naive.mth(data)}
    assert holds(verify_inclusion, **said, proof=proof)
    for wrong in altered(proof, draw):
        assert not holds(verify_inclusion, **said, proof=wrong)
    assert not holds(verify_inclusion, **{**said, "leaf": bytes(32)}, proof=proof)
    assert not holds(verify_inclusion, **{**said, "root": bytes(32)}, proof=proof)


@settings(deadline=None)
@given(st.integers(1, 70), st.data())
def test_a_proof_of_consistency_changed_anywhere_fails(size: int, draw: st.DataObject) -> None:
    data = ENTRIES[:size]
    before = draw.draw(st.integers(1, size))
    proof = naive.proof(before, data)
    said = {"old_size": before, "old_root": naive.mth(data[:before]), "size": size, "root": naive.mth(data)}
    assert holds(verify_consistency, **said, proof=proof)
    for wrong in altered(proof, draw):
        assert not holds(verify_consistency, **said, proof=wrong)
    assert not holds(verify_consistency, **{**said, "old_root": bytes(32)}, proof=proof)
    assert not holds(verify_consistency, **{**said, "root": bytes(32)}, proof=proof)


def altered(proof: list[bytes], draw: st.DataObject) -> list[list[bytes]]:
    """The proof with one hash too many; and, where there are such, one changed, one missing, two swapped."""
    found = [[*proof, bytes(32)], [bytes(32), *proof]]
    if proof:
        at = draw.draw(st.integers(0, len(proof) - 1))
        found += [[*proof[:at], bytes(32), *proof[at + 1 :]], [*proof[:at], *proof[at + 1 :]]]
    if len(proof) > 1:
        found.append([proof[1], proof[0], *proof[2:]])
    return found


def test_a_rewritten_history_has_no_proof() -> None:
    for size in range(2, 40):
        data = ENTRIES[:size]
        for before in range(1, size):
            forged = [b"forged", *data[1:]]
            proof = consistency_proof(frontier(forged[:before]), hashes(forged[before:]))
            said = {"old_size": before, "old_root": naive.mth(data[:before]), "size": size}
            assert not holds(verify_consistency, **said, root=naive.mth(forged), proof=proof)


def test_everything_follows_from_nothing_and_from_itself() -> None:
    root = root_of(hashes(ENTRIES))
    empty = Frontier().root()
    assert consistency_proof(Frontier(), hashes(ENTRIES)) == []
    assert holds(verify_consistency, old_size=0, old_root=empty, size=70, root=root, proof=[])
    assert holds(verify_consistency, old_size=70, old_root=root, size=70, root=root, proof=[])
    assert not holds(verify_consistency, old_size=0, old_root=root, size=70, root=root, proof=[])
    assert not holds(verify_consistency, old_size=70, old_root=empty, size=70, root=root, proof=[])
    assert not holds(verify_consistency, old_size=71, old_root=root, size=70, root=root, proof=[])
    assert not holds(verify_consistency, old_size=-1, old_root=root, size=70, root=root, proof=[])
    assert not holds(verify_consistency, old_size=3, old_root=root, size=70, root=root, proof=[])


@pytest.mark.parametrize("index", [-1, 3])
def test_there_is_no_proof_of_a_leaf_that_is_not_there(index: int) -> None:
    with pytest.raises(IndexError, match="no leaf"):
        inclusion_proof(hashes(ENTRIES[:3]), index)


@settings(max_examples=300, deadline=None)
@given(
    st.integers(-2, 2**40),
    st.integers(-2, 2**40),
    st.lists(st.binary(min_size=32, max_size=32), max_size=50),
)
def test_arbitrary_proofs_are_refused_and_never_crash(first: int, second: int, proof: list[bytes]) -> None:
    leaf, root = bytes(32), bytes([1]) * 32
    assert not holds(verify_inclusion, leaf=leaf, index=first, size=second, proof=proof, root=root)
    assert not holds(verify_consistency, old_size=first, old_root=leaf, size=second, root=root, proof=proof)
