"""The hub's server on a thread of the tests' own process: what it serves is theirs, and it starts at once.

That `caimera hub serve` starts, answers and ends in order as a process, `test_processes.py` shows.
"""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from django.conf import settings
from django.test import override_settings

from caimera.hub.asgi import app
from caimera.hub.search.bell import bell

NO_LIMITS = {"requests_per_minute": 0, "questions_per_minute": 0}
CONFIG = uvicorn.Config(
    app,
    lifespan="off",  # at its start a process that serves sets itself up to run for weeks
    log_config=None,
    access_log=False,
    proxy_headers=False,
    timeout_graceful_shutdown=1,
)


@contextmanager
def serving() -> Iterator[str]:
    """The address of the running server, to which everybody may send as much as they like."""
    server = uvicorn.Server(CONFIG)
    with (
        override_settings(SITE=settings.SITE.model_copy(update=NO_LIMITS)),
        socket.create_server(("127.0.0.1", 0)) as listener,
    ):
        thread = threading.Thread(target=asyncio.run, args=(_serve(server, listener),))
        thread.start()
        try:
            while not server.started:
                assert thread.is_alive(), "the server did not start"
                time.sleep(0.005)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


async def _serve(server: uvicorn.Server, listener: socket.socket) -> None:
    await server.serve([listener])
    await bell().close()
