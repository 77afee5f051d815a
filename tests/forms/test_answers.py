"""What was written is judged: values, or a sentence each."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caimera.forms import Form, Kind, as_texts, form, forms, read, read_answers, words_of

FORM = read(
    """
title = "A form"
intro = "It asks."
[[sections]]
title = "All kinds"
[[sections.questions]]
name = "name"
kind = "text"
label = "Name"
required = true
longest = 5
[[sections.questions]]
name = "story"
kind = "long"
label = "Story"
words = 3
[[sections.questions]]
name = "cores"
kind = "number"
label = "Cores"
least = 1
most = 64
[[sections.questions]]
name = "day"
kind = "date"
label = "Day"
[[sections.questions]]
name = "sure"
kind = "yes-no"
label = "Sure?"
[[sections.questions]]
name = "agreed"
kind = "confirm"
label = "Agreed"
[[sections.questions]]
name = "way"
kind = "choice"
label = "Way"
options = { in = "In", out = "Out" }
[[sections.questions]]
name = "colours"
kind = "choices"
label = "Colours"
options = { red = "Red", blue = "Blue" }
[[sections.questions]]
name = "papers"
kind = "files"
label = "Papers"
most = 1
[[sections.questions]]
name = "exit"
kind = "text"
label = "Which exit?"
required = true
shown_if = { question = "way", is = ["out"] }
[[sections.questions]]
name = "gate"
kind = "choice"
label = "Which gate?"
required = true
options = { a = "A", b = "B" }
shown_if = { question = "way", is = ["out"] }
[[sections.questions]]
name = "gate_why"
kind = "text"
label = "Why that one?"
required = true
shown_if = { question = "gate", is = ["b"] }
""",
    name="all",
    version=1,
)


@pytest.mark.parametrize(
    ("question", "texts", "value"),
    [
        ("name", ["  Ada  "], "Ada"),
        ("story", ["one  two\nthree"], "one  two\nthree"),
        ("story", ["one\r\ntwo"], "one\ntwo"),
        ("cores", ["16"], 16),
        ("cores", ["1,5"], 1.5),
        ("day", ["2026-11-28"], "2026-11-28"),
        ("sure", ["no"], False),
        ("agreed", ["yes"], True),
        ("way", ["in"], "in"),
        ("colours", ["blue", "red"], ["red", "blue"]),
        ("papers", ["3f0c"], ["3f0c"]),
    ],
)
def test_an_answer_is_read(question: str, texts: list[str], value: Any) -> None:
    read_ = read_answers(FORM, {"name": ["Ada"], question: texts})
    assert read_.problems == {}
    assert read_.answers[question] == value


@pytest.mark.parametrize(
    ("question", "texts", "sentence"),
    [
        ("name", [" "], "Answer this."),
        ("name", ["Adelheid"], "at most 5 characters; these are 8"),
        ("name", ["A\x07b"], "without control characters"),
        ("story", ["one two three four"], "at most 3 words; these are 4"),
        ("story", ["x" * 20_001], "at most 20000 characters"),
        ("cores", ["many"], "a number in digits"),
        ("cores", ["inf"], "a number in digits"),
        ("cores", ["nan"], "a number in digits"),
        ("cores", ["0"], "at least 1"),
        ("cores", ["65"], "at most 64"),
        ("day", ["28.11.2026"], "year-month-day"),
        ("day", ["2026-02-30"], "year-month-day"),
        ("sure", ["maybe"], "among what is offered"),
        ("agreed", ["no"], "has to be confirmed"),
        ("way", ["up"], "among what is offered"),
        ("colours", ["red", "green"], "among what is offered"),
        ("papers", ["a", "b"], "at most 1 files"),
    ],
)
def test_what_will_not_do_is_told(question: str, texts: list[str], sentence: str) -> None:
    read_ = read_answers(FORM, {"name": ["Ada"], question: texts})
    assert sentence in read_.problems[question]
    assert question not in read_.answers


def test_what_is_not_shown_has_no_answer_and_neither_has_what_depends_on_it() -> None:
    hidden = {"name": ["Ada"], "way": ["in"], "exit": ["North"], "gate": ["b"], "gate_why": [""]}
    read_ = read_answers(FORM, hidden)
    assert (read_.problems, read_.answers) == ({}, {"name": "Ada", "way": "in"})
    assert not {"exit", "gate", "gate_why"} & read_.shown
    shown = read_answers(FORM, {"name": ["Ada"], "way": ["out"], "gate": ["b"]})
    assert shown.problems.keys() == {"exit", "gate_why"}


@given(st.lists(st.text("abcä-.", min_size=1), max_size=8), st.sampled_from([" ", "\n", "\t", "  \r\n"]))
def test_words_are_what_stands_between_white_space(words: list[str], space: str) -> None:
    text = space.join(words)
    assert words_of(text) == len(words)
    assert ("story" in read_answers(FORM, {"story": [text]}).problems) is (len(words) > 3)


@given(
    st.dictionaries(
        st.sampled_from([one.name for one in FORM.questions]), st.lists(st.text(max_size=30), max_size=4)
    )
)
def test_anything_at_all_is_judged_and_never_stumbled_over(given_: dict[str, list[str]]) -> None:
    read_ = read_answers(FORM, given_)
    assert not read_.answers.keys() & read_.problems.keys()
    assert read_.answers.keys() | read_.problems.keys() <= read_.shown
    again = read_answers(FORM, as_texts(read_.answers, form=FORM))
    assert {name: again.answers.get(name) for name in read_.answers} == read_.answers


def filled(one: Form) -> dict[str, list[str]]:
    """Some answer to every question."""
    some = {
        Kind.TEXT: "https://x.eu",
        Kind.LONG: "Words.",
        Kind.DATE: "2027-01-31",
        Kind.CONFIRM: "yes",
        Kind.FILES: "f",
    }
    return {
        each.name: [
            next(iter(each.words_of_options), some.get(each.kind) or f"{each.least or 1:g}"),
        ]
        for each in one.questions
    }


@pytest.mark.parametrize("one", forms(), ids=lambda one: one.id)
def test_every_form_can_be_filled_in_and_says_what_it_lacks(one: Form) -> None:
    assert read_answers(one, filled(one)).problems == {}
    required = {each.name for each in one.questions if each.required and each.shown_if is None}
    assert read_answers(one, {}).problems.keys() == required
    for condition in {each.shown_if for each in one.questions if each.shown_if}:
        for value in condition.values:
            shown = read_answers(one, {**filled(one), condition.question: [value]}).shown
            waiting = {each.name for each in one.questions if each.shown_if == condition}
            assert waiting <= shown


def test_questions_of_one_name_ask_for_one_kind_of_thing_wherever_answers_are_offered_again() -> None:
    kinds: dict[str, set[Kind]] = {}
    for one in forms():
        for each in one.questions:
            kinds.setdefault(each.name, set()).add(each.kind)
    assert {name: found for name, found in kinds.items() if len(found) > 1} == {}
    assert form("expression-of-interest").reuse
    assert not form("decision").reuse
