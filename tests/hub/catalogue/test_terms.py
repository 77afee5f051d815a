"""What terms of several datasets mean together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from caimera.dcat import listed
from caimera.hub.catalogue import terms
from caimera.hub.catalogue.terms import Bound, Caution, Use, together


def bound(name: str, *codes: str, conditions: Sequence[str] = ()) -> Bound[str]:
    return Bound.of(name, {"terms": list(codes), "condition": list(conditions)})


def said(cautions: Sequence[Caution[str]]) -> dict[str, tuple[str, ...]]:
    return {str(one.sentence): one.datasets for one in cautions}


def test_every_term_of_the_list_has_a_sentence_or_limits_nothing() -> None:
    told = {*terms._LIMITS, *terms._DUTIES}
    free = {each.label for each in listed("data_use") if each.code not in told}
    assert free == {"General research use", "No restriction", "Clinical care use"}


def test_nothing_is_said_of_datasets_without_limits() -> None:
    found = together([bound("a", "DUO_0000042"), bound("b", "DUO_0000004", "CC-BY-4.0")], list(Use))
    assert (found.conflicts, found.limits, found.duties, found.silent) == ([], [], [], [])


def test_limits_and_duties_name_the_datasets_that_have_them() -> None:
    found = together([bound("a", "DUO_0000046"), bound("b", "DUO_0000021"), bound("c", "DUO_0000046")])
    (limit,), (duty,) = found.limits, found.duties
    assert limit.datasets == ("a", "c")
    assert "non-commercial" in str(limit.sentence)
    assert duty.datasets == ("b",)
    assert "ethics committee" in str(duty.sentence)
    assert found.conflicts == []


def test_a_record_that_says_nothing_is_no_permission() -> None:
    assert together([bound("a"), bound("b", "DUO_0000042")]).silent == ["a"]


def test_licences_are_read_by_their_letters() -> None:
    found = together([bound("a", "CC-BY-NC-SA-4.0"), bound("b", "CC-BY-ND-4.0"), bound("c", "CC0-1.0")])
    assert [one.datasets for one in found.limits] == [("a",), ("b",), ("a",)]


@pytest.mark.parametrize(
    ("use", "code", "forbidden"),
    [
        (Use.COMMERCIAL, "DUO_0000046", True),
        (Use.COMMERCIAL, "DUO_0000018", True),
        (Use.COMMERCIAL, "DUO_0000045", True),
        (Use.COMMERCIAL, "CC-BY-NC-3.0", True),
        (Use.COMMERCIAL, "CC-BY-4.0", False),
        (Use.COMMERCIAL, "DUO_0000042", False),
        (Use.METHODS, "DUO_0000015", True),
        (Use.METHODS, "DUO_0000007", True),
        (Use.METHODS, "DUO_0000006", False),
        (Use.ANCESTRY, "DUO_0000044", True),
        (Use.ANCESTRY, "DUO_0000006", True),
        (Use.ANCESTRY, "DUO_0000011", False),
        (Use.DERIVE, "CC-BY-ND-4.0", True),
        (Use.DERIVE, "CC-BY-NC-4.0", False),
    ],
)
def test_what_somebody_means_to_do_is_held_against_each_term(use: Use, code: str, *, forbidden: bool) -> None:
    found = together([bound("a", code), bound("free", "DUO_0000004")], [use])
    assert [one.datasets for one in found.conflicts] == ([("a",)] if forbidden else [])
    assert together([bound("a", code)]).conflicts == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("DUO_0000011", "DUO_0000044"),
        ("DUO_0000011", "DUO_0000006"),
        ("DUO_0000016", "DUO_0000007"),
        ("DUO_0000019", "DUO_0000024"),
    ],
)
def test_terms_that_cannot_go_together_are_told_with_both_datasets(one: str, other: str) -> None:
    (caution,) = together([bound("a", one), bound("b", other), bound("c", "DUO_0000042")]).conflicts
    assert set(caution.datasets) == {"a", "b"}


def test_terms_of_one_dataset_alone_conflict_with_no_other() -> None:
    assert together([bound("a", "DUO_0000019", "DUO_0000024")]).conflicts == []


def disease(name: str, *conditions: str) -> Bound[Any]:
    return bound(name, "DUO_0000007", conditions=conditions)


@pytest.mark.parametrize(
    ("datasets", "apart"),
    [
        ([("breast_cancer",), ("lung_cancer",)], True),
        ([("breast_cancer",), ("breast_cancer",)], False),
        # A kind of the other's disease: research on it fits both.
        ([("breast_cancer",), ("breast_ductal_carcinoma",)], False),
        ([("breast_lobular_carcinoma",), ("breast_ductal_carcinoma",)], True),
        ([("breast_cancer", "lung_cancer"), ("lung_cancer",)], False),
        ([("https://example.org/x",), ("https://example.org/x",)], False),
        ([("https://example.org/x",), ("lung_cancer",)], True),
        # What a record does not say cannot be held against it.
        ([("breast_cancer",), ()], False),
    ],
)
def test_diseases_conflict_where_none_is_in_all(datasets: list[tuple[str, ...]], *, apart: bool) -> None:
    found = together([disease(str(number), *conditions) for number, conditions in enumerate(datasets)])
    assert [one.datasets for one in found.conflicts] == ([("0", "1")] if apart else [])
