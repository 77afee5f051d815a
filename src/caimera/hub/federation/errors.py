"""What can go wrong between hub and nodes.

FederationError
├── AlreadyEnrolled      a node of that name is enrolled
├── KeyTaken             another node has one of the card's keys
├── UnknownNode          no such node is enrolled
├── BrokerAway           there is no connection to the broker now
├── SecondHandler        a message type has a handler and would get another
└── MessageRefused       a message was well sealed but is not taken
    ├── WrongSubject     it came on the subject of a node that did not sign it
    ├── Replayed         its nonce was used before
    ├── NoHandler        no room of this hub takes such messages
    ├── CannotBeTaken    taking it failed here; the log says how
    └── …                rooms add their own reasons
"""

from __future__ import annotations

from typing import ClassVar


class FederationError(Exception):
    """Something between hub and nodes did not work; the message says what to do."""


class AlreadyEnrolled(FederationError):
    """A node of that name is enrolled."""

    def __init__(self, node_id: str) -> None:
        super().__init__(f"The node '{node_id}' is enrolled. Revoke it before enrolling it with a new card.")


class KeyTaken(FederationError):
    """Another node has one of the card's keys."""

    def __init__(self, node_id: str) -> None:
        super().__init__(
            f"The card of '{node_id}' carries a key another node uses. Let the site make keys of its own."
        )


class UnknownNode(FederationError):
    """No such node is enrolled."""

    def __init__(self, node_id: str) -> None:
        super().__init__(f"No node '{node_id}' is enrolled. `caimera hub nodes` lists those that are.")


class BrokerAway(FederationError):
    """There is no connection to the broker now."""

    def __init__(self) -> None:
        super().__init__("The broker is not connected. The message waits and is tried again.")


class SecondHandler(FederationError):
    """A message type has a handler and would get another."""

    def __init__(self, message_type: str) -> None:
        super().__init__(f"'{message_type}' has its handler; register one function for each message type.")


class MessageRefused(FederationError):
    """A message was well sealed but is not taken; `code` counts the kind of refusal."""

    code: ClassVar[str] = "refused"


class WrongSubject(MessageRefused):
    """It came on the subject of a node that did not sign it."""

    code = "wrong_subject"

    def __init__(self, issuer: str) -> None:
        super().__init__(f"The message is signed by '{issuer}', who may not speak on this subject.")


class Replayed(MessageRefused):
    """Its nonce was used before."""

    code = "replayed"

    def __init__(self, issuer: str) -> None:
        super().__init__(f"This message of '{issuer}' was taken before and does not count twice.")


class NoHandler(MessageRefused):
    """No room of this hub takes such messages."""

    code = "no_handler"

    def __init__(self, message_type: str) -> None:
        super().__init__(f"This hub takes no messages of type '{message_type}'.")


class CannotBeTaken(MessageRefused):
    """Taking it failed here; the log says how."""

    code = "cannot_be_taken"

    def __init__(self, issuer: str) -> None:
        super().__init__(
            f"A message of '{issuer}' is well formed but could not be taken. The worker's log says why."
        )
