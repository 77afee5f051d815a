"""From what a person wrote to answers, or to sentences that say what to mend."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from caimera.forms.model import LONGEST_LONG, LONGEST_TEXT, YES, Form, Kind, Question

Given = Mapping[str, Sequence[str]]
"""What was written, by question: as texts, right or wrong."""
Answer = str | float | bool | Sequence[str]
Answers = Mapping[str, Answer]
"""Values as JSON keeps them: dates as 2026-11-28, choices by their values, files by their identifiers."""


class _Wrong(ValueError):
    """What is wrong with one answer."""


@dataclass(slots=True)
class Reading:
    """What came of a form: answers to the questions that are shown, a problem for each that will not do."""

    answers: dict[str, Answer] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    shown: set[str] = field(default_factory=set)


def read_answers(form: Form, given: Given) -> Reading:
    """Judge what was given. What is not shown is left out, and so is what depends on it."""
    reading, seen = Reading(), dict[str, tuple[str, ...]]()
    for question in form.questions:
        if question.shown_if is not None and not question.shown_if.holds(seen):
            continue
        reading.shown.add(question.name)
        texts = tuple(text.strip() for text in given.get(question.name, ()) if text.strip())
        seen[question.name] = texts
        try:
            _judge(question, texts, reading)
        except _Wrong as wrong:
            reading.problems[question.name] = str(wrong)
    return reading


def _judge(question: Question, texts: tuple[str, ...], reading: Reading) -> None:
    if texts:
        reading.answers[question.name] = _READERS[question.kind](question, texts)
    elif question.required:
        raise _Wrong(_MISSING.get(question.kind, "Answer this."))


_MISSING = {
    Kind.CHOICE: "Choose one.",
    Kind.CHOICES: "Choose at least one.",
    Kind.YES_NO: "Choose yes or no.",
    Kind.CONFIRM: "This has to be confirmed.",
    Kind.FILES: "Add at least one file.",
    Kind.DATE: "Give a day.",
    Kind.NUMBER: "Give a number.",
}


def words_of(text: str) -> int:
    """How many words a text has: what stands between white space."""
    return len(text.split())


def _text(question: Question, texts: Sequence[str]) -> str:
    longest = question.longest or LONGEST_TEXT
    if len(texts[0]) > longest:
        raise _Wrong(f"Use at most {longest} characters; these are {len(texts[0])}.")
    if not texts[0].isprintable():
        raise _Wrong("Write it in one line, without control characters.")
    return texts[0]


def _long(question: Question, texts: Sequence[str]) -> str:
    text = texts[0].replace("\r\n", "\n")
    if (count := words_of(text)) > question.words:
        raise _Wrong(f"Use at most {question.words} words; these are {count}.")
    if len(text) > LONGEST_LONG:
        raise _Wrong(f"Use at most {LONGEST_LONG} characters.")
    return text


def _number(question: Question, texts: Sequence[str]) -> float:
    try:
        number = float(texts[0].replace(",", "."))
    except ValueError:
        raise _Wrong("Write a number in digits, such as 120 or 1.5.") from None
    if not math.isfinite(number):
        raise _Wrong("Write a number in digits, such as 120 or 1.5.")
    if question.least is not None and number < question.least:
        raise _Wrong(f"It is at least {question.least:g}.")
    if question.most is not None and number > question.most:
        raise _Wrong(f"It is at most {question.most:g}.")
    return int(number) if number.is_integer() else number


def _day(_question: Question, texts: Sequence[str]) -> str:
    try:
        return date.fromisoformat(texts[0]).isoformat()
    except ValueError:
        raise _Wrong("Write the day as year-month-day, such as 2027-06-30.") from None


def _choice(question: Question, texts: Sequence[str]) -> str:
    return _known(question, texts[:1])[0]


def _yes(question: Question, texts: Sequence[str]) -> bool:
    return _known(question, texts[:1])[0] == YES


def _known(question: Question, texts: Sequence[str]) -> Sequence[str]:
    """The values, each once and in the question's order."""
    if any(text not in question.words_of_options for text in texts):
        raise _Wrong("Choose among what is offered.")
    return [value for value in question.words_of_options if value in texts]


def _confirmed(_question: Question, texts: Sequence[str]) -> bool:
    if texts[0] != YES:
        raise _Wrong("This has to be confirmed.")
    return True


def _files(question: Question, texts: Sequence[str]) -> Sequence[str]:
    if len(texts) > (question.most or 1):
        raise _Wrong(f"Add at most {question.most:g} files.")
    return list(texts)


_READERS: Mapping[Kind, Callable[[Question, Sequence[str]], Answer]] = {
    Kind.TEXT: _text,
    Kind.LONG: _long,
    Kind.NUMBER: _number,
    Kind.DATE: _day,
    Kind.YES_NO: _yes,
    Kind.CHOICE: _choice,
    Kind.CHOICES: _known,
    Kind.CONFIRM: _confirmed,
    Kind.FILES: _files,
}


def as_texts(answers: Answers, *, without: Collection[Kind] = (), form: Form) -> dict[str, list[str]]:
    """Answers as a person would have given them to a form, for what it asks; kinds in `without` left out."""
    asked = [question for question in form.questions if question.kind not in without]
    return {one.name: _texts(answers[one.name]) for one in asked if one.name in answers}


def _texts(answer: Answer) -> list[str]:
    if isinstance(answer, bool):
        return ["yes" if answer else "no"]
    if isinstance(answer, str):
        return [answer]
    return [str(answer)] if isinstance(answer, int | float) else list(answer)
