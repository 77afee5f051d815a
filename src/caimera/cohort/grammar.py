"""The readable text form of a question.

    question    = disjunction | nothing at all, which asks for everything
    disjunction = conjunction { "or" conjunction }
    conjunction = negation { "and" negation }
    negation    = "not" negation | "(" disjunction ")" | "everything" | condition
    condition   = variable ( "=" value | "!=" value | ">=" number | "<=" number
                | [ "not" ] "in" "(" value { "," value } ")"
                | [ "not" ] "between" ( number | "*" ) "and" ( number | "*" )
                | "is" [ "not" ] ( "missing" | "recorded" ) )

Names are letters, digits and `_ . : + -`; any other stands in quotes ("…" or '…', with a backslash before a
quote inside). Keywords ignore case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NoReturn

from caimera.cohort.errors import MAX_PROBLEMS, Misreading, Problem, QuestionError
from caimera.cohort.question import (
    EVERYTHING,
    MAX_BYTES,
    MAX_DEPTH,
    And,
    Condition,
    Not,
    Or,
    Question,
    Range,
    check_limits,
    text_of,
    too_deep,
)
from caimera.cohort.reading import read_condition, read_variable
from caimera.cohort.tokens import Token, place, split
from caimera.vocabulary import Kind, Operator, Variable

_OPERATORS = "Use =, !=, in (…), between … and …, >=, <=, is missing or is recorded."
_REFUSED = {
    "==": "Write =.",
    "=": "Write !=, or put not before the condition.",
    ">": "Ranges include their ends: write >= and the first number that counts.",
    "<": "Ranges include their ends: write <= and the last number that counts.",
}


def parse(text: str) -> Question:
    """The question written in `text`. Raises QuestionError with every problem, its place and its fix."""
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        fix = "Shorten the question."
        raise QuestionError(Problem("", f"The text is longer than {MAX_BYTES // 1024} kB.", fix))
    reader = _Reader(text)
    question = reader.question()
    if reader.problems:
        raise QuestionError(*reader.problems)
    check_limits(question)
    return question


def to_text(question: Question) -> str:
    """The text `parse` reads as this question; brackets only where they are needed."""
    match question:
        case Condition():
            return _condition_text(question)
        case Not(Condition(variable, Operator.MISSING)):
            return f"{variable} is recorded"
        case Not(child):
            return f"not {_bracketed(child)}"
        case And((only,)) | Or((only,)):
            return to_text(only)
        case And(()):
            return "everything"
        case Or(()):
            return "not everything"
        case And(parts):
            return " and ".join(map(_bracketed, parts))
        case Or(parts):
            return " or ".join(_bracketed(part) if isinstance(part, Or) else to_text(part) for part in parts)


def _bracketed(question: Question) -> str:
    match question:
        case And((only,)) | Or((only,)):
            return _bracketed(only)
        case And((_, *_)) | Or((_, *_)):
            return f"({to_text(question)})"
        case _:
            return to_text(question)


def _condition_text(condition: Condition) -> str:
    name = condition.variable
    match condition.operator, condition.value:
        case Operator.MISSING, _:
            return f"{name} is missing"
        case Operator.BETWEEN, Range(low, None) if low is not None:
            return f"{name} >= {text_of(low)}"
        case Operator.BETWEEN, Range(None, high) if high is not None:
            return f"{name} <= {text_of(high)}"
        case _, Range(low, high):
            return f"{name} between {text_of(low)} and {text_of(high)}"
        case _, tuple(values):
            return f"{name} in ({', '.join(map(text_of, values))})"
        case operator, value:
            sign = "!=" if operator is Operator.NOT_EQUALS else "="
            return f"{name} {sign} {text_of(value)}"


class _Reader:
    """Recursive descent. A wrong word is noted and read past; a wrong shape ends the reading."""

    def __init__(self, text: str) -> None:
        self.problems: list[Problem] = []
        self._text = text
        self._tokens = tuple(split(text))
        self._next = 0
        self._depth = 0

    @property
    def _now(self) -> Token:
        return self._tokens[self._next]

    def question(self) -> Question:
        if self._now.kind == "end":
            return EVERYTHING
        found = self._disjunction()
        if self._now.kind != "end":
            self._stop(
                f"The question ends before {self._now}.", "Join conditions with and or or; quote long names."
            )
        return found

    def _disjunction(self) -> Question:
        parts = [self._conjunction()]
        while self._take("or"):
            parts.append(self._conjunction())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _conjunction(self) -> Question:
        parts = [self._negation()]
        while self._take("and"):
            parts.append(self._negation())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _negation(self) -> Question:
        if self._take("not"):
            return Not(self._inside(self._negation))
        if self._take("("):
            found = self._inside(self._disjunction)
            self._expect(")", "Close the bracket.")
            return found
        return EVERYTHING if self._take("everything") else self._condition()

    def _inside(self, rule: Callable[[], Question]) -> Question:
        # Brackets may be idle, so the question's own depth is checked at the end; this guards the stack.
        self._depth += 1
        if self._depth > 4 * MAX_DEPTH:
            raise QuestionError(too_deep())
        found = rule()
        self._depth -= 1
        return found

    def _condition(self) -> Question:
        start = self._now
        if not start.is_name:
            self._stop(f"A condition should begin here, not {start}.", "Write for example modality = CT.")
        self._next += 1
        try:
            variable = read_variable(start.text)
        except Misreading as problem:
            self._note(problem, start)
            variable = None
        return self._comparison(variable)

    def _comparison(self, variable: Variable | None) -> Question:
        if self._take("is"):
            return self._presence(variable)
        negated = self._take("not")
        start = self._next
        operator, raw = self._several(variable) if negated else self._one_or_several(variable)
        sign, first = self._tokens[start : start + 2]
        found = self._read(variable, operator, raw, {"operator": sign, "value": first})
        return Not(found) if negated else found

    def _one_or_several(self, variable: Variable | None) -> tuple[Operator, object]:
        if self._take("="):
            return Operator.EQUALS, self._value(variable)
        if self._take("!=") or self._take("<>"):
            return Operator.NOT_EQUALS, self._value(variable)
        if self._take(">="):
            return Operator.BETWEEN, (self._number(), None)
        if self._take("<="):
            return Operator.BETWEEN, (None, self._number())
        return self._several(variable)

    def _several(self, variable: Variable | None) -> tuple[Operator, object]:
        if self._take("in"):
            return Operator.IN, self._list(variable)
        if self._take("between"):
            low = None if self._take("*") else self._number()
            self._expect("and", "Write both ends, * for an open one: between 40 and *.")
            return Operator.BETWEEN, (low, None if self._take("*") else self._number())
        return self._stop(f"{self._now} is not an operator.", _REFUSED.get(self._now.text, _OPERATORS))

    def _presence(self, variable: Variable | None) -> Question:
        negated = self._take("not")
        state = self._now
        recorded = self._take("recorded")
        if not recorded:
            self._expect("missing", "Write is missing or is recorded.")
        found = self._read(variable, Operator.MISSING, None, {"operator": state})
        return Not(found) if negated != recorded else found

    def _list(self, variable: Variable | None) -> list[str | float]:
        self._expect("(", "Write the values in brackets: in (CT, MR).")
        values = [self._value(variable)]
        while self._take(","):
            values.append(self._value(variable))
        self._expect(")", "Separate values with commas, close the bracket, and quote names with blanks.")
        return values

    def _value(self, variable: Variable | None) -> str | float:
        token = self._now
        if token.keyword in ("missing", "recorded"):
            self._stop(f"{token} is not a value.", f"Write is {token.keyword}.")
        if not token.is_name:
            self._stop(f"A value should stand here, not {token}.", "Put names that are keywords in quotes.")
        self._next += 1
        # Only where numbers are asked for: elsewhere 7 may be the name of a value.
        wants_number = variable is not None and variable.kind is Kind.NUMBER
        return token.number if wants_number and token.number is not None else token.text

    def _number(self) -> float:
        number = self._now.number
        if number is None:
            return self._stop(
                f"A number should stand here, not {self._now}.", "Write digits, such as 40 or 62.5."
            )
        self._next += 1
        return number

    def _read(
        self, variable: Variable | None, operator: Operator, raw: object, parts: Mapping[str, Token]
    ) -> Question:
        if variable is None:
            return EVERYTHING
        try:
            return read_condition(variable, operator, raw)
        except Misreading as problem:
            self._note(problem, parts[problem.part])
            return EVERYTHING

    def _note(self, problem: Misreading, token: Token) -> None:
        self.problems.append(problem.at(place(self._text, token.start)))
        if len(self.problems) >= MAX_PROBLEMS:
            raise QuestionError(*self.problems)

    def _take(self, keyword: str) -> bool:
        taken = self._now.keyword == keyword
        self._next += taken
        return taken

    def _expect(self, keyword: str, fix: str) -> None:
        if not self._take(keyword):
            self._stop(f"“{keyword}” is missing before {self._now}.", fix)

    def _stop(self, message: str, fix: str) -> NoReturn:
        raise QuestionError(*self.problems, Problem(place(self._text, self._now.start), message, fix))
