"""Numbers about people that may be told, and told again while little has changed."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from types import MappingProxyType
from typing import Any, TypeAlias

from caimera.disclosure import Guard, discrete_laplace

Levels: TypeAlias = tuple[int, ...]
"""A secret set of patients, a bit each; further levels hold those who count twice, three times and so on."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What a statement is about: a set, in which one patient counts up to `clip`."""

    levels: Levels = (0,)
    clip: int = 1


@dataclass(frozen=True, slots=True)
class Said:
    """A set that was told, and its number with noise; None where it was too small to tell."""

    levels: Levels
    number: int | None
    clip: int = 1


@dataclass(frozen=True, slots=True)
class Memory:
    """What a dataset's descriptions said so far. Secret: it never leaves the node.

    `places` are patients by their bit, as keyed hashes; `said` by the name of the statement, oldest first;
    `sizes` in bytes, with the patients they were told of.
    """

    places: tuple[str, ...] = ()
    said: Mapping[str, tuple[Said, ...]] = field(default_factory=dict)
    sizes: tuple[Said, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values, sets in hexadecimal."""
        said = {name: list(map(_stored, sets)) for name, sets in self.said.items()}
        return {"places": list(self.places), "said": said, "sizes": list(map(_stored, self.sizes))}

    @staticmethod
    def from_json(stored: Mapping[str, Any]) -> Memory:
        """What `to_json` gave."""
        said = {name: tuple(map(_restored, sets)) for name, sets in stored["said"].items()}
        sizes = tuple(map(_restored, stored["sizes"]))
        return Memory(tuple(stored["places"]), MappingProxyType(said), sizes)


def _stored(said: Said) -> list[Any]:
    return [[f"{level:x}" for level in said.levels], said.number, said.clip]


def _restored(stored: Any) -> Said:
    levels, number, clip = stored
    return Said(tuple(int(level, 16) for level in levels), number, clip)


def placed(patients: Iterable[str], memory: Memory, key: bytes) -> tuple[tuple[int, ...], Memory]:
    """The bit of each patient, the same in every version, and a memory that knows them all."""
    places = {name: place for place, name in enumerate(memory.places)}
    found = tuple(places.setdefault(_hidden(key, patient), len(places)) for patient in patients)
    return found, replace(memory, places=tuple(places))


def _hidden(key: bytes, patient: str) -> str:
    return hmac.new(key, b"patient " + patient.encode(), hashlib.sha256).hexdigest()[:24]


def tell(
    statements: Mapping[str, Counted], memory: Memory, guard: Guard, digest: str
) -> tuple[Mapping[str, int | None], Memory]:
    """The number of each statement made now or before, None where it is not told, and what to remember.

    A statement keeps what was said, a number or its lack, while the set it was said of is near: a version
    that differs by few patients says the same, so that subtracting descriptions tells nothing about them.
    Sets of other statements that are near share a number too, as answers to questions do.
    """
    said, numbers = dict(memory.said), {}
    before = {name: _earlier(name, memory) for name in {*statements, *memory.said}}
    for name in sorted(before):
        now = statements.get(name, Counted())
        kept = next((one for one in before[name] if guard.near(_changed(one.levels, now.levels))), None)
        if kept is None:
            kept = Said(now.levels, _fresh(name, now, said, guard, digest), now.clip)
            said[name] = (*said.get(name, ()), kept)
        numbers[name] = kept.number
    return numbers, replace(memory, said=MappingProxyType(said))


def tell_size(size: int | None, patients: int, memory: Memory, guard: Guard) -> tuple[int | None, Memory]:
    """A size in bytes as a power of two, the one that was told while the set of patients is near."""
    kept = next((one for one in memory.sizes if guard.near(one.levels[0] ^ patients)), None)
    if kept is not None:
        return kept.number, memory
    told = Said((patients,), None if size is None else 1 << max(0, size - 1).bit_length())
    return told.number, replace(memory, sizes=(*memory.sizes, told))


def _earlier(name: str, memory: Memory) -> tuple[Said, ...]:
    """What was said of a statement; an earlier description that was silent said that nobody has it."""
    silent = (Said((0,), None),) if memory.said else ()
    return memory.said.get(name, silent)


def _fresh(
    name: str, now: Counted, said: Mapping[str, tuple[Said, ...]], guard: Guard, digest: str
) -> int | None:
    if guard.too_small(now.levels[0]):
        return None
    if now.clip == 1:
        shared = next((one for one in _told(said) if guard.near(one.levels[0] ^ now.levels[0])), None)
        if shared is not None:
            return shared.number
    exact = sum(level.bit_count() for level in now.levels)
    return exact + discrete_laplace(guard.policy.epsilon / now.clip, guard.seed(_SEED, digest), name)


_SEED = "description"


def _told(said: Mapping[str, tuple[Said, ...]]) -> Iterator[Said]:
    for name in sorted(said):
        yield from (one for one in said[name] if one.clip == 1 and one.number is not None)


def _changed(before: Levels, now: Levels) -> int:
    """The patients who count otherwise than before."""
    changed = 0
    for first, second in zip_longest(before, now, fillvalue=0):
        changed |= first ^ second
    return changed
