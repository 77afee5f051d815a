"""The question with one part left out, for every part there is."""

from __future__ import annotations

from collections import Counter

from hypothesis import given

from caimera.cohort import (
    Condition,
    Operator,
    Question,
    canonical,
    canonical_text,
    conditions,
    count_parts,
    parse,
    to_text,
    without_parts,
)
from caimera.cohort.parts import _rests
from caimera.cohort.question import children
from tests.cohort.strategies import questions


def _texts(text: str) -> dict[str, str]:
    return {path: to_text(rest) for path, rest in without_parts(canonical(parse(text)))}


def test_every_child_and_every_listed_value_is_a_part() -> None:
    assert _texts("modality in (CT, MR) and (sex = male or sex is missing)") == {
        "0": "sex = male or sex is missing",
        "0:0": "modality = MR and (sex = male or sex is missing)",
        "0:1": "modality = CT and (sex = male or sex is missing)",
        "1": "modality in (CT, MR)",
        "1.0": "modality in (CT, MR) and sex is missing",
        "1.1": "modality in (CT, MR) and sex = male",
    }


def test_parts_inside_not_and_groups_count() -> None:
    text = "ki67 > 20 and not some series (modality = CT and body_part in (chest, lung))"
    assert _texts(text) == {
        "0": "not some series (body_part in (chest, lung) and modality = CT)",
        "1": "ki67 > 20",
        "1.0.0.0": "ki67 > 20 and not some series (modality = CT)",
        "1.0.0.0:0": "ki67 > 20 and not some series (body_part = lung and modality = CT)",
        "1.0.0.0:1": "ki67 > 20 and not some series (body_part = chest and modality = CT)",
        "1.0.0.1": "ki67 > 20 and not some series (body_part in (chest, lung))",
    }


def test_a_denied_list_loses_its_values_one_by_one() -> None:
    assert _texts("not modality in (CT, MR)") == {"0:0": "not modality = MR", "0:1": "not modality = CT"}


def test_the_only_part_stays() -> None:
    for text in ("everything", "sex = male", "not sex = male", "some series (modality = CT)"):
        assert _texts(text) == {}


def test_the_caller_bounds_the_work() -> None:
    question = canonical(parse("modality in (CT, MR, PT) and sex = male"))
    assert without_parts(question, at_most=2) == without_parts(question)[:2]
    assert count_parts(question) == 5


@given(questions)
def test_each_lacks_exactly_one_part(question: Question) -> None:
    whole = canonical(question)
    said = _said(whole)
    lost = [said - _said(rest) for _, rest in _rests(whole, "")]
    assert len(lost) == count_parts(whole) == len(without_parts(whole))
    assert all(part and part <= said for part in lost)
    rows = [part for part in lost if part.total() == 1]
    # Whatever stands beside others in a row or a list is a part of its own.
    assert sum(rows, Counter()) == _beside_others(whole)


def _said(question: Question) -> Counter[tuple[str, Operator, object]]:
    """The comparisons of a question, a listed value each."""
    return Counter(
        (condition.variable, condition.operator, value)
        for _, condition in conditions(question)
        for value in (condition.value if isinstance(condition.value, tuple) else (condition.value,))
    )


def _beside_others(question: Question) -> Counter[tuple[str, Operator, object]]:
    inner = _said(question) if isinstance(question, Condition) and len(_values(question)) > 1 else Counter()
    row = children(question)
    for child in row:
        alone = _said(child).total() == 1
        inner += _said(child) if alone and len(row) > 1 else _beside_others(child)
    return inner


def _values(condition: Condition) -> tuple[object, ...]:
    return condition.value if isinstance(condition.value, tuple) else ()


@given(questions)
def test_every_rest_is_canonical_and_every_path_is_one_of_a_kind(question: Question) -> None:
    found = without_parts(canonical(question))
    assert all(canonical_text(rest) == to_text(rest) for _, rest in found)
    assert len({path for path, _ in found}) == len(found)
