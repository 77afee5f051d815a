"""Checkpoints and cosignatures, as C2SP writes them; expectations are put together here byte by byte."""

import base64
import hashlib
import struct

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from caimera.merkle import (
    COSIGNATURE,
    Checkpoint,
    MerkleError,
    Note,
    NoteMalformed,
    Signature,
    SignatureMissing,
    SignerKey,
    cosign,
    cosigned_at,
    open_checkpoint,
)

ROOT = hashlib.sha256(b"a root").digest()
LOG = SignerKey("example.org/log", bytes(range(32)))
WITNESS = SignerKey("example.org/witness", bytes(range(1, 33)), COSIGNATURE)
CHECKPOINT = Checkpoint("example.org/log", 15368405, ROOT)
BODY = f"example.org/log\n15368405\n{base64.b64encode(ROOT).decode()}\n"
NOW = 1_795_000_000


def by_hand(name: str, kind: int, private: bytes, message: bytes, before: bytes = b"") -> str:
    """A signature line, from the specification's words alone."""
    key = Ed25519PrivateKey.from_private_bytes(private)
    public = key.public_key().public_bytes_raw()
    key_id = hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]
    return f"— {name} {base64.b64encode(key_id + before + key.sign(message)).decode()}\n"


def test_a_checkpoint_is_three_lines_and_the_logs_signature() -> None:
    line = by_hand("example.org/log", 1, bytes(range(32)), BODY.encode())
    assert str(CHECKPOINT.signed(LOG)) == f"{BODY}\n{line}"


def test_a_cosignature_carries_its_time() -> None:
    note = CHECKPOINT.signed(LOG)
    message = f"cosignature/v1\ntime {NOW}\n{BODY}".encode()
    line = by_hand("example.org/witness", 4, bytes(range(1, 33)), message, struct.pack(">Q", NOW))
    assert f"{cosign(note, WITNESS, now=NOW)}\n" == line
    both = Note.parse(f"{note}{line}")
    assert open_checkpoint(both, LOG.verifier) == CHECKPOINT
    assert cosigned_at(both, WITNESS.verifier) == NOW


def test_the_last_time_counts() -> None:
    note = CHECKPOINT.signed(LOG)
    for now in (NOW, NOW + 5, NOW + 3):
        note = note.with_signature(cosign(note, WITNESS, now=now))
    assert cosigned_at(note, WITNESS.verifier) == NOW + 5


def test_another_checkpoint_is_not_what_the_witness_saw() -> None:
    signature = cosign(CHECKPOINT.signed(LOG), WITNESS, now=NOW)
    other = Checkpoint("example.org/log", 15368406, ROOT).signed(LOG).with_signature(signature)
    with pytest.raises(SignatureMissing):
        cosigned_at(other, WITNESS.verifier)


@pytest.mark.parametrize("change", [0, 4, 7, 8, 71])
def test_a_cosignature_changed_anywhere_does_not_count(change: int) -> None:
    note = CHECKPOINT.signed(LOG)
    made = cosign(note, WITNESS, now=NOW)
    data = bytearray(made.data)
    data[change] ^= 1
    with pytest.raises(SignatureMissing):
        cosigned_at(note.with_signature(Signature(made.name, made.key_id, bytes(data))), WITNESS.verifier)


@pytest.mark.parametrize("data", [b"x", bytes(72), bytes(71), bytes(73), b"\xff" * 72])
def test_what_is_no_cosignature_does_not_count(data: bytes) -> None:
    verifier = WITNESS.verifier
    note = CHECKPOINT.signed(LOG).with_signature(Signature(verifier.name, verifier.id, data))
    with pytest.raises(SignatureMissing):
        cosigned_at(note, verifier)


def test_keys_do_not_stand_in_for_each_other() -> None:
    note = CHECKPOINT.signed(LOG)
    with pytest.raises(SignatureMissing):
        cosigned_at(note, LOG.verifier)
    with pytest.raises(SignatureMissing):
        open_checkpoint(note.with_signature(cosign(note, WITNESS, now=NOW)), WITNESS.verifier)


def test_a_log_speaks_for_itself_only() -> None:
    with pytest.raises(SignatureMissing, match="another log"):
        open_checkpoint(Checkpoint("example.org/other", 1, ROOT).signed(LOG), LOG.verifier)


def test_what_others_add_below_is_left_alone() -> None:
    assert Checkpoint.parse(f"{BODY}an extension\n") == CHECKPOINT
    assert open_checkpoint(Note(f"{BODY}an extension\n").signed(LOG), LOG.verifier) == CHECKPOINT


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n\n",
        BODY[:-1],
        BODY.replace("15368405", "015368405"),
        BODY.replace("15368405", "-1"),
        BODY.replace("15368405", "+1"),
        BODY.replace("15368405", "1" * 20),
        BODY.replace("15368405", "١"),
        BODY.replace("15368405", ""),
        f"a\n1\n{base64.b64encode(bytes(31)).decode()}\n",
        f"a\n1\n{base64.urlsafe_b64encode(bytes([255]) * 32).decode()}\n",
        f"a\n1\n{base64.b64encode(ROOT).decode()}\n\n",
    ],
)
def test_what_is_not_exactly_a_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteMalformed):
        Checkpoint.parse(text)


@settings(deadline=None)
@given(st.integers(0, 10**18), st.binary(min_size=32, max_size=32))
def test_every_checkpoint_is_read_as_it_was_written(size: int, root: bytes) -> None:
    checkpoint = Checkpoint("example.org/log", size, root)
    assert open_checkpoint(Note.parse(str(checkpoint.signed(LOG))), LOG.verifier) == checkpoint


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=120), st.text(alphabet="a1\n=+/", max_size=60).map(lambda end: BODY + end)))
def test_whatever_the_text_a_checkpoint_is_read_or_refused(text: str) -> None:
    try:
        found = Checkpoint.parse(text)
    except MerkleError:
        return
    assert text.startswith(str(found))
