"""Data that contradict themselves are refused when they are loaded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from caimera.vocabulary import VOCABULARY, BrokenVocabulary, Operator, load

HEAD = "name,label,codes,synonyms,parent,help"

VARIABLE = {
    "name": "grade",
    "label": "grade",
    "help": "How it looks.",
    "group": "clinical",
    "level": "patient",
    "kind": "coded",
    "operators": ["EQUALS", "MISSING"],
    "cdm": "condition.grade",
    "codes": "EUCAIM:CLIN1 Grade",
}
MISSING = {
    "name": "missing",
    "label": "not recorded",
    "codes": "X:0",
    "synonyms": "",
    "parent": "",
    "help": "",
}


def _folder(path: Path, *rows: str, head: str = HEAD, **changes: object) -> Path:
    document = {
        "version": "1",
        "groups": [{"name": "clinical", "label": "clinical"}],
        "variables": [{**VARIABLE, **changes}],
        "missing": MISSING,
    }
    (path / "values").mkdir()
    (path / "variables.json").write_text(json.dumps(document), encoding="utf-8")
    (path / "values" / "grade.csv").write_text("\n".join((head, *rows)), encoding="utf-8")
    return path


def test_the_room_s_own_data() -> None:
    assert load() == VOCABULARY


def test_a_vocabulary_from_a_folder(tmp_path: Path) -> None:
    rows = ("high,high,X:1 High grade | Y:2,bad | worse,,", 'low,low,X:3,,high,"Better, mostly."')
    (variable,) = load(_folder(tmp_path, *rows)).variables
    high, low = variable.values
    assert [(coding.curie, coding.label) for coding in high.codes] == [("X:1", "High grade"), ("Y:2", "")]
    assert high.synonyms == ("bad", "worse")
    assert (low.parent, low.help) == ("high", "Better, mostly.")
    assert variable.operators == (Operator.EQUALS, Operator.MISSING)


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (("a,a,X:1,,,", "b,A,X:2,,,"), "Two values of grade share “A”: a and b."),
        (("a,a,X:1,,,", "b,b,X:2,A,,"), "share “A”"),
        (("a,a,X:1,,,", "b,b,X:1,,,"), "share “X:1”"),
        (("a,a,X:1,,,", "b,b,Y:1,,,"), "share “1”"),
        (("a,a,,,,",), "The value a has no code."),
        (("a,a,12,,,",), "“12” is not a code. Write SYSTEM:code"),
        (("a,a,X:1,,b,",), "the parent of a is unknown"),
        (("a,a,X:1,,b,", "b,b,X:2,,a,"), "or its own child"),
    ],
)
def test_contradictions_are_refused(tmp_path: Path, rows: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(BrokenVocabulary) as refusal:
        load(_folder(tmp_path, *rows))
    assert sentence in str(refusal.value)


def test_wrong_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokenVocabulary, match="must have the columns name, label"):
        load(_folder(tmp_path, "a,X:1", head="name,codes"))


def test_an_unlisted_group_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokenVocabulary, match="in the group genes, which is not listed"):
        load(_folder(tmp_path, "a,a,X:1,,,", group="genes"))


def test_bands_of_numbers_with_fractions_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokenVocabulary, match="only whole numbers fall into bands without gaps"):
        load(_folder(tmp_path, kind="number", banded=True))
