"""Roots and frontiers: as the RFC's own vectors and its recursive definition have them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caimera.merkle import EMPTY_ROOT, Frontier, leaf_hash, root_of
from tests.merkle import naive

LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
"""The leaves of the test vectors that Certificate Transparency's implementations share."""
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
entries = st.lists(st.binary(max_size=20), max_size=80)


def hashes(data: list[bytes]) -> list[bytes]:
    return [leaf_hash(each) for each in data]


@pytest.mark.parametrize("size", range(1, 9))
def test_the_published_roots(size: int) -> None:
    assert root_of(hashes(LEAVES[:size])).hex() == ROOTS[size - 1]


def test_the_empty_tree() -> None:
    assert Frontier().root() == EMPTY_ROOT
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@settings(deadline=None)
@given(entries)
def test_a_root_is_the_recursive_one(data: list[bytes]) -> None:
    assert root_of(hashes(data)) == naive.mth(data)


@settings(deadline=None)
@given(entries, st.integers(min_value=0))
def test_a_frontier_kept_and_taken_up_again_goes_on_where_it_was(data: list[bytes], cut: int) -> None:
    middle = cut % (len(data) + 1)
    first = Frontier()
    first.extend(hashes(data[:middle]))
    again = Frontier(first.size, list(first.hashes))
    copy = first.copy()
    again.extend(hashes(data[middle:]))
    assert again.root() == naive.mth(data)
    assert (copy.size, copy.root()) == (middle, naive.mth(data[:middle]))


@settings(deadline=None)
@given(entries.filter(len), st.data())
def test_every_bit_of_every_leaf_counts(data: list[bytes], draw: st.DataObject) -> None:
    place = draw.draw(st.integers(0, len(data) - 1))
    changed = [*data[:place], data[place] + b"\0", *data[place + 1 :]]
    assert root_of(hashes(changed)) != root_of(hashes(data))


@pytest.mark.parametrize(
    ("size", "kept"), [(1, []), (3, [bytes(32)]), (2, [bytes(31)]), (-1, []), (0, [b""])]
)
def test_a_frontier_that_cannot_be_is_refused(size: int, kept: list[bytes]) -> None:
    with pytest.raises(ValueError, match="frontier"):
        Frontier(size, kept)
