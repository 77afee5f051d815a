"""What can go wrong when a question is asked or answered.

SearchError
├── PurposeTooLong       the purpose has more than 600 characters
├── TooManyQuestions     a person asked as much as a minute allows
├── BreakdownRefused     more than three variables to count by, one twice, or one nobody knows
├── NameRefused          a question is to be kept without a name, or under one too long
└── NameTaken            another question of this person has the name

MessageRefused (hub.federation)
├── NotAsked             the node was not asked this question
└── AlreadyAnswered      the node answered this question before
"""

from __future__ import annotations

import math
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caimera.hub.federation.errors import MessageRefused


class SearchError(Exception):
    """Nothing was asked or kept; the message says what to change, `field` where."""

    field = ""


class PurposeTooLong(SearchError):
    """The purpose has more than 600 characters."""

    field = "purpose"

    def __init__(self) -> None:
        super().__init__(_("The purpose is too long. Say it in at most 600 characters."))


class TooManyQuestions(SearchError):
    """A person asked as much as a minute allows; `seconds` from now they may ask again."""

    field = "purpose"

    def __init__(self, seconds: float) -> None:
        self.seconds = max(1, math.ceil(seconds))
        sentence = ngettext(
            "You asked many questions within a minute. Ask again in %(seconds)d second.",
            "You asked many questions within a minute. Ask again in %(seconds)d seconds.",
            self.seconds,
        )
        super().__init__(sentence % {"seconds": self.seconds})


class BreakdownRefused(SearchError):
    """More than three variables to count by, one twice, or one nobody knows."""

    field = "by"


class NameRefused(SearchError):
    """A question is to be kept without a name, or under one too long."""

    field = "name"

    def __init__(self) -> None:
        super().__init__(_("Give the question a name of at most 120 characters."))


class NameTaken(SearchError):
    """Another question of this person has the name."""

    field = "name"

    def __init__(self, name: str) -> None:
        sentence = _("You keep another question named “%s”. Choose another name, or rename that one.")
        super().__init__(sentence % name)


class NotAsked(MessageRefused):
    """The node was not asked this question."""

    code = "not_asked"

    def __init__(self, node_id: str, question_id: UUID) -> None:
        super().__init__(f"'{node_id}' answers question {question_id}, which it was not asked.")


class AlreadyAnswered(MessageRefused):
    """The node answered this question before."""

    code = "already_answered"

    def __init__(self, node_id: str, question_id: UUID) -> None:
        super().__init__(f"'{node_id}' answered question {question_id} before; its first answer stands.")
