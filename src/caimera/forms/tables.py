"""Reads the forms in `data/`; each is checked before anything is asked with it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from caimera.forms.checking import faults
from caimera.forms.errors import FormBroken, UnknownForm
from caimera.forms.model import Form, Kind, Question, Section, ShownIf

_FILE = re.compile(r"^([a-z-]+)-([1-9][0-9]*)\.toml$")


def form(name: str, version: int | None = None) -> Form:
    """One version of a form, or its newest. Raises UnknownForm."""
    versions = {one.version: one for one in forms() if one.name == name}
    found = versions.get(max(versions, default=0) if version is None else version)
    if found is None:
        wanted = name if version is None else f"{name}/{version}"
        raise UnknownForm(wanted, [one.id for one in forms()])
    return found


@lru_cache(maxsize=1)
def forms() -> tuple[Form, ...]:
    """Every version of every form. Raises FormBroken."""
    return tuple(sorted(_stored(), key=lambda one: (one.name, one.version)))


def _stored() -> Iterator[Form]:
    for file in files(__package__).joinpath("data").iterdir():
        if named := _FILE.match(file.name):
            yield read(file.read_text(encoding="utf-8"), name=named[1], version=int(named[2]))


def read(text: str, *, name: str, version: int) -> Form:
    """A form from its TOML text. Raises FormBroken with everything that is wrong with it."""
    try:
        made = _made(tomllib.loads(text), name, version)
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise FormBroken(f"{name}/{version}", [f"It cannot be read: {error}."]) from error
    if found := list(faults(made)):
        raise FormBroken(made.id, found)
    return made


def _made(table: Mapping[str, Any], name: str, version: int) -> Form:
    return Form(
        name=name,
        version=version,
        title=table["title"],
        intro=table["intro"],
        reuse=table.get("reuse", False),
        sections=tuple(_section(one) for one in table["sections"]),
    )


def _section(one: Mapping[str, Any]) -> Section:
    questions = tuple(_question(each) for each in one["questions"])
    return Section(title=one["title"], help=one.get("help", ""), questions=questions)


def _question(one: Mapping[str, Any]) -> Question:
    more = {key: value for key, value in one.items() if key not in ("kind", "shown_if")}
    return Question(kind=Kind(one["kind"]), shown_if=_condition(one.get("shown_if")), **more)


def _condition(one: Mapping[str, Any] | None) -> ShownIf | None:
    return ShownIf(question=one["question"], values=tuple(one["is"])) if one else None
