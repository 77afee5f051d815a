"""Device authorization: a program without a browser signs a person in (RFC 8628)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from caimera.demo.simulator.clients import Client
from caimera.demo.simulator.errors import OAuthError

DEVICE_CODE_LIFETIME = 600
SLOW_DOWN = 5
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"


@dataclass(slots=True)
class Approval:
    """A device waiting for a person. `sub` is set by approval, `refused` by refusal."""

    device_code: str
    user_code: str
    client: Client
    scope: str
    interval: int
    expires_at: float
    next_poll_at: float
    sub: str | None = None
    refused: bool = False


class Devices:
    """The approvals asked for; `interval` is the least number of seconds between two polls."""

    def __init__(self, clock: Callable[[], float], interval: int = 1) -> None:
        self._clock = clock
        self._interval = interval
        self._waiting: dict[str, Approval] = {}

    def ask(self, client: Client, scope: str) -> Approval:
        letters = "".join(secrets.choice(_LETTERS) for _ in range(8))
        now = self._clock()
        approval = Approval(
            device_code=secrets.token_urlsafe(32),
            user_code=f"{letters[:4]}-{letters[4:]}",
            client=client,
            scope=scope,
            interval=self._interval,
            expires_at=now + DEVICE_CODE_LIFETIME,
            next_poll_at=now,
        )
        self._waiting[approval.device_code] = approval
        return approval

    def by_user_code(self, user_code: str) -> Approval | None:
        """The approval a person means; case, spaces and the hyphen do not matter."""
        typed = "".join(letter for letter in user_code.upper() if letter.isalpha())
        for approval in self._waiting.values():
            if approval.user_code.replace("-", "") == typed and not self._over(approval):
                return approval
        return None

    def poll(self, client: Client, device_code: str) -> Approval:
        """The approved approval, once. Raises OAuthError with the codes of RFC 8628, 3.5."""
        approval = self._waiting.get(device_code)
        if approval is None or approval.client.id != client.id:
            raise OAuthError("invalid_grant", "The device code is not known for this client.")
        if self._over(approval):
            raise OAuthError("expired_token", "The device code has expired; ask for a new one.")
        self._pace(approval)
        if approval.refused:
            raise OAuthError("access_denied", "The person refused.")
        if approval.sub is None:
            raise OAuthError("authorization_pending", "The person has not answered yet.")
        del self._waiting[device_code]
        return approval

    def _pace(self, approval: Approval) -> None:
        now = self._clock()
        too_soon = now < approval.next_poll_at
        if too_soon:
            approval.interval += SLOW_DOWN
        approval.next_poll_at = now + approval.interval
        if too_soon:
            raise OAuthError("slow_down", f"Wait {approval.interval} seconds between two requests.")

    def _over(self, approval: Approval) -> bool:
        return self._clock() >= approval.expires_at
