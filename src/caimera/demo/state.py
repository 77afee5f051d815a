"""What the supervisor writes down: for the command line to show, and for its own next start."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ValidationError

from caimera.demo.home import Home
from caimera.demo.sites import HUB, url


class Phase(StrEnum):
    """How far a run of the demo is."""

    STARTING = "starting"
    READY = "ready"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FAILED = "failed"


class StepState(BaseModel):
    """One step of the start; `total` is 0 where nobody knows how much there is to do."""

    label: str
    state: Literal["waiting", "running", "done", "skipped"] = "waiting"
    done: int = 0
    total: int = 0
    detail: str = ""


class ServiceState(BaseModel):
    """One watched program. `last_exit` says how it ended the last time, if it ever did."""

    name: str
    pid: int | None
    state: Literal["running", "restarting", "stopped"]
    restarts: int
    last_exit: str
    log: str


class State(BaseModel):
    """`ports` and `prepared` outlive a run; all else is about the run named `run`."""

    ports: dict[str, int] = {}
    prepared: dict[str, str] = {}
    """For each step that need not be repeated, what it was made from."""
    run: str = ""
    supervisor: int = 0
    phase: Phase = Phase.STOPPED
    problem: str = ""
    steps: list[StepState] = []
    services: list[ServiceState] = []

    @property
    def hub_url(self) -> str:
        return url(self.ports[HUB.id])


def read(home: Home) -> State:
    """The state written last; a new one where there is none or it was cut off by a crash."""
    try:
        return State.model_validate_json(home.state.read_bytes())
    except (FileNotFoundError, ValidationError):
        return State()


def write(home: Home, state: State) -> None:
    """Write the state so that a reader sees either the old or the new one."""
    unfinished = home.state.with_suffix(".new")
    unfinished.write_text(state.model_dump_json(indent=1))
    unfinished.replace(home.state)


def running_hub(home: Home) -> str | None:
    """The address of the running demo's hub, or None."""
    if not home.is_held():
        return None
    state = read(home)
    return state.hub_url if state.phase is Phase.READY else None
