"""Canonical JSON (RFC 8785): one text for one value, so that a signature means something."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, NoReturn

import orjson
import rfc8785

from caimera.protocol.errors import NotCanonical

_EXACT = 2**53
"""From here on, a JSON number (an IEEE 754 double) no longer tells every integer apart."""

_MOST_DEEP = 200
"""Levels of nesting that are read and written the fast way."""


def dumps(value: Any) -> bytes:
    """The canonical UTF-8 text of a JSON value; raises NotCanonical if it has none (NaN, 2**60, a date)."""
    try:
        if _is_usual(value):
            with suppress(orjson.JSONEncodeError):  # keys that are more than text
                return _written(value)
        return rfc8785.dumps(value)
    except (ValueError, RecursionError):
        raise NotCanonical(
            "This value has no canonical JSON; send text, numbers, lists and objects."
        ) from None


def loads(data: bytes) -> Any:
    """The value of a canonical text.

    Raises NotCanonical for anything that is not the one canonical text of its value: other spacing, order or
    spelling, keys given twice, deep nesting, numbers beyond a double, bytes that are no JSON at all.
    """
    with suppress(orjson.JSONDecodeError):
        value = orjson.loads(data)
        if _is_usual(value) and _written(value) == data:
            return value
    value, text = _read(data, _Numbers())
    if text != data:
        raise NotCanonical("This JSON is not in its canonical form; write it as RFC 8785 says.")
    return value


def rewritten(data: bytes) -> bytes:
    """The canonical text of JSON that was written otherwise; raises NotCanonical as `dumps` does."""
    with suppress(orjson.JSONDecodeError):
        value = orjson.loads(data)
        if _is_usual(value):
            return _written(value)
    return _read(data, _Numbers(exact=True))[1]


def _written(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _is_usual(value: Any) -> bool:
    """Whether orjson, which takes a thirtieth of the time, writes this value as RFC 8785 does.

    It does but for keys outside ASCII (another order), whole or very large or small floats (another
    spelling), and what JSON cannot say.
    """
    return _are_usual((value,), 0)


def _are_usual(values: Iterable[Any], deep: int) -> bool:
    for value in values:
        kind = type(value)
        if kind is str or value is None or kind is bool:
            continue
        if kind is int:
            usual = -_EXACT < value < _EXACT
        elif kind is float:
            usual = 1e-4 <= abs(value) < 1e16 and not value.is_integer()
        elif kind is dict:
            usual = deep < _MOST_DEEP and _are_plain(value) and _are_usual(value.values(), deep + 1)
        else:
            usual = (kind is list or kind is tuple) and deep < _MOST_DEEP and _are_usual(value, deep + 1)
        if not usual:
            return False
    return True


def _are_plain(keys: Iterable[Any]) -> bool:
    try:
        return "".join(keys).isascii()
    except TypeError:
        return False


def _read(data: bytes, numbers: _Numbers) -> tuple[Any, bytes]:
    """The value of JSON that is unusual, or none at all, and its canonical text."""
    try:
        value = json.loads(
            data.decode("utf-8"),
            parse_int=numbers.integer,
            parse_float=numbers.real,
            parse_constant=_refuse,
        )
        return value, rfc8785.dumps(value)
    except (ValueError, RecursionError):
        raise NotCanonical("These bytes are not JSON in UTF-8; send canonical JSON (RFC 8785).") from None


class _Numbers:
    """Reads numbers as doubles; `exact` refuses integers that a double cannot tell apart."""

    __slots__ = ("_exact",)

    def __init__(self, *, exact: bool = False) -> None:
        self._exact = exact

    def integer(self, text: str) -> int | float:
        number = int(text)
        if -_EXACT < number < _EXACT:
            return number
        if self._exact:
            raise ValueError(text)
        return float(text)

    def real(self, text: str) -> int | float:
        """A whole number is written without a point, however it was spelled."""
        number = float(text)
        return int(number) if number.is_integer() and abs(number) < _EXACT else number


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)
