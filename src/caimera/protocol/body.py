"""What is sealed inside an envelope: a message, its type, and for whom it is said.

    {"asker": Asker or null, "message": {…}, "type": "search.ask/1"}

in canonical JSON. Its three parts are written and read each by itself: a message is written once for however
many it is sealed for, and read straight into its model.
"""

from __future__ import annotations

from dataclasses import dataclass
from json.encoder import encode_basestring as _quoted

from caimera.protocol.errors import Malformed, UnknownMessage
from caimera.protocol.messages import Asker, Message, type_of_message
from caimera.protocol.writing import parsed, read_text, text_of

_START, _MESSAGE, _TYPE, _END = b'{"asker":', b',"message":', b',"type":"', b'"}'
"""The borders of the parts. JSON escapes the quotes of a text, so the first `_MESSAGE` ends the asker, which
has no such key, and the last `_TYPE` the message."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A message written down; to be sealed for as many as shall read it."""

    type: str
    text: bytes

    @classmethod
    def of(cls, message: Message) -> Draft:
        """Raises Malformed where nobody could read it: too deep, or not what its model allows."""
        text = text_of(message)
        parsed(type(message), text)
        return cls(message.type, text)

    def body(self, asker: Asker | None) -> bytes:
        """The text to be sealed; raises Malformed."""
        named = b"null" if asker is None else _named(asker)
        return b'{"asker":%b,"message":%b,"type":"%b"}' % (named, self.text, self.type.encode())


def _named(asker: Asker) -> bytes:
    """By hand, as each node is told another name: an encoder that looks at the value takes far longer."""
    return f'{{"person":{_quoted(asker.person)},"purpose":{_quoted(asker.purpose)}}}'.encode()


def read_body(text: bytes) -> tuple[Message, Asker | None]:
    """The message, and for whom it is said. Raises Malformed and UnknownMessage."""
    named, message, kind = _parts(text)
    asker = None if named == b"null" else read_text(Asker, named)
    model = type_of_message.get(kind.decode(errors="replace"))
    if model is None:
        raise UnknownMessage(
            "This kind of message is not known here. Bring hub and node to the same release."
        )
    return read_text(model, message), asker


def _parts(text: bytes) -> tuple[bytes, bytes, bytes]:
    """Asker, message and type, by two looks at the text however long it is. Raises Malformed."""
    start, _, rest = text.partition(_MESSAGE)
    message, _, end = rest.rpartition(_TYPE)
    named, kind = start.removeprefix(_START), end.removesuffix(_END)
    # A missing border leaves the parts before or after it empty, which the model refuses.
    if named == start or kind == end or b'"' in kind or b"\\" in kind:
        raise Malformed(
            "The body of this envelope is not as expected. Bring hub and node to the same release."
        )
    return named, message, kind
