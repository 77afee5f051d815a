"""A question as one English sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from caimera.cohort.question import And, Condition, Not, Or, Question, Range, SomeSeries, text_of, written_out
from caimera.vocabulary import VOCABULARY, Kind, Level, Operator, Variable

Translate = Callable[[str], str]
"""Turns an English phrase into the reader's language; placeholders in braces stay."""


def in_words(question: Question, translate: Translate = lambda phrase: phrase) -> str:
    """The question as a sentence. Phrases and labels pass through `translate` before they are filled in."""
    return _Speaker(translate).sentence(question)


class _Speaker:
    def __init__(self, translate: Translate) -> None:
        self._translate = translate

    def sentence(self, question: Question) -> str:
        translate = self._translate
        match question:
            case And(()):
                return translate("All image series.")
            case Or(()) | Not(And(())):
                return translate("No image series.")
            case _:
                return translate("Image series where {conditions}.").format(conditions=self._clause(question))

    def _clause(self, question: Question) -> str:
        translate = self._translate
        match question:
            case And((only,)) | Or((only,)):
                return self._clause(only)
            case And(()):
                return translate("anything holds")
            case Or(()):
                return translate("nothing holds")
            case And(parts):
                return translate(" and ").join(map(self._part, parts))
            case Or(parts):
                return translate(" or ").join(map(self._part, parts))
            case Not(child):
                return self._complement(child)
            case SomeSeries():
                return self._group(question, negated=False)
            case Condition():
                return self._condition(question, negated=False)

    def _complement(self, child: Question) -> str:
        match child:
            case Condition():
                return self._condition(child, negated=True)
            case SomeSeries():
                return self._group(child, negated=True)
            case _:
                phrase = self._translate("it does not hold that {conditions}")
                return phrase.format(conditions=self._part(child))

    def _group(self, group: SomeSeries, *, negated: bool) -> str:
        translate = self._translate
        match group.level, negated:
            case Level.STUDY, False:
                phrase = translate("the study has a series where ({conditions})")
            case Level.STUDY, True:
                phrase = translate("the study has no series where ({conditions})")
            case _, False:
                phrase = translate("the patient has a series where ({conditions})")
            case _:
                phrase = translate("the patient has no series where ({conditions})")
        return phrase.format(conditions=self._clause(group.child))

    def _part(self, question: Question) -> str:
        match question:
            case And((only,)) | Or((only,)):
                return self._part(only)
            case And((_, *_)) | Or((_, *_)):
                return f"({self._clause(question)})"
            case _:
                return self._clause(question)

    def _condition(self, condition: Condition, *, negated: bool) -> str:
        if condition.value == Range(None, None):
            return self._condition(Condition(condition.variable, Operator.MISSING), negated=not negated)
        variable = VOCABULARY.variable(condition.variable)
        phrase = self._phrase(variable, condition.operator, negated=negated)
        value = self._value(variable, written_out(condition).value)
        if condition.operator is Operator.LOWER_THAN:
            value = self._translate("less than {number}").format(number=value)
        elif condition.operator is Operator.GREATER_THAN:
            value = self._translate("more than {number}").format(number=value)
        return phrase.format(variable=self._translate(variable.label), value=value)

    def _phrase(self, variable: Variable, operator: Operator, *, negated: bool) -> str:
        """Negations say “not recorded as”, because they include series where nothing is recorded."""
        translate = self._translate
        match operator, negated, variable.multiple:
            case Operator.MISSING, False, _:
                return translate("{variable} is not recorded")
            case Operator.MISSING, True, _:
                return translate("{variable} is recorded")
            case Operator.NOT_EQUALS, False, False:
                return translate("{variable} is recorded as other than {value}")
            case Operator.NOT_EQUALS, False, True:
                return translate("{variable} is recorded and never as {value}")
            case Operator.NOT_EQUALS, True, _:
                return translate("{variable} is {value} or not recorded")
            case _, False, _:
                return translate("{variable} is {value}")
            case _:
                return translate("{variable} is not recorded as {value}")

    def _value(self, variable: Variable, value: object) -> str:
        translate = self._translate
        match value:
            case Range(low, None) if low is not None:
                return self._with_unit(variable, translate("at least {number}").format(number=text_of(low)))
            case Range(None, high) if high is not None:
                return self._with_unit(variable, translate("at most {number}").format(number=text_of(high)))
            case Range(low, high):
                ends = {"low": text_of(low), "high": text_of(high)}
                return self._with_unit(variable, translate("between {low} and {high}").format(**ends))
            case tuple(values) if variable.kind is Kind.CODED:
                return self._listed(self._families(variable, [str(name) for name in values]))
            case tuple(values):
                return self._with_unit(variable, self._listed(map(text_of, values)))
            case bool(flag):
                return translate("yes") if flag else translate("no")
            case str(name) if variable.kind is Kind.CODED:
                return translate(variable.value(name).label)
            case _:
                return self._with_unit(variable, text_of(value))

    def _families(self, variable: Variable, names: Sequence[str]) -> Iterator[str]:
        """What the values are called, a value with all its kinds in one word."""
        listed, said = set(names), set[str]()
        kinds = {name: {kind.name for kind in variable.narrower(name)} for name in names}
        for name in sorted(names, key=lambda name: -len(kinds[name])):
            if len(kinds[name]) > 1 and kinds[name] <= listed and name not in said:
                said |= kinds[name] - {name}
            else:
                kinds[name] = {name}
        for name in (name for name in names if name not in said):
            label = self._translate(variable.value(name).label)
            whole = self._translate("{value} (narrower values included)").format(value=label)
            yield label if kinds[name] == {name} else whole

    def _listed(self, words: Iterable[str]) -> str:
        *first, last = words
        listed = self._translate("{first} or {last}").format(first=", ".join(first), last=last)
        return listed if first else last

    def _with_unit(self, variable: Variable, text: str) -> str:
        return f"{text} {self._translate(variable.unit)}" if variable.unit else text
