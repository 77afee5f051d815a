"""What can go wrong at the researcher's desk; each error is a sentence to show as it is.

ClientError
├── HubUnreachable       no connection, or no answer in time
├── HubFailed            the hub answered something this client cannot use
├── InsecureAddress      a token would travel unencrypted
├── NotSignedIn          no token, or the hub does not take it
├── NotAllowed           signed in, but not a member
├── QuestionRefused      the question has problems; `problems` names each with its place and its fix
├── NameTaken            another question of yours is kept under this name
├── SignInFailed         the sign-in was refused, ran out of time or went wrong
└── TokensUnreadable     the token file is damaged or open to others
"""

from __future__ import annotations

from dataclasses import dataclass


class ClientError(Exception):
    """Base of all errors of this room; `str()` is a sentence for the person asking."""


class HubUnreachable(ClientError):
    """No connection, or no answer in time."""


class HubFailed(ClientError):
    """The hub answered something this client cannot use."""


class InsecureAddress(ClientError):
    """A token would travel unencrypted."""


class NotSignedIn(ClientError):
    """No token, or the hub does not take it."""


class NotAllowed(ClientError):
    """Signed in, but not a member."""


class NameTaken(ClientError):
    """Another question of yours is kept under this name."""


class SignInFailed(ClientError):
    """The sign-in was refused, ran out of time or went wrong."""


class TokensUnreadable(ClientError):
    """The token file is damaged or open to others."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a question: where it is, what it is, how to mend it."""

    path: str
    message: str
    fix: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.message, self.fix) if part)


class QuestionRefused(ClientError):
    """The question has problems."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(" ".join(str(problem) for problem in problems))
        self.problems = problems
