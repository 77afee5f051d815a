"""The readable text form of a question.

    question    = disjunction | nothing at all, which asks for everything
    disjunction = conjunction { "or" conjunction }
    conjunction = negation { "and" negation }
    negation    = "not" negation | "(" disjunction ")" | "everything" | group | condition
    group       = "some" "series" [ "of" "the" ( "patient" | "study" ) ] "(" disjunction ")"
    condition   = variable ( "=" value [ narrower ] | "!=" value
                | ">=" number | "<=" number | ">" number | "<" number
                | [ "not" ] "in" "(" value { "," value } ")" [ narrower ]
                | [ "not" ] "between" ( number | "*" ) "and" ( number | "*" )
                | [ "not" ] "contains" text
                | "is" [ "not" ] ( "missing" | "recorded" ) )
    narrower    = "with" "descendants"

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
    Not,
    Or,
    Question,
    SomeSeries,
    check_limits,
    too_deep,
    too_long,
)
from caimera.cohort.reading import read_condition, read_variable
from caimera.cohort.tokens import Token, place, split
from caimera.vocabulary import Kind, Level, Operator, Variable

_OPERATORS = "Use =, !=, in (…), contains, between … and …, >=, <=, >, <, is missing or is recorded."
_REFUSED = {
    "==": "Write =.",
    "=": "Write !=, or put not before the condition.",
}


def parse(text: str) -> Question:
    """The question written in `text`. Raises QuestionError with every problem, its place and its fix."""
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise QuestionError(too_long())
    reader = _Reader(text)
    question = reader.question()
    if reader.problems:
        raise QuestionError(*reader.problems)
    check_limits(question)
    return question


class _Reader:
    """Recursive descent. A wrong word is noted and read past; a wrong shape ends the reading."""

    def __init__(self, text: str) -> None:
        self.problems: list[Problem] = []
        self._text = text
        self._tokens = tuple(split(text))
        self._next = 0
        self._depth = 0
        self._grouped = False

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
        if self._take("everything"):
            return EVERYTHING
        return self._group() if self._now.keyword == "some" else self._condition()

    def _group(self) -> Question:
        if self._grouped:
            self._stop("A group stands inside a group.", "Put the two side by side, joined with and.")
        for word in ("some", "series"):
            self._expect(word, "Write some series (…).")
        level = self._level()
        self._expect("(", "Write what the series is like in brackets.")
        self._grouped = True
        child = self._inside(self._disjunction)
        self._grouped = False
        self._expect(")", "Close the bracket.")
        return SomeSeries(child, level)

    def _level(self) -> Level:
        if not self._take("of"):
            return Level.PATIENT
        self._expect("the", "Write of the patient or of the study.")
        if self._take("study"):
            return Level.STUDY
        self._expect("patient", "Write of the patient or of the study.")
        return Level.PATIENT

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
        parts = {"operator": sign, "value": first, "descendants": self._now}
        descendants = self._take("with")
        if descendants:
            self._expect("descendants", "Write with descendants.")
        found = self._read(variable, operator, raw, parts, descendants=descendants)
        return Not(found) if negated else found

    def _one_or_several(self, variable: Variable | None) -> tuple[Operator, object]:
        if self._take("="):
            return Operator.EQUALS, self._value(variable)
        if self._take("!=") or self._take("<>"):
            return Operator.NOT_EQUALS, self._value(variable)
        if self._take("<"):
            return Operator.LOWER_THAN, self._number()
        if self._take(">"):
            return Operator.GREATER_THAN, self._number()
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
        if self._take("contains"):
            return Operator.CONTAINS, self._value(None)
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
        self,
        variable: Variable | None,
        operator: Operator,
        raw: object,
        parts: Mapping[str, Token],
        *,
        descendants: bool = False,
    ) -> Question:
        if variable is None:
            return EVERYTHING
        try:
            return read_condition(variable, operator, raw, descendants=descendants)
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
