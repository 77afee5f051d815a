"""The same record in other words is written the same."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caimera.dcat import JSON_LD, N_TRIPLES, RDF_XML, TURTLE, Dataset, read, settled, to_graph, write
from tests.dcat.samples import records, whole

NESTED = """@prefix dct: <http://purl.org/dc/terms/> .
<https://a.org/1> dct:publisher [ dct:title "One" ; dct:relation [ dct:title "Deep" ] ] ;
    dct:creator [ dct:title "Two" ; dct:relation [ dct:title "Deeper" ] ], [ dct:title "Three" ] ."""


@pytest.mark.parametrize("form", [TURTLE, JSON_LD, RDF_XML, N_TRIPLES])
def test_every_form_comes_to_the_same(form: str) -> None:
    graph = read(NESTED.encode(), TURTLE)
    again = read(write(graph, form), form)
    assert write(settled(again)) == write(settled(graph))
    assert len(settled(graph)) == len(graph)


@given(records(Dataset), st.randoms())
def test_neither_order_nor_names_matter(dataset: Dataset, chance: random.Random) -> None:
    lines = write(to_graph(dataset), N_TRIPLES).decode().splitlines()
    chance.shuffle(lines)
    mixed = read("\n".join(lines).replace("_:", "_:other").encode(), N_TRIPLES)
    assert len(settled(mixed)) == len(to_graph(dataset))
    assert write(settled(settled(mixed))) == write(settled(mixed))


def test_another_word_is_another_record() -> None:
    graph, other = read(NESTED.encode(), TURTLE), read(NESTED.replace("Deeper", "Deepest").encode(), TURTLE)
    assert write(settled(graph)) != write(settled(other))
    assert write(settled(to_graph(whole()))) == write(settled(to_graph(whole())))
