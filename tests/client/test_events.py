"""Reading server-sent events."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caimera.client.events import events

TEXT = (
    "event: state\ndata: one\ndata:two\n\n: a comment\nid: 7\n\nevent: done\r\ndata: {}\r\n\r\ndata: cut off"
)


def test_events_are_read() -> None:
    assert list(events([TEXT])) == [("state", "one\ntwo"), ("done", "{}")]


@given(st.lists(st.integers(0, len(TEXT)), max_size=8))
def test_it_does_not_matter_where_the_chunks_end(cuts: list[int]) -> None:
    ends = sorted({0, *cuts, len(TEXT)})
    chunks = [TEXT[start:end] for start, end in pairwise(ends)]
    assert list(events(chunks)) == [("state", "one\ntwo"), ("done", "{}")]


@pytest.mark.parametrize("separator", ["\u2028", "\u0085", "\x0c", "\x1c"])
def test_other_separators_of_unicode_are_text(separator: str) -> None:
    assert list(events([f"data: a{separator}b\n\n"])) == [("message", f"a{separator}b")]
