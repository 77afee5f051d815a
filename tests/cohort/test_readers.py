"""Whatever is sent to a reader of questions, it reads it or refuses it with reasons, and soon."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caimera.cohort import (
    MAX_BYTES,
    Condition,
    Dialect,
    Operator,
    Question,
    QuestionError,
    canonical,
    from_json,
    from_lens,
    in_words,
    parse,
    to_json,
    to_lens,
    to_text,
)
from caimera.cohort.errors import MAX_PROBLEMS
from tests.cohort.strategies import written_questions

_WORDS = st.sampled_from(
    (
        *("and", "or", "not", "variable", "operator", "value", "series", "of", "study", "min", "max"),
        *("operand", "children", "key", "type", "system", "ast", "lang", "query", "payload", "id"),
        *("AND", "OR", "NOT", "XOR", "SOME_SERIES", "EQUALS", "IN", "BETWEEN", "CONTAINS", "MISSING"),
        *("sex", "male", "psa", "SNOMEDCT263495000", "SNOMEDCT261665006", "IMG1005459", "descendants"),
        *("\ud800", "\x00", "", "9" * 400),
    )
)
_LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=10**400, max_value=10**401),
    st.floats(),
    _WORDS,
    st.text(st.characters(), max_size=20),
)
_JSON = st.recursive(
    _LEAVES,
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(_WORDS | st.text(max_size=5), inner, max_size=6)
    ),
    max_leaves=25,
)
_KEYWORDS = st.sampled_from(
    (
        *("and", "or", "not", "(", ")", "in", "between", "is", "missing", "recorded", "some", "series", "of"),
        *("the", "study", "with", "descendants", "contains", "=", "!=", "<", ">=", "*", ",", "sex", "male"),
        *("psa", "4", "-1", "1e9", '"', "'", "\\", "topography", "C50", "\ud800", "\x00", "“"),
    )
)


def _reads_or_refuses(reader: Callable[[Any], Question], document: object) -> None:
    try:
        question = reader(document)
    except QuestionError as refusal:
        _explains(refusal)
        return
    form = canonical(question)
    assert canonical(from_json(to_json(form))) == form
    assert parse(to_text(form)) == form
    assert in_words(question).endswith(".")


def _explains(refusal: QuestionError) -> None:
    assert 0 < len(refusal.problems) <= MAX_PROBLEMS + 1
    for problem in refusal.problems:
        assert problem.message
        # Every answer must be able to carry what is said, and nobody reads a page of it.
        assert len(str(problem).encode()) < 4_000


@settings(max_examples=300)
@given(_JSON)
def test_any_json(document: object) -> None:
    for reader in (from_json, from_lens):
        _reads_or_refuses(reader, document)


@given(st.binary(max_size=300))
def test_any_bytes(noise: bytes) -> None:
    text = noise.decode("latin-1")
    wrapped = base64.b64encode(noise).decode()
    for document in (text, wrapped, {"lang": "ast", "payload": wrapped}, {"lang": "ast", "query": text}):
        _reads_or_refuses(from_lens, document)
    _reads_or_refuses(parse, text)


@given(st.lists(_KEYWORDS, max_size=40), st.sampled_from(("", " ", "\n")))
def test_any_words(words: list[str], between: str) -> None:
    _reads_or_refuses(parse, between.join(words))


@settings(max_examples=200)
@given(written_questions, st.data())
def test_valid_documents_with_something_changed(question: Question, data: st.DataObject) -> None:
    documents = ((from_json, to_json(question)), (from_lens, to_lens(question, Dialect.BARE)))
    for reader, document in documents:
        _reads_or_refuses(reader, _changed(json.loads(json.dumps(document)), data))


@given(written_questions, st.data())
def test_valid_text_with_something_changed(question: Question, data: st.DataObject) -> None:
    text = to_text(question)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 8)))
    _reads_or_refuses(parse, text[:start] + data.draw(_KEYWORDS) + text[end:])


def _changed(document: Any, data: st.DataObject) -> Any:
    """The document with one part, at any depth, made anything else, or taken away."""
    if isinstance(document, dict | list) and document and data.draw(st.integers(0, 3)):
        keys = list(document) if isinstance(document, dict) else list(range(len(document)))
        key = data.draw(st.sampled_from(keys))
        if data.draw(st.integers(0, 5)):
            document[key] = _changed(document[key], data)
        else:
            del document[key]
        return document
    return data.draw(_JSON)


_LONG = MAX_BYTES * 4

TOO_MUCH: dict[str, tuple[Callable[[Any], Question], object]] = {
    "long text": (parse, "sex = male and " * (_LONG // 15)),
    "long word": (parse, "x" * _LONG),
    "brackets": (parse, "(" * 200_000),
    "negations": (parse, "not " * 60_000 + "sex = male"),
    "many conditions": (parse, " or ".join(f"psa > {number}" for number in range(1_001))),
    "many problems": (parse, " or ".join(["sex = x"] * 5_000)),
    "open quote": (parse, '"' + "\\\\" * 100_000),
    "a JSON list for a question": (from_json, [[]] * 100_000),
    "many conditions in JSON": (from_json, {"or": [to_json(parse("sex = male"))] * 1_001}),
    "many problems in JSON": (from_json, {"or": [{"variable": "sex"}] * 100_000}),
    "long name in JSON": (from_json, {"variable": "x" * _LONG, "operator": "EQUALS", "value": 1}),
    "long member in JSON": (from_json, {"variable": "sex", "operator": "EQUALS", "x" * _LONG: 1}),
    "long list in JSON": (from_json, {"variable": "psa", "operator": "IN", "value": [1.0] * 100_000}),
    "huge number in JSON": (from_json, {"variable": "psa", "operator": "EQUALS", "value": 10**5_000}),
    "NaN in JSON": (from_json, {"variable": "psa", "operator": "EQUALS", "value": float("nan")}),
    "base64 in base64": (from_lens, base64.b64encode(base64.b64encode(b"A" * _LONG)).decode()),
    "deep Lens": (from_lens, '{"operand":"AND","children":[' * 9_000),
    "many operations": (
        from_lens,
        {"operand": "AND", "children": [{"operand": "AND", "children": []}] * 20_000},
    ),
    "many problems in Lens": (from_lens, {"operand": "OR", "children": [{"key": "sex"}] * 100_000}),
}


@pytest.mark.parametrize("case", TOO_MUCH)
def test_too_much_is_refused(case: str) -> None:
    reader, document = TOO_MUCH[case]
    with pytest.raises(QuestionError) as refusal:
        reader(document)
    assert len(str(refusal.value).encode()) < 100_000


def test_nesting_deeper_than_python_goes() -> None:
    ours: dict[str, Any] = to_json(parse("sex = male"))
    lens: dict[str, Any] = to_lens(parse("sex = male"), Dialect.BARE)["ast"]
    for _ in range(20_000):
        ours, lens = {"not": ours}, {"operand": "NOT", "children": [lens]}
    for reader, document in ((from_json, ours), (from_lens, lens)):
        with pytest.raises(QuestionError, match="nested deeper"):
            reader(document)
        # Taken apart from the outside: freeing so deep a nest at once may exhaust the stack.
        while isinstance(document, dict) and (document.get("not") or document.get("operand")):
            document = document.pop("not", None) or document.pop("children")[0]


def test_lists_that_are_joined_stay_readable() -> None:
    lists = [
        Condition("psa", Operator.IN, tuple(map(float, range(start, start + 900)))) for start in (0, 900)
    ]
    form = canonical(from_json({"or": [to_json(one) for one in lists]}))
    assert form == Condition("psa", Operator.IN, tuple(map(float, range(1_800))))
    assert from_json(to_json(form)) == form == parse(to_text(form))
