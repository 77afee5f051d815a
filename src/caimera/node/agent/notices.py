"""This node's notices, kept by the agent: letters go out, reminders are written."""

from __future__ import annotations

import asyncio
import logging
import time

from django.db import DatabaseError

from caimera.notices.keeping import REMIND_EVERY, SEND_EVERY, keep
from caimera.notices.sending import send_waiting
from caimera.web.threads import in_thread

logger = logging.getLogger(__name__)


async def keep_notices() -> None:
    """Send and remind until cancelled, the first time after a pause: a start belongs to the questions."""
    due = 0.0
    while True:
        await asyncio.sleep(SEND_EVERY)
        try:
            await in_thread(send_waiting)
            if time.monotonic() >= due:
                await in_thread(keep)
                due = time.monotonic() + REMIND_EVERY
        except DatabaseError as problem:
            logger.warning("notices were not kept: %s", problem)
