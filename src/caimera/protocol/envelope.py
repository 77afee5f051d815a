"""The envelope: a message signed by one site and sealed for one other.

    {"v": 2, "aud": recipient, "iss": sender, "iat": seconds, "exp": seconds, "nonce": 16 bytes,
     "request_id": text, "vocabulary": version,
     "sealed": {"suite": name, "key": 80 bytes, "body": bytes}, "sig": 64 bytes}

in canonical JSON, bytes as base64url. `body` is {"asker", "message", "type"} sealed with XChaCha20-Poly1305,
bound to a constant line and the canonical JSON of all members but `sealed` and `sig`, with `suite` among
them. `key` is the HPKE sealing of its key; its `info` is another constant line and the canonical JSON of
`aud`, `iss`, `minute` (`iat` // 60) and `suite`: one key serves all that a sender says to one recipient in a
minute. `sig` is Ed25519 over that `info`, a line's end and `key`. README.md gives the order of checks.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from nacl.exceptions import CryptoError

from caimera.protocol import base64url, canonical
from caimera.protocol.body import Draft, read_body
from caimera.protocol.errors import (
    BadSignature,
    EnvelopeError,
    Expired,
    Malformed,
    NotCanonical,
    NotYetValid,
    TooLarge,
    UnknownSender,
    UnknownVersion,
    WrongAudience,
)
from caimera.protocol.header import Envelope, Header
from caimera.protocol.identity import Card, Identity
from caimera.protocol.messages import Asker, Message
from caimera.protocol.sealing import padded_text, unpadded
from caimera.protocol.writing import decoded, parsed, read
from caimera.vocabulary import VERSION as VOCABULARY_VERSION

__all__ = ["MAX_LIFETIME", "MAX_SIZE", "Draft", "EnvelopeError", "Letter", "open_sealed", "seal"]

_VERSION = 2
MAX_SIZE = 1024 * 1024
"""Bytes of a whole envelope."""
MAX_LIFETIME = timedelta(minutes=10)

_NONCE_SIZE = 16


@dataclass(frozen=True, slots=True)
class Letter:
    """An envelope opened: who says what, for whom, and until when its `nonce` must be remembered."""

    message: Message
    issuer: str
    asker: Asker | None
    nonce: str
    expires_at: datetime
    request_id: str
    vocabulary: str = VOCABULARY_VERSION
    """The vocabulary version the sender speaks."""


def seal(
    message: Message | Draft,
    *,
    sender: Identity,
    recipient: Card,
    asker: Asker | None,
    request_id: str,
    now: datetime,
    lifetime: timedelta = timedelta(seconds=60),
) -> bytes:
    """Seal `message` for the recipient in the sender's name, for `lifetime` from `now` on.

    For many recipients, make one `Draft` of it.

    Raises:
        Malformed: a lifetime, a request id or content that an envelope cannot carry.
        TooLarge: the envelope would be over `MAX_SIZE`.
    """
    issued = int(now.timestamp())
    header = read(
        Header,
        {
            "v": _VERSION,
            "aud": recipient.site,
            "iss": sender.site,
            "iat": issued,
            "exp": issued + int(lifetime.total_seconds()),
            "nonce": base64url.encode(os.urandom(_NONCE_SIZE)),
            "request_id": request_id,
            "vocabulary": VOCABULARY_VERSION,
        },
    )
    _check_lifetime(header)
    draft = message if isinstance(message, Draft) else Draft.of(message)
    key = sender.keys.to_seal(reader=recipient.sealer, info=header.keyed())
    body = key.seal(draft.body(asker), bound=header.bound())
    data = header.whole(base64url.encode(body), key.sealed, key.signature)
    _check_size(data)
    return data


def open_sealed(
    data: bytes,
    *,
    recipient: Identity,
    senders: Callable[[str], Card | None],
    now: datetime,
    leeway: timedelta = timedelta(seconds=30),
) -> Letter:
    """Check an envelope and open it.

    `senders` gives the card of an enrolled site, or None. `leeway` is how far its clock may be ahead. Whether
    the nonce was used before is for the caller to check, in the transaction of what the letter asks for.

    Raises:
        EnvelopeError: for every envelope that does not count, whatever its bytes; the subclass says why.
    """
    _check_size(data)
    envelope = _envelope(data)
    _check_audience(envelope, recipient)
    padded = _opened(envelope, recipient, senders(envelope.iss))
    _check_time(envelope, now.timestamp(), leeway.total_seconds())
    message, asker = read_body(unpadded(padded))
    return Letter(
        message=message,
        issuer=envelope.iss,
        asker=asker,
        nonce=envelope.nonce,
        expires_at=datetime.fromtimestamp(envelope.exp, UTC),
        request_id=envelope.request_id,
        vocabulary=envelope.vocabulary,
    )


def _check_size(data: bytes) -> None:
    if len(data) > MAX_SIZE:
        raise TooLarge(f"An envelope of {len(data)} bytes is over the limit of {MAX_SIZE}. Say less at once.")


def _envelope(data: bytes) -> Envelope:
    """The envelope these bytes are the canonical text of. Raises Malformed and UnknownVersion."""
    with suppress(Malformed):
        envelope = parsed(Envelope, data)
        sealed = envelope.sealed
        if envelope.v == _VERSION and envelope.whole(sealed.body, sealed.key, envelope.sig) == data:
            return envelope
    raise _why_not(data)


def _why_not(data: bytes) -> EnvelopeError:
    """What is wrong with bytes that are no envelope, in the order of checks."""
    try:
        document = canonical.loads(data)
    except NotCanonical as error:
        return Malformed(f"This is no envelope. {error}")
    version = document.get("v") if isinstance(document, dict) else None
    if type(version) is not int:
        return Malformed(
            "This is no envelope, as it is no JSON object with a version. Send what `seal` returns."
        )
    if version != _VERSION:
        return UnknownVersion(
            f"This site reads envelopes of version {_VERSION} only. Bring hub and node to the same release."
        )
    try:
        read(Envelope, document)
    except Malformed as error:
        return error
    raise AssertionError("an envelope was not taken for one")


def _check_audience(envelope: Envelope, recipient: Identity) -> None:
    if envelope.aud != recipient.site:
        raise WrongAudience(
            f"This envelope is for {envelope.aud}, but this site is {recipient.site}. "
            "Check which card of this site the sender holds."
        )


def _opened(envelope: Envelope, recipient: Identity, card: Card | None) -> bytes:
    """The padded body, which only its sender can have sealed under this header."""
    if card is None or card.site != envelope.iss:
        raise UnknownSender(f"Site {envelope.iss} is not enrolled here. Enrol it, or have it stop sending.")
    sealed = envelope.sealed
    try:
        key = recipient.keys.to_open(
            sender=card.verifier, info=envelope.keyed(), sealed=sealed.key, signature=envelope.sig
        )
        return padded_text(decoded(sealed.body), key=key, bound=envelope.bound())
    except CryptoError:
        raise BadSignature(
            f"Site {envelope.iss} did not sign this envelope with the key known here, or it was changed on "
            "its way. If its keys were renewed, enrol its new card; else somebody speaks in its name."
        ) from None


def _check_time(envelope: Envelope, now: float, leeway: float) -> None:
    _check_lifetime(envelope)
    if envelope.iat > now + leeway:
        raise NotYetValid(
            f"This envelope was issued {envelope.iat - now:.0f} s in the future. Set both sites' clocks."
        )
    if envelope.exp <= now:
        raise Expired(
            f"This envelope expired {now - envelope.exp:.0f} s ago. "
            "Ask again; if that is no help, set both sites' clocks."
        )


def _check_lifetime(envelope: Header) -> None:
    if not 0 < envelope.exp - envelope.iat <= MAX_LIFETIME.total_seconds():
        raise Malformed("An envelope lives between one second and ten minutes. Give it such a lifetime.")
