"""What can be wrong with something a site says.

ProtocolError (ValueError)
├── NotCanonical        a text is not the one RFC 8785 form of what it says
├── IdentityError       keys or names a site cannot be known by
└── EnvelopeError       an envelope that does not count
    ├── Malformed       it has not the form of an envelope, or of the message it claims
    ├── TooLarge        it is over the size limit
    ├── UnknownVersion  it is of a version this software does not read
    ├── WrongAudience   it is for another site
    ├── UnknownSender   nobody known here sent it
    ├── BadSignature    its sender did not sign these bytes
    ├── NotYetValid     it comes from the future
    ├── Expired         its time is over
    ├── CannotOpen      its body was not sealed for this site under this header
    └── UnknownMessage  it holds a kind of message this software does not know
"""

from __future__ import annotations

from typing import ClassVar


class ProtocolError(ValueError):
    """The root of this room's errors; each says what happened and what to do."""


class NotCanonical(ProtocolError):
    """A text differs from the canonical JSON of its own content, or has none."""


class IdentityError(ProtocolError):
    """A site's name or key is not of the right form."""


class EnvelopeError(ProtocolError):
    """An envelope does not count; `code` is for counting, `sentence` for people.

    Neither ever holds a key, a person, a purpose or a part of the body.
    """

    code: ClassVar[str] = "refused"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Malformed(EnvelopeError):
    """It has not the form of an envelope, or of the message it claims to hold."""

    code = "malformed"


class TooLarge(EnvelopeError):
    """It is over the size limit."""

    code = "too_large"


class UnknownVersion(EnvelopeError):
    """It is of a version this software does not read."""

    code = "unknown_version"


class WrongAudience(EnvelopeError):
    """It is for another site."""

    code = "wrong_audience"


class UnknownSender(EnvelopeError):
    """Its sender is not enrolled, or no longer."""

    code = "unknown_sender"


class BadSignature(EnvelopeError):
    """Its sender did not sign its key, or did not seal these bytes with it."""

    code = "bad_signature"


class NotYetValid(EnvelopeError):
    """It was issued in this site's future."""

    code = "not_yet_valid"


class Expired(EnvelopeError):
    """Its time is over."""

    code = "expired"


class CannotOpen(EnvelopeError):
    """Its key was not sealed for this site, or its body is not padded as bodies are."""

    code = "cannot_open"


class UnknownMessage(EnvelopeError):
    """It holds a kind of message this software does not know."""

    code = "unknown_message"
