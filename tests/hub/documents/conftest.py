"""A folder for files, files of every kind, and scanners: the real one, and a fake for its bad days."""

from __future__ import annotations

import io
import os
import shutil
import socket
import subprocess
import threading
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from pytest_django import Settings

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The harmless text that every scanner takes for a virus (EICAR, 2003)."""


@pytest.fixture(autouse=True)
def data_dir(settings: Settings, tmp_path: Path) -> Path:
    """Files go into a folder of their own."""
    settings.SITE = settings.SITE.model_copy(update={"data_dir": tmp_path})
    return tmp_path


def archive(parts: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP archive."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as written:
        for name, content in parts.items():
            written.writestr(name, content)
    return made.getvalue()


def docx(**more: bytes) -> bytes:
    return archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:document/>", **more})


GOOD: Mapping[str, bytes] = {
    "a.pdf": b"%PDF-1.7\n%%EOF\n",
    "a.png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(17),
    "a.jpeg": b"\xff\xd8\xff\xe0" + bytes(20) + b"\xff\xd9",
    "a.docx": docx(),
    "a.xlsx": archive({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}),
    "a.odt": archive(
        {"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<office/>"},
        zipfile.ZIP_STORED,
    ),
    "a.csv": "patient;größe\n1;2\n".encode(),
    "A.TXT": b"Words.\r\n",
}


@pytest.fixture(scope="session")
def clamd() -> Iterator[str]:
    """The address of a real clamd that knows one signature, that of EICAR's test file."""
    program = shutil.which("clamd", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("clamd is missing: run `make system` as root.")
    # A socket's address has at most 108 characters, and pytest's folders are deep.
    home = Path(f"/tmp/caimera-clamd-{os.getpid()}")
    (home / "signatures").mkdir(parents=True, mode=0o755)
    (home / "signatures" / "eicar.ndb").write_text(f"Eicar-Test:0:*:{EICAR.hex()}\n")
    told = {"DatabaseDirectory": home / "signatures", "LocalSocket": home / "socket", "Foreground": "yes"}
    (home / "clamd.conf").write_text("".join(f"{name} {value}\n" for name, value in told.items()))
    process = subprocess.Popen(
        [program, f"--config-file={home / 'clamd.conf'}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _await(home / "socket", process)
        yield f"unix:{home / 'socket'}"
    finally:
        process.terminate()
        process.wait(20)
        shutil.rmtree(home)


def _await(path: Path, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if path.exists():
            return
        assert process.poll() is None, "clamd ended by itself"
        time.sleep(0.1)
    pytest.fail("clamd did not open its socket")


FakeClamd = Callable[[bytes], str]


@pytest.fixture
def fake_clamd() -> Iterator[FakeClamd]:
    """A listener that takes one stream in clamd's way and answers as told, whatever is in it."""
    listeners: list[socket.socket] = []

    def start(answer: bytes) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        threading.Thread(target=_serve, args=(listener, answer), daemon=True).start()
        return f"tcp://127.0.0.1:{listener.getsockname()[1]}"

    yield start
    for listener in listeners:
        listener.close()


def _serve(listener: socket.socket, answer: bytes) -> None:
    connection, _address = listener.accept()
    with connection, connection.makefile("rb") as stream:
        assert stream.read(10) == b"zINSTREAM\0"
        while length := int.from_bytes(stream.read(4), "big"):
            stream.read(length)
        connection.sendall(answer)
