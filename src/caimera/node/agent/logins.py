"""What this node's agent does about sign-ins: tokens of login services that nobody needs are revoked."""

from __future__ import annotations

import asyncio
import logging

from django.db import DatabaseError

from caimera.people.revoking import keep_tokens
from caimera.web.threads import in_thread

logger = logging.getLogger(__name__)

LOOK_EVERY = 15.0


async def keep_logins() -> None:
    """Look until cancelled, the first time after a pause: a start belongs to the questions."""
    while True:
        await asyncio.sleep(LOOK_EVERY)
        try:
            await in_thread(keep_tokens)
        except DatabaseError as problem:
            logger.warning("tokens were not let go: %s", problem)
