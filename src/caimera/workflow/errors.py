"""What can be wrong with a workflow, or with what somebody wants in it.

WorkflowError (ValueError)
├── TableBroken        a table contradicts itself; nothing that uses it starts
├── UnknownWorkflow    there is no table of this name and version
└── Refused            what somebody wants is not allowed; says what is
    ├── UnknownEvent   no state of this workflow knows the event
    ├── WrongState     the event exists, but not here
    ├── WrongRole      the event exists here, for others
    └── NotReady       the event is allowed, but something is missing for it
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence


class WorkflowError(ValueError):
    """Something about a workflow is wrong."""


class TableBroken(WorkflowError):
    """A table contradicts itself: a mistake of who wrote it."""

    def __init__(self, name: str, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__(f"The workflow {name} contradicts itself: {' '.join(self.faults)}")


class UnknownWorkflow(WorkflowError):
    """There is no such table."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"There is no workflow {name}. There are: {', '.join(sorted(known))}.")


class Refused(WorkflowError):
    """What somebody wants is not allowed; `status` is of HTTP, `allowed` are the events they may cause."""

    status = 409

    def __init__(self, why: str, allowed: Sequence[str]) -> None:
        self.allowed = tuple(allowed)
        ways = f"You may: {', '.join(allowed)}." if allowed else "There is nothing you may do here now."
        super().__init__(f"{why} {ways}")


class UnknownEvent(Refused):
    """No state of this workflow knows the event."""

    status = 404


class WrongState(Refused):
    """The event exists, but not in the state the case is in."""

    status = 409


class WrongRole(Refused):
    """The event exists here, for others."""

    status = 403


class NotReady(Refused):
    """The event is allowed, but a form or a reason is missing."""

    status = 422
