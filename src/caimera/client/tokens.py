"""Tokens, one for each hub, in one file only its owner can read."""

from __future__ import annotations

import json
import os
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from caimera.client.errors import TokensUnreadable


@dataclass(frozen=True, slots=True)
class Token:
    """What a sign-in service gave: who gave it, to which client, until when (seconds since 1970)."""

    access_token: str = field(repr=False)
    issuer: str
    client_id: str
    expires_at: float
    refresh_token: str | None = field(default=None, repr=False)

    def ends_within(self, seconds: float) -> bool:
        """Whether it is no use any more, or soon."""
        return time.time() + seconds >= self.expires_at


def config_home() -> Path:
    """`CAIMERA_CONFIG_HOME`, else `$XDG_CONFIG_HOME/caimera`, else `~/.config/caimera`."""
    if named := os.environ.get("CAIMERA_CONFIG_HOME"):
        return Path(named)
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "caimera"


class TokenFile:
    """`tokens.json` in the configuration directory: a token for each hub's address."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or config_home() / "tokens.json"

    def get(self, hub: str) -> Token | None:
        """The token for a hub. Raises TokensUnreadable."""
        found = self._read().get(hub)
        try:
            return Token(**found) if found else None
        except TypeError as error:
            raise self._damaged() from error

    def put(self, hub: str, token: Token) -> None:
        """Keep a token in place of the one before."""
        self._write(self._read() | {hub: asdict(token)})

    def remove(self, hub: str) -> Token | None:
        """Forget the token for a hub and return it."""
        token = self.get(hub)
        self._write({other: kept for other, kept in self._read().items() if other != hub})
        return token

    def _read(self) -> dict[str, Any]:
        try:
            mode = self.path.stat().st_mode
            text = self.path.read_text()
        except FileNotFoundError:
            return {}
        if mode & 0o077:
            raise TokensUnreadable(f"{self.path} can be read by others. Run: chmod 600 '{self.path}'")
        try:
            tokens = json.loads(text)
        except ValueError as error:
            raise self._damaged() from error
        if not isinstance(tokens, dict):
            raise self._damaged()
        return tokens

    def _write(self, tokens: dict[str, Any]) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=self.path.parent, prefix=".tokens-")
        with os.fdopen(handle, "w") as file:
            json.dump(tokens, file, indent=2)
        Path(beside).replace(self.path)

    def _damaged(self) -> TokensUnreadable:
        return TokensUnreadable(f"{self.path} is damaged. Delete it and sign in again with `caimera login`.")
