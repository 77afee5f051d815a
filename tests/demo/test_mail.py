"""The demo's mail server, run as the supervisor runs it: every letter taken is a file."""

from __future__ import annotations

import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path

import pytest

from caimera.demo.ports import any_port
from caimera.demo.sites import HOST


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    port = any_port()
    command = [sys.executable, "-m", "caimera.demo.mail", str(tmp_path / "mail"), str(port)]
    process = subprocess.Popen(command)
    yield port
    process.terminate()
    assert process.wait(20) == 0


def connected(port: int) -> smtplib.SMTP:
    """A line to the server, as soon as it listens."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return smtplib.SMTP(HOST, port, local_hostname="test")
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def test_every_letter_is_a_file_that_a_mail_program_opens(port: int, tmp_path: Path) -> None:
    letters = [f"To: rosa@example.org\r\nSubject: Letter {number}\r\n\r\nFine.\r\n" for number in range(3)]
    with connected(port) as smtp:
        for letter in letters:
            smtp.sendmail("hub@demo.invalid", ["rosa@example.org"], letter)
    kept = sorted((tmp_path / "mail").iterdir())
    assert [one.suffix for one in kept] == [".eml"] * 3
    assert [message_from_bytes(one.read_bytes())["Subject"] for one in kept] == [
        "Letter 0",
        "Letter 1",
        "Letter 2",
    ]
