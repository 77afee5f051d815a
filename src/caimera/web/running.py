"""How a program that runs for weeks keeps house: what it loaded at its start is not looked through again."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from contextlib import suppress

_COLLECT_AFTER = 20_000
"""New objects before the collector looks: a question makes thousands, and nearly all go by themselves."""
_TURN_S = 0.0005
"""Seconds a thread keeps the interpreter while others wait, where the usual is ten times as long."""

_ARENAS = 1
"""Heaps of the C library, which makes up to eight for each processor, and each keeps what it once had."""
_M_ARENA_MAX = -8


def settle() -> None:
    """Call once when everything is imported and set up, before the first request or message."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER, 50, 50)
    sys.setswitchinterval(_TURN_S)
    share_in_long_turns()


def share_heaps() -> None:
    """Let threads, which take turns anyway, share one heap: a node and a hub keep a tenth less memory.

    Call before anything starts threads. Other C libraries than glibc know no such heaps.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)


def share_in_long_turns() -> None:
    """Let the kernel not interrupt this process, and those it starts, each time another wakes (Linux).

    Hub, broker and database wake each other with every message: in long turns messages gather, and a question
    to a hundred nodes takes a quarter less processor time. Anyone may ask for it; where it is refused, all
    goes on as before.
    """
    with suppress(AttributeError, OSError):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
