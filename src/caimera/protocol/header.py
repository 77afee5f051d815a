"""The outside of an envelope, and the three canonical texts made of it: for its key, its body, and sent.

Nothing in an envelope needs escaping in JSON, as the patterns of its fields see to, and its members have one
order. So each text is written down here as it stands, which costs a tenth of a JSON encoder; a test holds
them against one.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from caimera.protocol.messages import Frozen, SiteId
from caimera.protocol.sealing import SUITE

_CONTEXT = "caimera/envelope/2\n"
_KEY_CONTEXT = "caimera/envelope-key/2\n"
_YEAR_10000 = 253_402_300_800

Seconds = Annotated[int, Field(ge=0, lt=_YEAR_10000)]
"""Since 1970-01-01 UTC, as in JSON Web Tokens (RFC 7519)."""

Base64Url = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]*$")]


class Header(Frozen):
    """From whom to whom, and until when."""

    v: int
    aud: SiteId
    iss: SiteId
    iat: Seconds
    exp: Seconds
    nonce: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{22}$")]
    request_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{0,128}$")]
    vocabulary: Annotated[str, Field(pattern=r"^[0-9A-Za-z.+-]{1,32}$")]

    def keyed(self) -> bytes:
        """What the key of a body is sealed under: from whom, for whom, and for which minute."""
        minute = self.iat // 60
        parties = f'{{"aud":"{self.aud}","iss":"{self.iss}","minute":{minute},"suite":"{SUITE}"}}'
        return (_KEY_CONTEXT + parties).encode()

    def bound(self) -> bytes:
        """What a body is sealed under."""
        return (_CONTEXT + self._around(f'"suite":"{SUITE}"')).encode()

    def whole(self, body: str, key: str, signature: str) -> bytes:
        """The envelope, with the sealed body, its key and the signature of that as base64url."""
        sealed = f'"sealed":{{"body":"{body}","key":"{key}","suite":"{SUITE}"}}'
        return self._around(f'{sealed},"sig":"{signature}"').encode()

    def _around(self, members: str) -> str:
        """These members between the header's own, which come before and after them in the alphabet."""
        return (
            f'{{"aud":"{self.aud}","exp":{self.exp},"iat":{self.iat},"iss":"{self.iss}","nonce":"{self.nonce}",'
            f'"request_id":"{self.request_id}",{members},"v":{self.v},"vocabulary":"{self.vocabulary}"}}'
        )


class Sealed(Frozen):
    """A sealed body and its sealed key, as base64url."""

    suite: Literal["X25519-HKDF-SHA256-ChaCha20Poly1305+Ed25519+XChaCha20Poly1305"]
    key: Base64Url
    body: Base64Url


class Envelope(Header):
    """All of it."""

    sealed: Sealed
    sig: Base64Url
