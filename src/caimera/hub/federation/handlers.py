"""Who takes which message: rooms register here when their apps are ready."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol
from uuid import UUID

from caimera.hub.federation.errors import MessageRefused, NoHandler, SecondHandler
from caimera.protocol.envelope import Letter
from caimera.protocol.messages import Message


@dataclass(frozen=True, slots=True)
class Refused:
    """A letter that does not count, and why."""

    letter: Letter
    reason: MessageRefused


class Handler(Protocol):
    """An action that takes opened letters in the order they came; it returns those it refuses.

    It runs in the transaction that spends their nonces.
    """

    def __call__(self, *, letters: Sequence[Letter]) -> Sequence[Refused]: ...


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A question that found nobody listening at a node."""

    question_id: UUID
    node_id: str


class UndeliveredHandler(Protocol):
    """An action told of questions that found nobody listening."""

    def __call__(self, *, undelivered: Sequence[Undelivered]) -> object: ...


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


def tell_undelivered(undelivered: Sequence[Undelivered]) -> None:
    """Pass on which questions found nobody listening."""
    for handler in _undelivered:
        handler(undelivered=undelivered)
