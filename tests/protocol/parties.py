"""A hub, a node and hand-made envelopes, written from the description of the format and not from its code."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt

from caimera.protocol.envelope import Letter, open_sealed, seal
from caimera.protocol.identity import Card, Identity
from caimera.protocol.messages import Ask, Asker

NOW = datetime(2026, 11, 23, 9, 30, 0, 400_000, tzinfo=UTC)
HUB, NODE, OTHER = Identity.generate("hub"), Identity.generate("north"), Identity.generate("south")
CARDS = {"hub": HUB.card("The hub"), "south": OTHER.card("Another node")}
SUITE = "X25519-HKDF-SHA256-ChaCha20Poly1305+Ed25519+XChaCha20Poly1305"
ASKER = Asker(person="pseudonym-1", purpose="A purpose nobody on the way may read")
QUESTION = Ask(
    question_id=UUID("6f2d1c1e-6a0b-4a53-9a44-6f0f0a5f8c11"),
    question={"variable": "modality", "operator": "EQUALS", "value": "CT"},
    question_hash="ab" * 32,
    deadline_at=NOW + timedelta(seconds=15),
)


def sealed(
    message: Any = QUESTION,
    *,
    sender: Identity = HUB,
    recipient: Card | None = None,
    asker: Asker | None = ASKER,
    request_id: str = "request-1",
    now: datetime = NOW,
    lifetime: timedelta = timedelta(seconds=60),
) -> bytes:
    """What `sender` would send."""
    return seal(
        message,
        sender=sender,
        recipient=recipient or NODE.card("The node"),
        asker=asker,
        request_id=request_id,
        now=now,
        lifetime=lifetime,
    )


def opened(data: bytes, *, recipient: Identity = NODE, now: datetime = NOW) -> Letter:
    """What the node makes of it, knowing the hub and another node."""
    return open_sealed(data, recipient=recipient, senders=CARDS.get, now=now)


def text_of(data: bytes) -> str:
    """Bytes in base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    """The bytes of base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def header(**changes: Any) -> dict[str, Any]:
    """A good header, changed; a change to None leaves the member out."""
    issued = int(NOW.timestamp())
    members = {
        "v": 2, "aud": "north", "iss": "hub", "iat": issued, "exp": issued + 60, "nonce": "A" * 22,
        "request_id": "request-1", "vocabulary": "2026.11", "suite": SUITE,
    }  # fmt: skip
    return {name: value for name, value in (members | changes).items() if value is not None}


def body(**changes: Any) -> dict[str, Any]:
    """A good body, changed."""
    members = {
        "asker": ASKER.model_dump(),
        "message": QUESTION.model_dump(mode="json"),
        "type": QUESTION.type,
    }
    return members | changes


def padded(text: bytes) -> bytes:
    """Spaces up to the next multiple of 512 bytes."""
    return text + b" " * (-len(text) % 512)


def forged(
    head: dict[str, Any],
    plain: bytes,
    *,
    signer: Identity = HUB,
    reader: Identity = NODE,
    secret: bytes = bytes(range(32)),
    info: dict[str, Any] | None = None,
) -> bytes:
    """An envelope with any header, key and sealed bytes, rightly sealed and rightly signed.

    `info` are the parties the key is said to be for, where they are not the header's.
    """
    suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
    public = X25519PrivateKey.from_private_bytes(reader.seal_key).public_key()
    key = suite.encrypt(secret, public, info=_info(head | (info or {})))
    nonce = b"n" * 24
    bound = b"caimera/envelope/2\n" + rfc8785.dumps(head)
    hidden = nonce + crypto_aead_xchacha20poly1305_ietf_encrypt(plain, bound, nonce, secret[:32].ljust(32))
    members = {name: value for name, value in head.items() if name != "suite"}
    sealed = {"suite": head.get("suite"), "key": text_of(key), "body": text_of(hidden)}
    return signed(members | {"sealed": sealed}, signer=signer)


def signed(document: dict[str, Any], *, signer: Identity = HUB) -> bytes:
    """Any document, its key rightly signed."""
    sealed = document.get("sealed")
    key = sealed.get("key") if isinstance(sealed, dict) else None
    vouched = _info(document | {"suite": SUITE}) + b"\n" + str(key).encode(errors="replace")
    signature = Ed25519PrivateKey.from_private_bytes(signer.sign_key).sign(vouched)
    return rfc8785.dumps(document | {"sig": text_of(signature)})


def _info(told: dict[str, Any]) -> bytes:
    """What a key is sealed under, as far as a hostile header has it."""
    issued = told.get("iat")
    minute = issued // 60 if isinstance(issued, int) else 0
    parties = {name: told.get(name) for name in ("aud", "iss", "suite")}
    return b"caimera/envelope-key/2\n" + rfc8785.dumps(parties | {"minute": minute})
