"""Results that may be wanted again within one call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray

MEMORY = 32 * 1024 * 1024
"""Bytes kept at most; what comes later is worked out each time."""


class Kept:
    """Arrays by what they answer; `step` is called before each is worked out, and may raise."""

    def __init__(self, step: Callable[[], None]) -> None:
        self._step = step
        self._arrays: dict[object, NDArray[Any]] = {}
        self._room = MEMORY

    def once(self, key: object, find: Callable[[], NDArray[Any]]) -> NDArray[Any]:
        """The array kept under this key, found first where it is not there."""
        found = self._arrays.get(key)
        if found is None:
            self._step()
            found = find()
            if found.nbytes <= self._room:
                self._room -= found.nbytes
                self._arrays[key] = found
        return found
