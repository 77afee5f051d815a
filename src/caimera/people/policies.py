"""The policies of this site: versioned files in `data/`, of which the newest counts. Pure.

A version that somebody accepted is never changed; a change is a new file, and everyone is asked again.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files

_FILE = re.compile(r"^([a-z-]+)-([1-9][0-9]*)\.toml$")


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a policy."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of a policy."""

    name: str
    version: int
    title: str
    since: date
    sections: tuple[Section, ...]

    @property
    def id(self) -> str:
        """Name and version: `privacy/1`."""
        return f"{self.name}/{self.version}"


@lru_cache(maxsize=1)
def policies() -> tuple[Policy, ...]:
    """Every version of every policy, by name and version."""
    found = (
        _read(named[1], int(named[2]), file.read_text(encoding="utf-8"))
        for file in files(__package__).joinpath("data").iterdir()
        if (named := _FILE.match(file.name))
    )
    return tuple(sorted(found, key=lambda one: (one.name, one.version)))


def current() -> tuple[Policy, ...]:
    """The version of each policy that counts now."""
    return tuple({one.name: one for one in policies()}.values())


def policy(name: str, version: int | None = None) -> Policy | None:
    """One version of a policy, or the one that counts now; None where there is none."""
    found = [one for one in policies() if one.name == name and version in (None, one.version)]
    return found[-1] if found else None


def _read(name: str, version: int, text: str) -> Policy:
    table = tomllib.loads(text)
    sections = tuple(Section(**one) for one in table["sections"])
    return Policy(name, version, table["title"], table["since"], sections)
