"""From what was written to vocabulary names: both forms of a question read their words here."""

from __future__ import annotations

import dataclasses
import difflib
import sys

from caimera.cohort.errors import Misreading, shown
from caimera.cohort.question import MAX_BYTES, Condition, Not, Or, Question, Range
from caimera.vocabulary import VOCABULARY, Kind, Operator, UnknownValue, UnknownWord, Variable

_LONGEST_LIST = MAX_BYTES // 3
"""Values that could ever fit into a question, with a comma and a blank each."""


def read_variable(word: str) -> Variable:
    """The variable `word` names. Raises Misreading."""
    try:
        return VOCABULARY.variable(word)
    except UnknownWord as error:
        names = ", ".join(variable.name for variable in VOCABULARY.variables)
        raise Misreading(
            f"{shown(word)} is not a variable that can be searched.",
            error.hint or f"Use one of {names}.",
            "variable",
        ) from None


def read_operator(word: str) -> Operator:
    """The operator `word` names, whatever its case. Raises Misreading."""
    name = word.upper()
    if name in Operator.__members__:
        return Operator[name]
    close = difflib.get_close_matches(name, Operator.__members__, n=1)
    fix = f"Did you mean {close[0]}?" if close else f"Use one of {', '.join(Operator.__members__)}."
    raise Misreading(f"{shown(word)} is not an operator.", fix, "operator")


def read_condition(
    variable: Variable, operator: Operator, raw: object, *, descendants: bool = False
) -> Question:
    """The condition as a question: a Condition, or what “unknown” among its values turns it into.

    `raw` is a word, number, truth value, list of these, pair of ends, or None. Raises Misreading.
    """
    found = _read(variable, operator, raw)
    if not descendants:
        return found
    if variable.kind is not Kind.CODED or operator not in (Operator.EQUALS, Operator.IN):
        fix = "Use it with = or in, and put not before the condition to exclude."
        raise Misreading(f"{variable.name} takes no descendants here.", fix, "descendants")
    return _with_descendants(found)


def _with_descendants(found: Question) -> Question:
    match found:
        case Condition(_, Operator.EQUALS | Operator.IN):
            return dataclasses.replace(found, descendants=True)
        case Or(parts):
            return Or(tuple(map(_with_descendants, parts)))
        case _:
            return found


def _read(variable: Variable, operator: Operator, raw: object) -> Question:
    if operator is Operator.EQUALS and isinstance(raw, list):
        operator = Operator.IN
    if operator not in variable.operators:
        allowed = ", ".join(variable.operators)
        fix = f"Use one of {allowed}."
        raise Misreading(f"{variable.name} cannot be compared with {operator}.", fix, "operator")
    match operator:
        case Operator.MISSING:
            return _missing(variable, raw)
        case Operator.BETWEEN:
            return Condition(variable.name, operator, _range(variable, raw))
        case Operator.LOWER_THAN | Operator.GREATER_THAN:
            return Condition(variable.name, operator, _number(variable, raw))
        case Operator.CONTAINS:
            return Condition(variable.name, Operator.IN, _containing(variable, raw))
        case Operator.IN:
            return _in(variable, raw)
        case Operator.EQUALS | Operator.NOT_EQUALS:
            return _equals(variable, operator, raw)


def _missing(variable: Variable, raw: object) -> Condition:
    if raw is not None:
        raise Misreading("MISSING takes no value.", "Take the value away.")
    return Condition(variable.name, Operator.MISSING)


def _equals(variable: Variable, operator: Operator, raw: object) -> Question:
    if not _means_missing(variable, raw):
        return Condition(variable.name, operator, _scalar(variable, raw))
    missing = Condition(variable.name, Operator.MISSING)
    return missing if operator is Operator.EQUALS else Not(missing)


