"""What can go wrong with the outbox.

OutboxError
└── OutsideTransaction   a message was written outside the transaction of what it tells
"""


class OutboxError(Exception):
    """The root of this room's errors."""


class OutsideTransaction(OutboxError):
    """A message was written outside the transaction of what it tells."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"A message {kind} must be written in the transaction of what it tells.")
