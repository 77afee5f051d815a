"""`python -m caimera.demo.mail FOLDER PORT`: a mail server on this machine; each letter is a file."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP

from caimera.demo.sites import HOST


class Keeper:
    """Keeps what it takes, a file a letter: `<time>-<number>.eml`, to be opened with any mail program."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.number = 0

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 (aiosmtpd's name)
        """Keep a letter before saying so."""
        self.number += 1
        name = f"{time.time_ns():020d}-{self.number:04d}"
        unfinished = self.folder / f".{name}"
        unfinished.write_bytes(envelope.original_content)
        unfinished.rename(self.folder / f"{name}.eml")
        return "250 Kept"


async def serve(folder: Path, port: int) -> None:
    """Take letters until told to stop."""
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    for ending in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(ending, stopped.set)
    keeper = Keeper(folder)
    async with await loop.create_server(lambda: SMTP(keeper, loop=loop, hostname=HOST), HOST, port):
        await stopped.wait()


if __name__ == "__main__":
    Path(sys.argv[1]).mkdir(mode=0o700, parents=True, exist_ok=True)
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
