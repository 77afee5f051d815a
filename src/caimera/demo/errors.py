"""What can go wrong with the demo; each error is a sentence to show as it is.

DemoError
├── NotADemo          the directory holds something else
├── NotRunning        the demo must be running for this
├── SupervisorLost    the supervisor ended without a word; names its log
├── Stopped           somebody asked for an end
├── StepFailed        a step of the preparation failed; names the log to read
└── NotReady          the services did not become ready in time; names what is missing

PostgresProblem (demo.postgres), BrokerProblem (demo.broker) and DemoDataError (demo.idc) stand in their own
modules.
"""

from __future__ import annotations


class DemoError(Exception):
    """Base of this room's errors."""


class NotADemo(DemoError):
    """The directory holds something else."""


class NotRunning(DemoError):
    """The demo must be running for this."""

    def __init__(self) -> None:
        super().__init__("The demo is not running. Start it with `caimera demo up`.")


class SupervisorLost(DemoError):
    """The supervisor ended without a word."""


class Stopped(DemoError):
    """Somebody asked for an end."""


class StepFailed(DemoError):
    """A step of the preparation failed."""


class NotReady(DemoError):
    """The services did not become ready in time."""
