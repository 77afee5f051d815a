"""Reads the data files of this room and refuses data that contradict themselves."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from caimera.vocabulary.errors import BrokenVocabulary
from caimera.vocabulary.model import Coding, Group, Kind, Level, Operator, Value, Variable, Vocabulary

COLUMNS = ("name", "label", "codes", "synonyms", "parent", "help")
_SEPARATOR = " | "


def load(folder: Traversable | None = None) -> Vocabulary:
    """The vocabulary in `folder` (this room's own by default). Raises BrokenVocabulary."""
    folder = folder or files("caimera.vocabulary").joinpath("data")
    document = json.loads(folder.joinpath("variables.json").read_text(encoding="utf-8"))
    vocabulary = Vocabulary(
        version=document["version"],
        groups=tuple(Group(**group) for group in document["groups"]),
        variables=tuple(_variable(entry, folder) for entry in document["variables"]),
        missing=_value(document["missing"]),
    )
    _check(vocabulary)
    return vocabulary


def _variable(entry: Mapping[str, Any], folder: Traversable) -> Variable:
    kind = Kind(entry["kind"])
    return Variable(
        **{
            **entry,
            "kind": kind,
            "level": Level(entry["level"]),
            "operators": tuple(Operator(operator) for operator in entry["operators"]),
            "codes": _codes(entry["codes"]),
            "values": tuple(_values(entry["name"], folder)) if kind is Kind.CODED else (),
        }
    )


def _values(variable: str, folder: Traversable) -> Iterator[Value]:
    text = folder.joinpath("values", f"{variable}.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), strict=True)
    if tuple(rows.fieldnames or ()) != COLUMNS:
        raise BrokenVocabulary(f"values/{variable}.csv must have the columns {', '.join(COLUMNS)}.")
    return map(_value, list(rows))


def _value(row: Mapping[str, str]) -> Value:
    codes = _codes(row["codes"])
    if not codes:
        raise BrokenVocabulary(
            f"The value {row['name']} has no code. Give it one; CAIMERA is the local system."
        )
    return Value(
        name=row["name"],
        label=row["label"],
        codes=codes,
        synonyms=tuple(filter(None, row["synonyms"].split(_SEPARATOR))),
        parent=row["parent"] or None,
        help=row["help"],
    )


def _codes(text: str) -> tuple[Coding, ...]:
    """`SCT:39607008 Lung structure | DCMBPE:LUNG` as codings."""
    return tuple(map(_coding, filter(None, text.split(_SEPARATOR))))


def _coding(text: str) -> Coding:
    curie, _, label = text.partition(" ")
    system, colon, code = curie.partition(":")
    if not (system and colon and code):
        raise BrokenVocabulary(f"“{text}” is not a code. Write SYSTEM:code, then its label after a blank.")
    return Coding(system, code, label)


def _check(vocabulary: Vocabulary) -> None:
    groups = {group.name for group in vocabulary.groups}
    for variable in vocabulary.variables:
        if variable.group not in groups:
            raise BrokenVocabulary(f"{variable.name} is in the group {variable.group}, which is not listed.")
        if variable.banded and not variable.whole:
            raise BrokenVocabulary(
                f"{variable.name} is banded; only whole numbers fall into bands without gaps."
            )
        for value in variable.values:
            _check_parents(variable, value)


def _check_parents(variable: Variable, value: Value) -> None:
    by_name = {other.name: other for other in variable.values}
    seen = {value.name}
    while value.parent is not None:
        if value.parent not in by_name or value.parent in seen:
            raise BrokenVocabulary(
                f"{variable.name}: the parent of {value.name} is unknown or its own child."
            )
        value = by_name[value.parent]
        seen.add(value.name)
