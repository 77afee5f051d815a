"""Forms that contradict themselves are not read."""

from __future__ import annotations

import pytest

from caimera.forms import FormBroken, UnknownForm, form, read

FORM = """
title = "A form"
intro = "It asks."
[[sections]]
title = "First"
[[sections.questions]]
name = "kind"
kind = "choice"
label = "Which?"
options = { a = "A", b = "B" }
[[sections.questions]]
name = "why"
kind = "long"
label = "Why?"
words = 20
shown_if = { question = "kind", is = ["b"] }
[[sections.questions]]
name = "papers"
kind = "files"
label = "Papers"
most = 3
[[sections.questions]]
name = "age"
kind = "number"
label = "Age"
least = 0
most = 120
"""


def test_the_form_itself_is_in_order() -> None:
    made = read(FORM, name="case", version=1)
    assert (made.id, [one.name for one in made.questions]) == ("case/1", ["kind", "why", "papers", "age"])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "why"', 'name = "kind"', "kind is asked 2 times"),
        ('name = "why"', 'name = "Why?"', "is no name"),
        ('label = "Why?"', 'label = " "', "why has no label"),
        ('options = { a = "A", b = "B" }', "", "kind needs options exactly if"),
        ("words = 20", "", "why needs a bound in words"),
        ("words = 20", "words = 999999", "why needs a bound in words"),
        ("words = 20", "words = 20\nlongest = 5", "why is long and cannot have longest"),
        ("most = 3", "", "papers needs to say how many files"),
        ("most = 120", "most = -1", "age can have no value"),
        ("most = 120", 'options = { a = "A" }', "age needs options exactly if"),
        ('is = ["b"]', 'is = ["c"]', "waits for c, which kind cannot be"),
        ('is = ["b"]', "is = []", "why is never shown"),
        ('question = "kind", is = ["b"]', 'question = "age", is = ["1"]', "which is not asked before it"),
        ('kind = "files"', 'kind = "folder"', "It cannot be read"),
        ('label = "Papers"', 'label = "Papers"\ncolour = "red"', "It cannot be read"),
        ('title = "A form"', "", "It cannot be read: 'title'"),
        ("[[sections]]", "[[sections", "It cannot be read"),
    ],
)
def test_what_is_wrong_is_said(old: str, new: str, said: str) -> None:
    assert old in FORM
    with pytest.raises(FormBroken, match=said):
        read(FORM.replace(old, new, 1), name="case", version=1)


def test_a_form_that_asks_nothing_is_none() -> None:
    with pytest.raises(FormBroken, match="It asks nothing"):
        read('title = "A"\nintro = "B"\nsections = []\n', name="case", version=1)


def test_a_form_that_is_not_there_is_named() -> None:
    with pytest.raises(UnknownForm, match="no form decision/9. There are: .*decision/1"):
        form("decision", 9)
    with pytest.raises(UnknownForm):
        form("tax-return")
