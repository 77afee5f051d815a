"""Running what touches the database beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import copy_context
from typing import ParamSpec, TypeVar

from django.db import close_old_connections

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


async def in_thread(
    function: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
) -> Result:
    """Run `function` whole in a thread, with a database connection that works and goes back afterwards.

    Threads run beside each other: one slow act does not hold up the next.
    """

    def tidily() -> Result:
        close_old_connections()
        try:
            return function(*args, **kwargs)
        finally:
            close_old_connections()

    # What asgiref does besides, so that a thread can call back into the loop, nothing here needs.
    return await asyncio.get_running_loop().run_in_executor(None, copy_context().run, tidily)
