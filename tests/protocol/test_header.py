"""The three texts of an envelope, against a canonical JSON nobody here wrote."""

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from caimera.protocol.header import Header
from caimera.protocol.sealing import SUITE

SITES = st.from_regex(r"[a-z][a-z0-9-]{1,40}", fullmatch=True)
SECONDS = st.integers(min_value=0, max_value=253_402_300_799)
HEADERS = st.builds(
    Header,
    v=st.just(2),
    aud=SITES,
    iss=SITES,
    iat=SECONDS,
    exp=SECONDS,
    nonce=st.from_regex(r"[A-Za-z0-9_-]{22}", fullmatch=True),
    request_id=st.from_regex(r"[A-Za-z0-9._:-]{0,128}", fullmatch=True),
    vocabulary=st.from_regex(r"[0-9A-Za-z.+-]{1,32}", fullmatch=True),
)
TEXTS = st.from_regex(r"[A-Za-z0-9_-]*", fullmatch=True)


@given(HEADERS, TEXTS, TEXTS, TEXTS)
def test_each_text_is_the_canonical_one_of_what_it_says(
    header: Header, body: str, key: str, signature: str
) -> None:
    said = header.model_dump()
    parties = {"aud": header.aud, "iss": header.iss, "minute": header.iat // 60, "suite": SUITE}
    sealed = {"body": body, "key": key, "suite": SUITE}
    assert header.keyed() == b"caimera/envelope-key/2\n" + rfc8785.dumps(parties)
    assert header.bound() == b"caimera/envelope/2\n" + rfc8785.dumps(said | {"suite": SUITE})
    assert header.whole(body, key, signature) == rfc8785.dumps(said | {"sealed": sealed, "sig": signature})
