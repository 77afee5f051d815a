"""The hub as an ASGI application."""

from __future__ import annotations

import os
from typing import Any

from django.core.asgi import get_asgi_application

from caimera.web.bodies import within_bounds
from caimera.web.running import settle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caimera.hub.settings")
django_application = within_bounds(get_asgi_application())


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer the server's start and stop here, and let Django answer requests."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    else:
        await django_application(scope, receive, send)


async def _lifespan(receive: Any, send: Any) -> None:
    from caimera.hub.search.bell import bell

    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            settle()
            await send({"type": "lifespan.startup.complete"})
        else:
            await bell().close()
            await send({"type": "lifespan.shutdown.complete"})
            return
