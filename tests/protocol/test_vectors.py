"""The wire, pinned: what an older site sent is read as it was meant; tests/vectors/README.md says more."""

import json
from datetime import datetime
from typing import Any

import pytest

from caimera.protocol import base64url, canonical
from caimera.protocol.envelope import EnvelopeError, open_sealed
from caimera.protocol.identity import Identity
from caimera.protocol.messages import type_of_message
from tests.vectors.make import EXAMPLES, file_of, vector


def _identity(keys: dict[str, str]) -> Identity:
    return Identity(keys["site"], base64url.decode(keys["sign_key"]), base64url.decode(keys["seal_key"]))


def _vector(kind: str) -> dict[str, Any]:
    pinned: dict[str, Any] = json.loads(file_of(kind).read_text())
    return pinned


@pytest.mark.parametrize("kind", sorted(type_of_message))
def test_a_pinned_envelope_is_opened_to_the_pinned_message(kind: str) -> None:
    pinned = _vector(kind)
    sender = _identity(pinned["sender"])
    letter = open_sealed(
        pinned["envelope"].encode(),
        recipient=_identity(pinned["recipient"]),
        senders={sender.site: sender.card("Sender")}.get,
        now=datetime.fromisoformat(pinned["now"]),
    )
    assert letter.message.type == pinned["message_type"] == kind
    assert canonical.dumps(letter.message.model_dump(mode="json")).decode() == pinned["message"]
    assert letter.message == type_of_message[kind].model_validate_json(pinned["message"])
    assert (letter.asker and letter.asker.model_dump()) == pinned["asker"]
    assert (letter.nonce, letter.request_id) == (pinned["nonce"], pinned["request_id"])


@pytest.mark.parametrize("kind", sorted(type_of_message))
def test_a_pinned_envelope_with_a_byte_changed_is_refused(kind: str) -> None:
    pinned = _vector(kind)
    sender = _identity(pinned["sender"])
    data = pinned["envelope"].encode()
    for position in range(0, len(data), 97):
        with pytest.raises(EnvelopeError):
            open_sealed(
                data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :],
                recipient=_identity(pinned["recipient"]),
                senders={sender.site: sender.card("Sender")}.get,
                now=datetime.fromisoformat(pinned["now"]),
            )


@pytest.mark.parametrize(("message", "asker"), EXAMPLES, ids=lambda value: getattr(value, "type", ""))
def test_the_vectors_can_be_made_again(message: Any, asker: Any) -> None:
    pinned, anew = _vector(message.type), vector(message, asker)
    random = {"envelope", "nonce"}
    assert {k: v for k, v in anew.items() if k not in random} == {
        k: v for k, v in pinned.items() if k not in random
    }
