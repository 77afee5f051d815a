"""A foreign document is a guest's text: refused or mended in a sentence, never a crash."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caimera.dcat import (
    FORMATS,
    JSON_LD,
    RDF_XML,
    TURTLE,
    Dataset,
    DcatError,
    NotADescription,
    Text,
    Unreadable,
    conformance,
    read,
    record_of,
    records,
    to_graph,
    triples,
    upgraded,
    write,
)
from caimera.dcat import graph as graphs
from caimera.dcat.guests import LONGEST_TEXT, is_address, plain
from tests.dcat import samples

QUICKLY = settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
HERE = "https://x.org/1"
START = (
    "@prefix dct: <http://purl.org/dc/terms/> . @prefix dcat: <http://www.w3.org/ns/dcat#> . "
    "@prefix healthdcatap: <http://healthdataportal.eu/ns/health#> . "
    "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . "
    "@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix cv: <http://data.europa.eu/m8g/> . "
    f"<{HERE}> a dcat:Dataset ; "
)


def reading(rest: str):
    return record_of(read(f"{START}{rest} .".encode(), TURTLE), HERE, Dataset)


def refusal(document: bytes, media_type: str, **how) -> str:
    with pytest.raises(Unreadable) as caught:
        read(document, media_type, **how)
    return str(caught.value)


def test_a_page_is_no_description() -> None:
    assert "web page for people" in refusal(b"<html>", "text/html; charset=utf-8")


def test_the_size_is_bounded() -> None:
    assert refusal(b"#" * 101, TURTLE, limit=100) == "The document has 101 bytes; at most 100 are read."


@pytest.mark.parametrize(
    "context",
    [
        "https://evil.example.org/context.jsonld",
        [{"a": "https://x.org/a"}, "https://evil.example.org/context.jsonld"],
        {"@version": 1.1, "@import": "https://evil.example.org/context.jsonld"},
        {"a": {"@id": "https://x.org/a", "@context": "https://evil.example.org/context.jsonld"}},
    ],
)
def test_no_context_is_fetched(context) -> None:
    document = json.dumps([{"@context": context, "@id": HERE}]).encode()
    assert "wants a context from https://evil.example.org/context.jsonld" in refusal(document, JSON_LD)


def test_contexts_in_the_document_are_read() -> None:
    document = {"@context": {"title": "http://purl.org/dc/terms/title"}, "@id": HERE, "title": "A"}
    assert record_of(read(json.dumps(document).encode(), JSON_LD), HERE, Dataset).record.title == (Text("A"),)


def xml(inside: str, before: str = "") -> bytes:
    names = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:p="http://p.org/"'
    return f"{before}<rdf:RDF {names}>{inside}</rdf:RDF>".encode()


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE r [<!ENTITY a "aa"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE r SYSTEM "https://evil.example.org/r.dtd">',
    ],
)
def test_no_entity_is_expanded(declared: str) -> None:
    document = xml('<rdf:Description rdf:about="https://x.org/1"><p:p>&b;</p:p></rdf:Description>', declared)
    assert "entities are not expanded" in refusal(document, RDF_XML)


@pytest.mark.parametrize(
    ("document", "media_type"),
    [
        (b'{"http://p.org/p":' * 200_000 + b"1" + b"}" * 200_000, JSON_LD),
        (b'{"http://p.org/p":' * 200 + b"1" + b"}" * 200, JSON_LD),
        (b"[" * 100_000 + b"]" * 100_000, JSON_LD),
        (xml("<rdf:Description><p:p>" * 20_000 + "</p:p></rdf:Description>" * 20_000), RDF_XML),
    ],
)
def test_deep_nesting_is_refused(document: bytes, media_type: str) -> None:
    assert "nested more than 64 levels deep" in refusal(document, media_type)


def test_deep_nesting_in_turtle_is_just_long() -> None:
    document = "[ <http://p.org/p> " * 20_000 + "1" + " ]" * 20_000
    found = reading(f"dcat:distribution {document}")
    assert len(found.record.distribution) == 1
    assert len(found.record.extra) == 20_000


def test_statements_about_statements_are_refused() -> None:
    assert "RDF-star" in refusal(
        b"<http://a.org/> <http://b.org/> <<( <http://a.org/> <http://b.org/> 1 )>> .", TURTLE
    )


def test_a_record_has_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphs, "MOST_STATEMENTS", 100)
    with pytest.raises(NotADescription, match="no dataset needs that many"):
        reading("dct:title " + ", ".join(f'"{n}"' for n in range(101)))


def test_nothing_is_said_about_others() -> None:
    with pytest.raises(NotADescription, match="says nothing about <https://x.org/2>"):
        record_of(read(START.encode() + b"dct:title 'A' .", TURTLE), "https://x.org/2", Dataset)


def test_circles_are_read_once() -> None:
    circle = "<https://x.org/d> dcat:distribution <https://x.org/d>"
    found = reading(f"dct:publisher <{HERE}> ; dcat:distribution <https://x.org/d> . {circle}")
    assert found.record.publisher is not None
    assert found.record.publisher.id == HERE
    assert set(to_graph(found.record)) >= set(read(f"{START} dct:publisher <{HERE}> .".encode(), TURTLE))


def test_another_dataset_is_not_taken_along() -> None:
    found = reading("dct:source <https://x.org/2> . <https://x.org/2> a dcat:Dataset ; dct:title 'Other'")
    assert found.record.source == ("https://x.org/2",)
    assert found.record.extra == ()


NUMBER = "healthdcatap:numberOfRecords"
FLAG = "healthdcatap:hasStructuredData"


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (NUMBER, "7", "was written as integer"),
        (NUMBER, "'7.0'^^xsd:decimal", "was written as decimal"),
        (FLAG, "'True'", "was written as string"),
        ("dct:issued", "'2020'", "was written as string"),
        ("dcat:theme", "'https://x.org/t'", "was text and is read as an address"),
        ("dct:identifier", "<https://x.org/1>", "was a reference and is read as text"),
        ("dct:title", "'<b>Lung</b>'", "markup, control characters or blanks were taken out"),
    ],
)
def test_what_almost_fits_is_taken_and_said(path: str, value: str, sentence: str) -> None:
    found = reading(f"{path} {value}")
    assert [(note.about, note.path, note.sentence) for note in found.notes] == [(HERE, path, sentence)]
    assert found.record.extra == ()


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (NUMBER, "'many'", "'many' is no whole number of zero or more"),
        (NUMBER, "-7", "'-7' is no whole number of zero or more"),
        (NUMBER, "9" * 5000, f"{'9' * 40!r} is no whole number of zero or more"),
        (NUMBER, "<https://x.org/7>", "expected a whole number, found a reference"),
        (FLAG, "'maybe'", "'maybe' is neither true nor false"),
        ("dct:issued", "'in May'", "'in May' is no date, time, month or year"),
        ("dcat:theme", "'HEAL'", "'HEAL' is no address that may be followed"),
        ("dcat:theme", "[]", "expected an address, found something without one"),
        ("dcat:landingPage", "<javascript:a()>", "'javascript:a()' is no address that may be followed"),
        ("dct:publisher", "<data:text/html,x>", "'data:text/html,x' is no address that may be followed"),
        ("dct:publisher", "'Us'", "expected a thing with properties of its own, found text"),
        ("dct:title", "''", "expected text, found none"),
        ("dct:title", "<https://x.org/t>", "expected text, found a reference"),
        ("dct:identifier", "'a', 'b'", "is given more than once; 'b' was not taken"),
        ("dcat:temporalResolution", "'a day'", "'a day' is no duration such as PT1S or P1D"),
        ("dcat:spatialResolutionInMeters", "'fine'", "'fine' is no number"),
    ],
)
def test_what_does_not_fit_is_said_and_kept(path: str, value: str, sentence: str) -> None:
    found = reading(f"{path} {value}")
    assert [(note.about, note.path, note.sentence) for note in found.notes] == [(HERE, path, sentence)]
    assert len(found.record.extra) == 1


def test_values_that_were_not_taken_are_still_judged() -> None:
    found = reading("dct:identifier 'a', 'b'")
    problems = [each.problem for each in conformance(found.record, ["eucaim-v2"])["eucaim-v2"].complaints]
    assert "is given 2 times" in problems


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("<p>Lung <b>CT</b></p><script>alert(1)</script>", "Lung CT"),
        ("<img src=x onerror=alert(1)>Scans", "Scans"),
        ("A &amp; B &lt;b&gt;bold&lt;/b&gt;", "A & B bold"),
        ("<<b>script>alert(1)</script>", "< script>alert(1)"),
        ("&amp;amp;amp;lt;script&amp;amp;amp;gt;", "script"),
        ("a <style>p { }</style> b", "a b"),
        ("before <script>never closed", "before"),
        ("tumours < 5 cm and > 3 cm", "tumours < 5 cm and > 3 cm"),
        ("p<0.05", "p<0.05"),
        ("one\r\n\r\n\r\ntwo   three", "one\n\ntwo three"),
        ("\u202eevil\u202c \x07bell", "evil bell"),
        ("Größe in µm – ± 5 %", "Größe in µm – ± 5 %"),
    ],
)
def test_texts_become_plain(written: str, shown: str) -> None:
    assert plain(written) == shown


@QUICKLY
@given(st.text(st.sampled_from("<>&;/!abscript \"'=#x3\n"), max_size=200))
def test_no_markup_is_left(text: str) -> None:
    shown = plain(text)
    assert "<script" not in shown.lower()
    assert plain(shown) == shown


@pytest.mark.parametrize("piece", ["<", "<a", "<script>", "&lt;", "<!--", "&amp;", "</", "<a href='"])
def test_long_texts_are_cut_before_they_can_take_long(piece: str) -> None:
    assert len(plain(piece * 1_000_000)) <= LONGEST_TEXT


@pytest.mark.parametrize(
    "address",
    ["https://x.org/a", "mailto:a@x.org", "urn:uuid:1", "http://x.org/%20", "HTTPS://X.org", "tel:+34"],
)
def test_addresses(address: str) -> None:
    assert is_address(address)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "https:",
        "javascript:a()",
        "data:text/html,x",
        "file:///etc/passwd",
        "https://x.org/ a",
        "https://x.org/<b>",
        "https://x.org/##",
        "https://" + "x" * 3000,
    ],
)
def test_no_addresses(text: str) -> None:
    assert not is_address(text)


def through_everything(document: bytes, media_type: str) -> str:
    """What comes of a foreign document; anything but our own errors fails the test."""
    try:
        graph = upgraded(read(document, media_type, base="https://x.org/")).graph
        found = list(records(graph, Dataset))
        documents = [write(triples(each.record)) for each in found]
        judged = conformance(graph)
    except DcatError as error:
        return str(error)
    titles = [
        again.record.title
        for document, each in zip(documents, found, strict=True)
        for again in records(read(document, TURTLE), Dataset)
        if again.record.id == each.record.id
    ]
    return f"read {len(titles)} {len(judged)}"


@QUICKLY
@given(st.binary(max_size=300), st.sampled_from([*FORMATS, "text/plain", "x/y"]))
def test_any_bytes(document: bytes, media_type: str) -> None:
    assert through_everything(document, media_type).startswith(
        ("read 0", "The document is no", "Descriptions come")
    )


@QUICKLY
@given(st.data(), st.sampled_from(list(FORMATS)))
def test_damaged_documents(data: st.DataObject, media_type: str) -> None:
    document = bytearray(write(triples(samples.whole()), media_type))
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(document) - 1))
        document[place : place + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=6))
    outcome = through_everything(bytes(document), media_type)
    assert outcome.startswith(("read", "The document", "This cannot be written"))
