"""A real mail server (aiosmtpd) that keeps what it takes, refuses whom it is told to, can be taken away."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


class MailServer:
    """`answers` maps an address to what RCPT says of it, `data_answers` to what DATA does; `before_data` is
    called with each letter before the server says that it has it."""

    def __init__(self, **smtp: Any) -> None:
        self.letters: list[EmailMessage] = []
        self.answers: dict[str, str] = {}
        self.data_answers: dict[str, str] = {}
        self.before_data: Callable[[], object] = lambda: None
        self.passwords: list[tuple[bool, bytes, bytes]] = []
        self.port = 0
        self._smtp = smtp
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server: asyncio.Server | None = None

    def start(self) -> None:
        """Listen, at a port that was free a moment ago."""
        self._server = self._do(self._loop.create_server(self._protocol, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Be gone, with every line that was open."""
        if self._server is not None:
            self._loop.call_soon_threadsafe(self._server.close)
            self._do(self._server.wait_closed())
            self._server = None

    def close(self) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _protocol(self) -> SMTP:
        return SMTP(self, loop=self._loop, hostname="mail.test", **self._smtp)

    def _do(self, act: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(act, self._loop).result(20)

    # What aiosmtpd asks of its handler.

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if answer := self.answers.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if answer := self.data_answers.get(envelope.rcpt_tos[0]):
            return answer
        self.before_data()
        parsed = message_from_bytes(cast(bytes, envelope.content), policy=policy.default)
        self.letters.append(cast(EmailMessage, parsed))
        return "250 OK"

    def authenticate(
        self, _server: SMTP, session: Session, _envelope: Envelope, _mechanism: str, given: LoginPassword
    ) -> AuthResult:
        """As aiosmtpd's `authenticator`: takes only the password of the tests."""
        self.passwords.append((session.ssl is not None, given.login, given.password))
        return AuthResult(success=given.password == b"open sesame", handled=False)

    def to(self) -> list[str]:
        """Whom the letters went to, in order."""
        return [str(letter["To"]) for letter in self.letters]


def secured(context: ssl.SSLContext) -> MailServer:
    """One that wants TLS, and then a name and password."""
    server = MailServer(tls_context=context, require_starttls=True, auth_required=True)
    server._smtp["authenticator"] = server.authenticate
    return server
