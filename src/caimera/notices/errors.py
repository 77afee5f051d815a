"""What can go wrong with notices.

NoticesError
├── OutsideTransaction   a notice was written outside the transaction of what it tells
├── UnknownKind          there is no kind of notice, or no event of it, of this name
├── ChoiceRefused        what somebody chose cannot be chosen (422)
└── MailProblem          a letter did not go out
    ├── AddressRefused   the server takes nothing for this address, now or ever
    ├── LetterRefused    the server does not take this letter, now or ever
    ├── TryLater         the server does not take this letter now
    └── ServerAway       the server cannot be reached, or does not take letters from this site
        └── LineLost     the line to it was lost in the middle of a letter
"""


class NoticesError(Exception):
    """The root of this room's errors."""


class OutsideTransaction(NoticesError):
    """A notice was written outside the transaction of what it tells."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"A notice {kind} must be written in the transaction of what it tells.")


class UnknownKind(NoticesError):
    """There is no kind of notice, or no event of it, of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no kind of notice {name}. Register it when its room's app is ready.")


class ChoiceRefused(NoticesError):
    """What somebody chose cannot be chosen; the message tells them why."""

    status = 422


class MailProblem(NoticesError):
    """A letter did not go out; the message is what the server said, or why nothing was said."""


class AddressRefused(MailProblem):
    """The server takes nothing for this address, now or ever (5xx to RCPT)."""


class LetterRefused(MailProblem):
    """The server does not take this letter, now or ever (5xx to DATA)."""


class TryLater(MailProblem):
    """The server does not take this letter now (4xx)."""


class ServerAway(MailProblem):
    """The server cannot be reached, or does not take letters from this site: no letter is to blame."""


class LineLost(ServerAway):
    """The line to the server was lost in the middle of a letter, which may have arrived or not."""
