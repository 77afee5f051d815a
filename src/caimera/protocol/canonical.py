"""Canonical JSON (RFC 8785): one text for one value, so that a signature means something."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NoReturn

import rfc8785

from caimera.protocol.errors import NotCanonical

_EXACT = 2**53
"""From here on, a JSON number (an IEEE 754 double) no longer tells every integer apart."""

_as_python_writes = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def dumps(value: Any) -> bytes:
    """The canonical UTF-8 text of a JSON value; raises NotCanonical if it has none (NaN, 2**60, a date)."""
    try:
        return _as_python_writes(value).encode() if _is_usual(value) else rfc8785.dumps(value)
    except (ValueError, RecursionError):
        raise NotCanonical(
            "This value has no canonical JSON; send text, numbers, lists and objects."
        ) from None


def _is_usual(value: Any) -> bool:
    """Whether Python's own encoder, five times as fast, writes this value as RFC 8785 does.

    It does but for keys outside ASCII (another order), whole or very large or small floats (another
    spelling), and what JSON cannot say.
    """
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if kind is int:
        return bool(-_EXACT < value < _EXACT)
    if kind is float:
        return 1e-4 <= abs(value) < 1e16 and not value.is_integer()
    if kind is dict:
        return all(type(key) is str and key.isascii() for key in value) and _are_usual(value.values())
    return (kind is list or kind is tuple) and _are_usual(value)


def _are_usual(values: Iterable[Any]) -> bool:
    """Most are text, which needs no call to be found usual."""
    return not any(type(value) is not str and not _is_usual(value) for value in values)


def loads(data: bytes) -> Any:
    """The value of a canonical text.

    Raises NotCanonical for anything that is not the one canonical text of its value: other spacing, order or
    spelling, keys given twice, deep nesting, numbers beyond a double, bytes that are no JSON at all.
    """
    value, text = _read(data, _Numbers())
    if text != data:
        raise NotCanonical("This JSON is not in its canonical form; write it as RFC 8785 says.")
    return value


def rewritten(data: bytes) -> bytes:
    """The canonical text of JSON that was written otherwise; raises NotCanonical as `dumps` does."""
    return _read(data, _Numbers(exact=True))[1]


def _read(data: bytes, numbers: _Numbers) -> tuple[Any, bytes]:
    """The value of JSON, and its canonical text."""
    try:
        value = json.loads(
            data.decode("utf-8"),
            parse_int=numbers.integer,
            parse_float=numbers.real,
            parse_constant=_refuse,
        )
        if numbers.are_usual and _sorts_alike(text := _as_python_writes(value)):
            return value, text.encode()
        return value, rfc8785.dumps(value)
    except (ValueError, RecursionError):
        raise NotCanonical("These bytes are not JSON in UTF-8; send canonical JSON (RFC 8785).") from None


class _Numbers:
    """Reads numbers, and remembers whether Python's encoder writes all of them as RFC 8785 does.

    `exact` refuses integers that a double cannot tell apart.
    """

    __slots__ = ("_exact", "are_usual")

    def __init__(self, *, exact: bool = False) -> None:
        self.are_usual = True
        self._exact = exact

    def integer(self, text: str) -> int | float:
        number = int(text)
        if -_EXACT < number < _EXACT:
            return number
        if self._exact:
            raise ValueError(text)
        self.are_usual = False
        return float(text)

    def real(self, text: str) -> int | float:
        """A whole number is written without a point, however it was spelled."""
        number = float(text)
        if number.is_integer() and abs(number) < _EXACT:
            return int(number)
        self.are_usual = self.are_usual and 1e-4 <= abs(number) < 1e16
        return number


def _sorts_alike(text: str) -> bool:
    """Whether keys stand in one order by characters, as Python sorts, and by units of UTF-16, as RFC 8785."""
    return text.isascii() or len(text.encode("utf-16-le")) == 2 * len(text)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)
