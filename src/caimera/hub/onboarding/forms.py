"""A form as its page shows it: every question with what stands in it, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from caimera.forms import Form, Given, Kind, Question, read_answers, words_of
from caimera.forms.model import LONGEST_TEXT
from caimera.hub.documents.kinds import ACCEPTED
from caimera.hub.documents.models import Document

_PARTS = {
    Kind.LONG: "long",
    Kind.NUMBER: "number",
    Kind.YES_NO: "radios",
    Kind.CHOICE: "radios",
    Kind.CHOICES: "boxes",
    Kind.CONFIRM: "tick",
    Kind.FILES: "files",
}
_MANY = 7
"""From so many options on, a list is shorter than buttons."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One question of the page."""

    question: Question
    given: Sequence[str]
    condition: str
    shown: bool
    problem: str = ""
    documents: Sequence[Document] = ()

    @property
    def id(self) -> str:
        """What the page calls it."""
        return f"q-{self.question.name}"

    @property
    def target(self) -> str:
        """What an error's link leads to: something that can have the focus."""
        return f"{self.id}-1" if self.part in ("radios", "boxes") else self.id

    @property
    def part(self) -> str:
        """Which part of the page's template shows it."""
        part = _PARTS.get(self.question.kind, "line")
        return "select" if part == "radios" and len(self.question.words_of_options) >= _MANY else part

    @property
    def label(self) -> str:
        """What is asked, and whether it need not be answered."""
        return self.question.label if self.question.required else f"{self.question.label} {_('(optional)')}"

    @property
    def named(self) -> str:
        """What is asked, before a colon."""
        return self.question.label.rstrip(".:")

    @property
    def value(self) -> str:
        """What stands in it."""
        return self.given[0] if self.given else ""

    @property
    def longest(self) -> int:
        """Characters of a text; a date has ten."""
        return 10 if self.question.kind is Kind.DATE else self.question.longest or LONGEST_TEXT

    @property
    def help(self) -> str:
        """The question's own help, with what has to be known of its kind."""
        more = {
            Kind.DATE: _("As year-month-day, such as 2027-06-30."),
            Kind.FILES: self._files,
        }.get(self.question.kind, "")
        return " ".join(filter(None, (self.question.help, more)))

    @property
    def _files(self) -> str:
        most = int(self.question.most or 1)
        kinds = _("PDF, PNG, JPEG, DOCX, ODT, XLSX, CSV or text")
        if most == 1:
            return _("One file of at most 20 MB: %s.") % kinds
        return _("At most %(most)d files, each of at most 20 MB: %(kinds)s.") % {"most": most, "kinds": kinds}

    @property
    def words(self) -> int:
        """How many words stand in it."""
        return words_of(self.value)

    @property
    def options(self) -> Sequence[tuple[str, str, bool]]:
        """What can be chosen, and whether it is."""
        return [
            (value, words, value in self.given) for value, words in self.question.words_of_options.items()
        ]

    @property
    def choices(self) -> Sequence[tuple[str, str]]:
        """What can be chosen from a list."""
        return [("", _("Choose")), *self.question.words_of_options.items()]

    @property
    def waits_for(self) -> str:
        """For the script: the question it depends on, and the values it is shown for."""
        shown_if = self.question.shown_if
        return f"{shown_if.question}={' '.join(shown_if.values)}" if shown_if else ""

    @property
    def accept(self) -> str:
        """For the browser's file chooser."""
        return ACCEPTED


@dataclass(slots=True)
class FormPage:
    """A form with what was given, and what is wrong with it."""

    form: Form
    given: Given
    documents: Mapping[str, Document] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)

    @property
    def sections(self) -> Iterator[tuple[str, str, Sequence[Entry]]]:
        """Headings with their help and questions."""
        shown = read_answers(self.form, self.given).shown
        for section in self.form.sections:
            yield (
                section.title,
                section.help,
                [self._entry(one, one.name in shown) for one in section.questions],
            )

    @property
    def wrong(self) -> Sequence[Entry]:
        """The questions with a problem, in the form's order."""
        return [self._entry(one, True) for one in self.form.questions if one.name in self.problems]

    def _entry(self, question: Question, shown: bool) -> Entry:
        given = self.given.get(question.name, ())
        files = [self.documents[one] for one in given if one in self.documents]
        return Entry(
            question=question,
            given=given,
            condition=self._condition(question),
            shown=shown,
            problem=self.problems.get(question.name, ""),
            documents=files if question.kind is Kind.FILES else (),
        )

    def _condition(self, question: Question) -> str:
        """When it is to be answered, in words, for a page without a script."""
        if question.shown_if is None:
            return ""
        asked = self.form.question(question.shown_if.question)
        if asked is None:
            return ""
        values = [f"“{asked.words_of_options.get(one, one)}”" for one in question.shown_if.values]
        return _("Only if you answered %(values)s to “%(question)s”:") % {
            "values": _(" or ").join(values),
            "question": asked.label,
        }


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer of a form that was handed in, in words; `before` where it was another the last time."""

    label: str
    words: Sequence[str]
    documents: Sequence[Document] = ()
    before: Sequence[str] = ()
    changed: bool = False


def answered(
    form: Form,
    answers: Mapping[str, object],
    documents: Mapping[str, Document],
    earlier: Mapping[str, object] | None,
) -> Iterator[tuple[str, Sequence[Answered]]]:
    """A form that was handed in, section by section; what was not asked is left out."""
    for section in form.sections:
        asked = (one for one in section.questions if one.name in answers or one.name in (earlier or {}))
        if shown := [_answered(one, answers, documents, earlier) for one in asked]:
            yield section.title, shown


def _answered(
    question: Question,
    answers: Mapping[str, object],
    documents: Mapping[str, Document],
    earlier: Mapping[str, object] | None,
) -> Answered:
    answer, before = answers.get(question.name), (earlier or {}).get(question.name)
    files = answer if question.kind is Kind.FILES and isinstance(answer, list) else []
    return Answered(
        label=question.label,
        words=() if files else _in_words(question, answer),
        documents=[documents[one] for one in files if one in documents],
        before=() if question.kind is Kind.FILES else _in_words(question, before),
        changed=earlier is not None and answer != before,
    )


def _in_words(question: Question, answer: object) -> Sequence[str]:
    if answer is None:
        return ()
    if isinstance(answer, bool):
        return [_("Yes") if answer else _("No")]
    values = answer if isinstance(answer, list) else [answer]
    words = [question.words_of_options.get(str(one), str(one)) for one in values]
    return [f"{one} {question.unit}".strip() for one in words]
