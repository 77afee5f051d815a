"""What can go wrong when a question is asked or answered.

SearchError
└── PurposeTooLong       the purpose has more than 600 characters

MessageRefused (hub.federation)
├── NotAsked             the node was not asked this question
└── AlreadyAnswered      the node answered this question before
"""

from __future__ import annotations

from uuid import UUID

from caimera.hub.federation.errors import MessageRefused


class SearchError(Exception):
    """The question was not asked; the message says what to change."""


class PurposeTooLong(SearchError):
    """The purpose has more than 600 characters."""

    def __init__(self) -> None:
        super().__init__("The purpose is too long. Say it in at most 600 characters.")


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
