"""Who takes which message: rooms register here when their apps are ready."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol
from uuid import UUID

from caimera.hub.federation.errors import NoHandler, SecondHandler
from caimera.protocol.envelope import Letter
from caimera.protocol.messages import Message


class Handler(Protocol):
    """An action that takes an opened letter, inside the transaction that spends its nonce."""

    def __call__(self, *, letter: Letter) -> object: ...


class UndeliveredHandler(Protocol):
    """An action told that a question found nobody listening at a node."""

    def __call__(self, *, question_id: UUID, node_id: str) -> object: ...


_handlers: dict[type[Message], Handler] = {}
_undelivered: list[UndeliveredHandler] = []


def register(message_class: type[Message], handler: Handler) -> None:
    """Let `handler` take every letter that carries a `message_class`; raises SecondHandler."""
    if _handlers.get(message_class, handler) != handler:
        raise SecondHandler(message_class.type)
    _handlers[message_class] = handler


def register_undelivered(handler: UndeliveredHandler) -> None:
    """Let `handler` know of every question that found nobody; raises SecondHandler."""
    if _undelivered and _undelivered != [handler]:
        raise SecondHandler("undelivered")
    _undelivered[:] = [handler]


def registered() -> Mapping[type[Message], Handler]:
    """Every message type this hub takes, with the one function that takes it."""
    return MappingProxyType(_handlers)


def handler_of(message_class: type[Message]) -> Handler:
    """The function that takes such messages; raises NoHandler."""
    if (handler := _handlers.get(message_class)) is None:
        raise NoHandler(message_class.type)
    return handler


def tell_undelivered(*, question_id: UUID, node_id: str) -> None:
    """Pass on that a question found nobody listening at a node."""
    for handler in _undelivered:
        handler(question_id=question_id, node_id=node_id)
