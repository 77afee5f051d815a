"""The codes other systems write, as the model writes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from caimera.cdm.places import CODE, Place, places_in
from caimera.vocabulary import VOCABULARY, Kind, UnknownValue, UnknownVariable


def in_the_models_codes(tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """The same tables with every code the vocabulary knows in the spelling the model wants.

    `COM1001366`, `EUCAIM:COM1001366` and `male` all become `SCT:248153007`. What the vocabulary does not know
    stays as it is, for `check` to find.
    """
    return {name: _recoded(name, data) for name, data in tables.items()}


def _recoded(name: str, data: pa.Table) -> pa.Table:
    places = places_in(name)
    if any(place.code for place in places) and CODE in data.column_names:
        data = _replaced(data, CODE, _translated(data[CODE], _code_of_rows))
    for place in places:
        variable = VOCABULARY.variable(place.variable)
        if variable.kind is Kind.CODED and place.column in data.column_names:
            data = _replaced(data, place.column, _values_of(place, data))
    return data


def _values_of(place: Place, data: pa.Table) -> Any:
    values = data[place.column]
    translated = _translated(values, lambda word: _value(place.variable, word))
    if not place.code:
        return translated
    return pc.if_else(pc.fill_null(pc.equal(data[CODE], place.code), False), translated, values)


def _translated(column: Any, translate: Callable[[str], str]) -> Any:
    encoded = column.combine_chunks().dictionary_encode()
    words = pa.array([translate(word) for word in encoded.dictionary.to_pylist()], pa.string())
    return words.take(encoded.indices)


def _value(variable: str, word: str) -> str:
    try:
        return VOCABULARY.variable(variable).value(word).code
    except UnknownValue:
        return word


def _code_of_rows(word: str) -> str:
    try:
        return VOCABULARY.variable(word).cdm_code or word
    except UnknownVariable:
        return word


def _replaced(data: pa.Table, name: str, values: Any) -> pa.Table:
    return data.set_column(data.column_names.index(name), name, values)


def spellings(variable: str, *names: str) -> tuple[str, ...]:
    """Every way the values of these names are written, for a database to look for them."""
    values = [VOCABULARY.variable(variable).value(name) for name in names]
    return tuple(sorted({spelling for value in values for spelling in value.spellings()}))
