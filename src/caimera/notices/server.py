"""The mail server: reached, signed in to, given letters; what it answers is told apart here (RFC 5321).

A refused recipient is the address's fault, refused data the letter's, all else the server's or the line's.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage

from django.conf import settings

from caimera.notices.errors import AddressRefused, LetterRefused, LineLost, ServerAway, TryLater
from caimera.notices.letters import host
from caimera.secrets import FileStore, SecretsError

PATIENCE = 20.0
"""Seconds the server may take for each answer."""
PASSWORD = "mail_password"  # noqa: S105 (the name of a secret, not one)
_FOR_GOOD = 500


@contextmanager
def line() -> Iterator[smtplib.SMTP]:
    """A line to the mail server, secured and signed in to as the settings say. Raises ServerAway."""
    try:
        smtp = _opened()
    except (OSError, smtplib.SMTPException, SecretsError) as problem:
        raise ServerAway(_said(problem)) from problem
    try:
        yield smtp
    finally:
        with suppress(OSError, smtplib.SMTPException):
            smtp.quit()


def _opened() -> smtplib.SMTP:
    site, context = settings.SITE, ssl.create_default_context()
    where = {"host": site.mail_host, "port": site.mail_port, "local_hostname": host(), "timeout": PATIENCE}
    smtp = smtplib.SMTP_SSL(**where, context=context) if site.mail_tls == "tls" else smtplib.SMTP(**where)
    try:
        if site.mail_tls == "starttls":
            smtp.starttls(context=context)
        if site.mail_user:
            store = FileStore(site.secrets_file, site.secrets_key_file)
            smtp.login(site.mail_user, store.get(PASSWORD).decode())
    except BaseException:
        smtp.close()
        raise
    return smtp


def hand_over(smtp: smtplib.SMTP, message: EmailMessage, *, to: str) -> None:
    """Give the server a letter; it has it when this returns.

    Raises AddressRefused, LetterRefused, TryLater, LineLost, ServerAway.
    """
    try:
        smtp.sendmail(settings.SITE.mail_sender, [to], message.as_bytes())
    except smtplib.SMTPRecipientsRefused as refused:
        code, said = refused.recipients[to]
        raise (AddressRefused if code >= _FOR_GOOD else TryLater)(_answer(code, said)) from None
    except smtplib.SMTPDataError as refused:
        kind = LetterRefused if refused.smtp_code >= _FOR_GOOD else TryLater
        raise kind(_said(refused)) from None
    except smtplib.SMTPServerDisconnected as lost:
        raise LineLost(_said(lost)) from None
    except smtplib.SMTPException as problem:
        raise ServerAway(_said(problem)) from None
    except OSError as lost:
        raise LineLost(_said(lost)) from None


def _said(problem: Exception) -> str:
    """In a line; never what was sent, a password least of all."""
    if isinstance(problem, smtplib.SMTPResponseException):
        return _answer(problem.smtp_code, problem.smtp_error)
    return str(problem)[:500] or type(problem).__name__


def _answer(code: int, said: bytes | str) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return f"{code} {' '.join(text.split())}"[:500]
