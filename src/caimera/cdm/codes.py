"""The codes other systems write, as the model writes them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from caimera.cdm.places import CODE, Place, places_in
from caimera.vocabulary import VOCABULARY, Kind, fold


def in_the_models_codes(tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """The same tables with every code the vocabulary knows in the spelling the model wants.

    `COM1001366`, `EUCAIM:COM1001366` and `male` all become `SCT:248153007`. What the vocabulary does not know
    stays as it is, for `check` to find.
    """
    return {name: _recoded(name, data) for name, data in tables.items()}


def _recoded(name: str, data: pa.Table) -> pa.Table:
    places = places_in(name)
    if any(place.code for place in places) and CODE in data.column_names:
        data = _replaced(data, CODE, _translated(data[CODE], _row_codes()))
    for place in places:
        variable = VOCABULARY.variable(place.variable)
        if variable.kind is Kind.CODED and place.column in data.column_names:
            data = _replaced(data, place.column, _values_of(place, data))
    return data


def _values_of(place: Place, data: pa.Table) -> Any:
    values = data[place.column]
    translated = _translated(values, _values(place.variable))
    if not place.code:
        return translated
    return pc.if_else(pc.fill_null(pc.equal(data[CODE], place.code), False), translated, values)


def _translated(column: Any, known: Mapping[str, str]) -> Any:
    encoded = column.combine_chunks().dictionary_encode()
    words = pa.array([known.get(fold(word), word) for word in encoded.dictionary.to_pylist()], pa.string())
    return words.take(encoded.indices)


@cache
def _values(variable: str) -> Mapping[str, str]:
    values = VOCABULARY.variable(variable).values
    return {fold(spelling): value.code for value in values for spelling in value.spellings()}


@cache
def _row_codes() -> Mapping[str, str]:
    """Every spelling of a code that says which variable a row speaks of."""
    spelled = {fold(each): v.cdm_code for v in VOCABULARY.variables if v.cdm_code for each in v.spellings()}
    return MappingProxyType(spelled)


def _replaced(data: pa.Table, name: str, values: Any) -> pa.Table:
    return data.set_column(data.column_names.index(name), name, values)


def spellings(variable: str, *names: str) -> tuple[str, ...]:
    """Every way the values of these names are written, for a database to look for them."""
    values = [VOCABULARY.variable(variable).value(name) for name in names]
    return tuple(sorted({spelling for value in values for spelling in value.spellings()}))
