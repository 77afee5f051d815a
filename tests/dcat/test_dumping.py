"""Pieces joined are one document, in every form, whatever a guest says with which properties."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, parse
from rdflib import Graph

from caimera.dcat import DUMPS, FORMATS, RDF_XML, TURTLE, Dataset, body, piece, read, to_graph
from tests.dcat.samples import records


def joined(form: str, bodies: list[str]) -> bytes:
    frame = DUMPS[form]
    return frame.start + frame.between.join(piece(one, form) for one in bodies if one) + frame.end


@pytest.mark.parametrize("form", DUMPS)
@pytest.mark.filterwarnings("ignore")
def test_records_joined_are_one_document(form: str) -> None:
    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(records(Dataset), max_size=3))
    def same(datasets: list[Dataset]) -> None:
        bodies = [body(to_graph(dataset)) for dataset in datasets]
        whole = list(parse(joined(form, bodies), format=FORMATS[form]))
        assert len(whole) == sum(len(to_graph(dataset)) for dataset in datasets)

    same()


def test_a_property_xml_has_no_name_for_breaks_no_document() -> None:
    said = read(
        b'<https://x.org/a> <https://x.org/9/8> "no" ; <https://x.org/y/> 7 ; <https://x.org/y#z> "named" .',
        TURTLE,
    )
    for form, count in ((RDF_XML, 1), *((each, 3) for each in DUMPS if each != RDF_XML)):
        document = joined(form, [body(said)])
        assert len(list(parse(document, format=FORMATS[form]))) == count
    theirs = Graph().parse(data=joined(RDF_XML, [body(said)]), format="xml")
    assert {str(value) for value in theirs.objects()} == {"named"}
    assert FORMATS[RDF_XML] is RdfFormat.RDF_XML
