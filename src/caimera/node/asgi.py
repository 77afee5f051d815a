"""The node as an ASGI application."""

from __future__ import annotations

import os
from typing import Any

from django.core.asgi import get_asgi_application

from caimera.web.bodies import within_bounds
from caimera.web.running import settle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caimera.node.settings")
django_application = within_bounds(get_asgi_application())


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer the server's start and stop here, and let Django answer requests."""
    if scope["type"] != "lifespan":
        await django_application(scope, receive, send)
        return
    stopped = False
    while not stopped:
        event = (await receive())["type"]
        if event == "lifespan.startup":
            settle()
        await send({"type": f"{event}.complete"})
        stopped = event == "lifespan.shutdown"
