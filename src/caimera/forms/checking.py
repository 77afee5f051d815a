"""What a form may not say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from caimera.forms.model import CHOOSING, LONGEST_LONG, Form, Kind, Question

_NAME = re.compile(r"^[a-z][a-z0-9_]{0,39}$")


def faults(form: Form) -> Iterator[str]:
    """Everything that is wrong with a form, a sentence each."""
    if not list(form.questions):
        yield "It asks nothing."
    for name, times in Counter(question.name for question in form.questions).items():
        if times > 1:
            yield f"{name} is asked {times} times."
    earlier: dict[str, Question] = {}
    for question in form.questions:
        yield from _wording(question)
        yield from _bounds(question)
        yield from _condition(question, earlier)
        earlier[question.name] = question


def _wording(question: Question) -> Iterator[str]:
    if not _NAME.match(question.name):
        yield f"{question.name} is no name: small letters, digits and underscores."
    if not question.label.strip():
        yield f"{question.name} has no label."
    if bool(question.options) is not (question.kind in CHOOSING):
        yield f"{question.name} needs options exactly if there is something to choose."


def _bounds(question: Question) -> Iterator[str]:
    """Each bound belongs to a kind, and can be kept."""
    allowed = {
        "longest": (Kind.TEXT,),
        "words": (Kind.LONG,),
        "least": (Kind.NUMBER,),
        "most": (Kind.NUMBER, Kind.FILES),
        "unit": (Kind.NUMBER,),
    }
    for bound, kinds in allowed.items():
        if getattr(question, bound) not in (0, None, "") and question.kind not in kinds:
            yield f"{question.name} is {question.kind} and cannot have {bound}."
    if question.kind is Kind.LONG and not 0 < question.words <= LONGEST_LONG // 10:
        yield f"{question.name} needs a bound in words, of at most {LONGEST_LONG // 10}."
    if question.kind is Kind.FILES and not 1 <= (question.most or 0) <= 20:
        yield f"{question.name} needs to say how many files, 1 to 20."
    if question.least is not None and question.most is not None and question.least > question.most:
        yield f"{question.name} can have no value."


def _condition(question: Question, earlier: Mapping[str, Question]) -> Iterator[str]:
    """It asks an earlier question for values that question can have."""
    if (condition := question.shown_if) is None:
        return
    asked = earlier.get(condition.question)
    if asked is None:
        yield f"{question.name} depends on {condition.question}, which is not asked before it."
        return
    if wrong := [value for value in condition.values if value not in asked.words_of_options]:
        yield f"{question.name} waits for {', '.join(wrong)}, which {asked.name} cannot be."
    if not condition.values:
        yield f"{question.name} is never shown."
