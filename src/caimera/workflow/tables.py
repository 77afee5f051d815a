"""The tables that stand in `data/`, read once and checked."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Any

from caimera.workflow.checking import faults
from caimera.workflow.errors import TableBroken, UnknownWorkflow
from caimera.workflow.model import Deadline, Role, State, Transition, Workflow

_FILE = re.compile(r"^([a-z-]+)-([1-9][0-9]*)\.toml$")
_ALL = "*"
"""As a transition's source: every state that is not final."""


def workflow(name: str, version: int | None = None) -> Workflow:
    """One version of a workflow, or its newest. Raises UnknownWorkflow."""
    versions = {one.version: one for one in workflows() if one.name == name}
    found = versions.get(max(versions, default=0) if version is None else version)
    if found is None:
        wanted = name if version is None else f"{name}/{version}"
        raise UnknownWorkflow(wanted, [one.id for one in workflows()])
    return found


@lru_cache(maxsize=1)
def workflows() -> tuple[Workflow, ...]:
    """Every version of every workflow. Raises TableBroken."""
    return tuple(sorted(_stored(), key=lambda one: (one.name, one.version)))


def _stored() -> Iterator[Workflow]:
    for file in files(__package__).joinpath("data").iterdir():
        if named := _FILE.match(file.name):
            yield read(file.read_text(encoding="utf-8"), name=named[1], version=int(named[2]))


def read(text: str, *, name: str, version: int) -> Workflow:
    """A table from its TOML text. Raises TableBroken with everything that is wrong with it."""
    try:
        made = _made(tomllib.loads(text), name, version)
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise TableBroken(f"{name}/{version}", [f"It cannot be read: {error}."]) from error
    if found := list(faults(made)):
        raise TableBroken(made.id, found)
    return made


def _made(table: dict[str, Any], name: str, version: int) -> Workflow:
    states = tuple(State(**_tuples(one)) for one in table["states"])
    going_on = tuple(state.name for state in states if not state.final)
    return Workflow(
        name=name,
        version=version,
        title=table["title"],
        roles=tuple(Role(key, label) for key, label in table["roles"].items()),
        states=states,
        transitions=tuple(_transition(one, going_on) for one in table["transitions"]),
        deadlines=tuple(Deadline(**one) for one in table.get("deadlines", ())),
    )


def _transition(one: dict[str, Any], going_on: tuple[str, ...]) -> Transition:
    sources = going_on if one["from"] == _ALL else tuple(one["from"])
    rest = {key: value for key, value in one.items() if key not in ("from", "to")}
    return Transition(sources=sources, target=one.get("to", ""), **_tuples(rest))


def _tuples(row: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
