"""Tables that contradict themselves are not read."""

from __future__ import annotations

import pytest

from caimera.workflow import TableBroken, read

TABLE = """
title = "A case"
[roles]
author = "Author"
board = "Board"
[[states]]
name = "draft"
label = "Draft"
help = "It is written."
waits_for = ["author"]
[[states]]
name = "sent"
label = "Sent"
help = "It is read."
waits_for = ["board"]
[[states]]
name = "done"
label = "Done"
help = "It is over."
final = true
[[transitions]]
event = "send"
label = "Send"
from = ["draft"]
to = "sent"
roles = ["author"]
form = "letter"
[[transitions]]
event = "close"
label = "Close"
from = ["sent"]
to = "done"
roles = ["board", "clock"]
requires = ["letter"]
[[deadlines]]
state = "sent"
working_days = 3
event = "close"
"""


def test_the_table_itself_is_in_order() -> None:
    made = read(TABLE, name="case", version=1)
    assert (made.id, made.first.name, made.forms) == ("case/1", "draft", {"letter"})


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "done"', 'name = "sent"', "The state sent is there 2 times"),
        ('to = "done"', 'to = "over"', "close names over, which is no state"),
        ('to = "done"', 'to = "draft"', "done is never reached"),
        ("final = true", 'waits_for = ["board"]', "done is not final, but nothing leads out of it"),
        ('waits_for = ["author"]', "", "draft waits for nobody"),
        (
            'waits_for = ["board"]',
            'waits_for = ["author"]',
            "sent waits for author, who can do nothing",
        ),
        ('waits_for = ["board"]', 'waits_for = ["king"]', "sent waits for king, who is no role"),
        ('roles = ["author"]', 'roles = ["king"]', "send names king, who is no role"),
        ('roles = ["author"]', "roles = []", "send is possible nowhere or for nobody"),
        ('from = ["sent"]', 'from = ["sent", "done"]', "done is final, but close leads on"),
        (
            'from = ["sent"]',
            'from = ["sent", "draft"]',
            "close requires letter, which cannot be filed",
        ),
        (
            'requires = ["letter"]',
            'reopens = ["stamp"]',
            "close reopens stamp, which is filed nowhere",
        ),
        (
            'requires = ["letter"]',
            'requires = ["stamp"]',
            "close requires stamp, which cannot be filed",
        ),
        (
            'event = "close"\nlabel',
            'event = "send"\nlabel',
            "which the clock may not do there",
        ),
        ('roles = ["board", "clock"]', 'roles = ["board"]', "the clock may not do there"),
        ("working_days = 3", "working_days = 0", "no deadline of 0 days for sent"),
        ('state = "sent"', 'state = "done"', "no deadline of 3 days for done"),
        ('label = "Draft"', "", "It cannot be read"),
        ("[roles]", "[roles", "It cannot be read"),
        ('title = "A case"', "", "It cannot be read: 'title'"),
    ],
)
def test_what_is_wrong_is_said(old: str, new: str, said: str) -> None:
    assert old in TABLE
    with pytest.raises(TableBroken, match=said):
        read(TABLE.replace(old, new, 1), name="case", version=1)


def test_an_event_has_one_meaning_in_a_state() -> None:
    twice = TABLE.replace(
        "[[deadlines]]",
        '[[transitions]]\nevent = "send"\nlabel = "Send"\nfrom = ["draft"]\nto = "done"\nroles = ["author"]\n'
        "[[deadlines]]",
    )
    with pytest.raises(TableBroken, match="send means 2 things in draft"):
        read(twice, name="case", version=1)


def test_a_table_without_states_is_none() -> None:
    with pytest.raises(TableBroken, match="It has no states"):
        read('title = "A case"\nstates = []\ntransitions = []\n[roles]\n', name="case", version=1)
