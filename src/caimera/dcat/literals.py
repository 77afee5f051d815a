"""Values of properties to terms of a graph and back. What does not quite fit is read with a note."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Any, get_args

from pyoxigraph import BlankNode, Literal, NamedNode

from caimera.dcat.graph import Term
from caimera.dcat.guests import is_address, plain
from caimera.dcat.names import term
from caimera.dcat.parts import Moment, MomentKind, Text
from caimera.dcat.properties import Form

_XSD_STRING = term("xsd:string")
_NUMBER, _BOOLEAN, _DECIMAL = term("xsd:nonNegativeInteger"), term("xsd:boolean"), term("xsd:decimal")
_DURATION, _HEX = term("xsd:duration"), term("xsd:hexBinary")
_MOMENTS = {kind: term(f"xsd:{kind}") for kind in get_args(MomentKind)}
_KINDS = {iri: kind for kind, iri in _MOMENTS.items()}

_LANGUAGE = re.compile(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*")
_WHOLE = re.compile(r"\+?[0-9]{1,15}(\.0{1,15})?")
_FRACTION = re.compile(r"[+-]?([0-9]{1,15}(\.[0-9]{0,15})?|\.[0-9]{1,15})")
_PERIOD = re.compile(
    r"-?P(?=.)(\d{1,9}Y)?(\d{1,9}M)?(\d{1,9}D)?(T(?=.)(\d{1,9}H)?(\d{1,9}M)?(\d{1,9}(\.\d{1,9})?S)?)?"
)
_HEXADECIMAL = re.compile(r"([0-9A-Fa-f]{2}){1,128}")
_ZONE = r"(Z|[+-](0\d|1[0-3]):[0-5]\d|[+-]14:00)?"
_DAY = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_TIME = r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?"
_WRITTEN: Mapping[MomentKind, re.Pattern[str]] = MappingProxyType(
    {
        "date": re.compile(_DAY + _ZONE),
        "dateTime": re.compile(f"{_DAY}T{_TIME}{_ZONE}"),
        "gYear": re.compile(r"\d{4}" + _ZONE),
        "gYearMonth": re.compile(r"\d{4}-(0[1-9]|1[0-2])" + _ZONE),
    }
)


class Unfit(Exception):
    """A value that a property cannot have; its text says what was expected."""


class Reworded:
    """A value that was read although it was written otherwise, and how."""

    __slots__ = ("how", "value")

    def __init__(self, value: Any, how: str) -> None:
        self.value, self.how = value, how


def encode(form: Form, value: Any) -> Term:
    """The term that says a value of a form other than NODE."""
    return _ENCODE[form](value)


def decode(form: Form, value: Term) -> Any:
    """The value a term says, or that value `Reworded`; raises Unfit where it says none."""
    return _DECODE[form](value)


def _encode_text(text: Text) -> Literal:
    return Literal(text.value, language=text.language) if text.language else Literal(text.value)


def _encode_moment(moment: Moment) -> Literal:
    return Literal(moment.value, datatype=_MOMENTS[moment.kind])


def _literal(value: Term, expected: str) -> Literal:
    if not isinstance(value, Literal):
        raise Unfit(f"expected {expected}, found a reference")
    return value


def _decode_text(value: Term) -> Any:
    literal = _literal(value, "text")
    words = plain(literal.value)
    language = literal.language or ""
    if not words:
        raise Unfit("expected text, found none")
    if not (language == "" or _LANGUAGE.fullmatch(language)):
        raise Unfit(f"{language[:40]!r} is no language")
    text = Text(words, language.lower())
    return (
        text
        if words == literal.value
        else Reworded(text, "markup, control characters or blanks were taken out")
    )


def _decode_plain(value: Term) -> Any:
    if isinstance(value, NamedNode) and is_address(value.value):
        return Reworded(value.value, "was a reference and is read as text")
    text = _decode_text(value)
    return Reworded(text.value.value, text.how) if isinstance(text, Reworded) else text.value


def _decode_number(value: Term) -> Any:
    literal = _literal(value, "a whole number")
    if not _WHOLE.fullmatch(literal.value.strip()):
        raise Unfit(f"{literal.value[:40]!r} is no whole number of zero or more")
    number = int(literal.value.strip().partition(".")[0])
    return _as_typed(number, literal, _NUMBER)


def _decode_boolean(value: Term) -> Any:
    literal = _literal(value, "true or false")
    known = {"true": True, "1": True, "false": False, "0": False}
    if (word := literal.value.strip().lower()) not in known:
        raise Unfit(f"{literal.value[:40]!r} is neither true nor false")
    return _as_typed(known[word], literal, _BOOLEAN)


def _decode_decimal(value: Term) -> Any:
    literal = _literal(value, "a number")
    if not _FRACTION.fullmatch(literal.value.strip()):
        raise Unfit(f"{literal.value[:40]!r} is no number")
    return _as_typed(Decimal(literal.value.strip()), literal, _DECIMAL)


def _decode_duration(value: Term) -> Any:
    literal = _literal(value, "a duration")
    if not _PERIOD.fullmatch(literal.value):
        raise Unfit(f"{literal.value[:40]!r} is no duration such as PT1S or P1D")
    return _as_typed(literal.value, literal, _DURATION)


def _decode_hex(value: Term) -> Any:
    literal = _literal(value, "hexadecimal digits")
    if not _HEXADECIMAL.fullmatch(literal.value):
        raise Unfit(f"{literal.value[:40]!r} is not made of hexadecimal digits")
    return _as_typed(literal.value, literal, _HEX)


def _decode_moment(value: Term) -> Any:
    literal = _literal(value, "a date")
    written = literal.value.strip()
    found: list[MomentKind] = [kind for kind, pattern in _WRITTEN.items() if pattern.fullmatch(written)]
    if not found:
        raise Unfit(f"{written[:40]!r} is no date, time, month or year")
    return _as_typed(Moment(written, found[0]), literal, _MOMENTS[found[0]])


def _decode_iri(value: Term) -> Any:
    if isinstance(value, BlankNode):
        raise Unfit("expected an address, found something without one")
    if not is_address(value.value):
        raise Unfit(f"{value.value[:80]!r} is no address that may be followed")
    return (
        value.value
        if isinstance(value, NamedNode)
        else Reworded(value.value, "was text and is read as an address")
    )


def _as_typed(value: Any, literal: Literal, datatype: NamedNode) -> Any:
    if literal.datatype == datatype:
        return value
    return Reworded(value, f"was written as {literal.datatype.value.rpartition('#')[2]}")


_ENCODE: Mapping[Form, Callable[[Any], Term]] = MappingProxyType(
    {
        Form.TEXT: _encode_text,
        Form.PLAIN: Literal,
        Form.NUMBER: lambda value: Literal(str(value), datatype=_NUMBER),
        Form.BOOLEAN: lambda value: Literal("true" if value else "false", datatype=_BOOLEAN),
        Form.DECIMAL: lambda value: Literal(format(value, "f"), datatype=_DECIMAL),
        Form.DURATION: lambda value: Literal(value, datatype=_DURATION),
        Form.MOMENT: _encode_moment,
        Form.HEX: lambda value: Literal(value, datatype=_HEX),
        Form.IRI: lru_cache(100_000)(NamedNode),
    }
)
_DECODE: Mapping[Form, Callable[[Term], Any]] = MappingProxyType(
    {
        Form.TEXT: _decode_text,
        Form.PLAIN: _decode_plain,
        Form.NUMBER: _decode_number,
        Form.BOOLEAN: _decode_boolean,
        Form.DECIMAL: _decode_decimal,
        Form.DURATION: _decode_duration,
        Form.MOMENT: _decode_moment,
        Form.HEX: _decode_hex,
        Form.IRI: _decode_iri,
    }
)