def _in(variable: Variable, raw: object) -> Question:
    if not isinstance(raw, list) or not raw:
        raise Misreading("IN needs a list of at least one value.", f"Write for example {_example(variable)}.")
    if len(raw) > _LONGEST_LIST:
        raise Misreading(f"The list has more than {_LONGEST_LIST:,} values.", "Shorten it.")
    recorded = [word for word in raw if not _means_missing(variable, word)]
    missing = Condition(variable.name, Operator.MISSING)
    if not recorded:
        return missing
    values = tuple(dict.fromkeys(_listed(variable, word) for word in recorded))
    listed = Condition(variable.name, Operator.IN, values)
    return listed if len(recorded) == len(raw) else Or((listed, missing))


def _containing(variable: Variable, raw: object) -> tuple[str, ...]:
    if not isinstance(raw, str):
        raise Misreading("CONTAINS needs a piece of text.", f"Write for example {_example(variable)}.")
    found = tuple(value.name for value in variable.containing(raw))
    if not found:
        fix = "Look for a shorter piece, or a synonym."
        raise Misreading(f"No value of {variable.name} is called anything with {shown(raw)}.", fix)
    return found


def _listed(variable: Variable, raw: object) -> str | float:
    return _number(variable, raw) if variable.kind is Kind.NUMBER else _name(variable, raw)


def _scalar(variable: Variable, raw: object) -> str | bool | float:
    match variable.kind:
        case Kind.NUMBER:
            return _number(variable, raw)
        case Kind.BOOLEAN:
            return _truth(variable, raw)
        case Kind.CODED:
            return _name(variable, raw)


def _name(variable: Variable, raw: object) -> str:
    if not isinstance(raw, str):
        raise Misreading(
            f"{variable.name} takes the name of a value.", f"Write for example {_example(variable)}."
        )
    try:
        return variable.value(raw).name
    except UnknownValue as error:
        fix = error.hint or f"Write for example {_example(variable)}."
        raise Misreading(f"{shown(raw)} is not a value of {variable.name}.", fix) from None


def _truth(variable: Variable, raw: object) -> bool:
    words = {"true": True, "yes": True, "false": False, "no": False}
    found = words.get(raw.lower()) if isinstance(raw, str) else raw
    if not isinstance(found, bool):
        raise Misreading(f"{variable.name} is true or false.", "Write true or false.")
    return found


def _number(variable: Variable, raw: object) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise Misreading(f"{variable.name} takes a number.", "Write digits, without quotes.")
    low, high = variable.minimum, variable.maximum
    # Comparing first keeps integers too large for a float out of the conversion.
    fits = (low is None or raw >= low) and (high is None or raw <= high) and abs(raw) <= sys.float_info.max
    if not fits:
        fix = "Use such a number, or leave the end of the range open."
        raise Misreading(f"{variable.name} {_bounds(low, high)}.", fix)
    if variable.whole and raw != int(raw):
        raise Misreading(f"{variable.name} is a whole number.", f"Write {int(raw)}.")
    return float(raw)


def _bounds(low: float | None, high: float | None) -> str:
    match low, high:
        case None, None:
            return "is a number that can be counted with"
        case float() | int(), None:
            return f"is at least {low:g}"
        case None, float() | int():
            return f"is at most {high:g}"
        case _:
            return f"lies between {low:g} and {high:g}"


def _range(variable: Variable, raw: object) -> Range:
    if not isinstance(raw, tuple):
        raise Misreading("BETWEEN needs a range.", "Give at least one of its two ends.")
    low, high = (None if end is None else _number(variable, end) for end in raw)
    if low is None and high is None:
        raise Misreading("The range has no end at all.", f"Write “{variable.name} is recorded”.")
    if low is not None and high is not None and low > high:
        raise Misreading(f"The range begins at {low:g}, after its end {high:g}.", "Swap the two ends.")
    return Range(low, high)


def _means_missing(variable: Variable, raw: object) -> bool:
    if not isinstance(raw, str) or not VOCABULARY.missing.answers_to(raw):
        return False
    if Operator.MISSING not in variable.operators:
        raise Misreading(f"{variable.name} is never missing.", "Take the condition away.")
    return True


def _example(variable: Variable) -> str:
    if variable.kind is Kind.CODED:
        return " or ".join(value.name for value in variable.values[:2])
    return "40" if variable.unit else "2015"
