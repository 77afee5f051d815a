"""Named secrets in one file, encrypted with AES-256-GCM under a key in another.

The file is a first line naming purpose and format version, a nonce of 12 bytes, and the ciphertext of a JSON
object {name: base64 of the value}. The first line is the associated data of the encryption.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from caimera.secrets.errors import SecretMissing, SecretNameInvalid, SecretsExist, SecretsUnreadable
from caimera.secrets.files import read_private, write_private

_HEADER = b"caimera secrets 1\n"
_NONCE_SIZE = 12
_KEY_SIZE = 32
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


class FileStore:
    """The secrets in the file at `path`, under the key in the file at `key_path`; read at each use.

    Every method raises SecretsUnreadable if a file is missing, open to others, damaged or of another pair.
    """

    def __init__(self, path: Path, key_path: Path) -> None:
        self.path = path
        self.key_path = key_path

    def __repr__(self) -> str:
        return f"FileStore({str(self.path)!r})"

    @classmethod
    def create(cls, path: Path, key_path: Path) -> FileStore:
        """Make an empty store; a key file that is there already is used.

        Raises:
            SecretsExist: there is a store at `path`.
        """
        if path.exists():
            raise SecretsExist(
                f"{path} is there already and is not overwritten. Open it, or choose another path."
            )
        for parent in (path.parent, key_path.parent):
            parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not key_path.exists():
            write_private(key_path, base64.b64encode(os.urandom(_KEY_SIZE)) + b"\n")
        store = cls(path, key_path)
        store._write({})
        return store

    def names(self) -> tuple[str, ...]:
        """The names of all secrets, sorted."""
        return tuple(sorted(self._read()))

    def get(self, name: str) -> bytes:
        """The value of a secret; raises SecretMissing."""
        try:
            return self._read()[_checked(name)]
        except KeyError:
            raise SecretMissing(
                f"There is no secret named {name} in {self.path}. Put it there first."
            ) from None

    def put(self, name: str, value: bytes) -> None:
        """Set a secret, replacing the value it had. Raises SecretNameInvalid."""
        self.update({name: value})

    def update(self, values: Mapping[str, bytes]) -> None:
        """Set several secrets, all or none. Raises SecretNameInvalid."""
        named = {_checked(name): bytes(value) for name, value in values.items()}
        with self._locked():
            self._write(self._read() | named)

    def get_or_make(self, name: str, make: Callable[[], bytes]) -> bytes:
        """The value of a secret; the first to ask makes it, for everybody. Raises SecretNameInvalid."""
        with self._locked():
            values = self._read()
            if (value := values.get(_checked(name))) is None:
                value = make()
                self._write(values | {name: value})
            return value

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One writer at a time: the key file stays in its place, so that it can carry the lock."""
        read_private(self.key_path)
        with self.key_path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _cipher(self) -> AESGCM:
        try:
            key = base64.b64decode(read_private(self.key_path).strip(), validate=True)
        except binascii.Error:
            key = b""
        if len(key) != _KEY_SIZE:
            raise SecretsUnreadable(
                f"{self.key_path} is not a key of this store. Bring it back from its backup."
            )
        return AESGCM(key)

    def _read(self) -> dict[str, bytes]:
        cipher, data = self._cipher(), read_private(self.path)
        nonce, sealed = data[len(_HEADER) :][:_NONCE_SIZE], data[len(_HEADER) + _NONCE_SIZE :]
        if not data.startswith(_HEADER) or not sealed:
            raise SecretsUnreadable(f"{self.path} is not a file of secrets. Bring it back from its backup.")
        try:
            text = cipher.decrypt(nonce, sealed, _HEADER)
        except InvalidTag:
            raise SecretsUnreadable(
                f"{self.path} does not open with the key in {self.key_path}: "
                "it is damaged or has another key. Bring back the pair from its backup."
            ) from None
        return {name: base64.b64decode(value) for name, value in json.loads(text).items()}

    def _write(self, values: Mapping[str, bytes]) -> None:
        text = json.dumps({name: base64.b64encode(value).decode() for name, value in values.items()})
        nonce = os.urandom(_NONCE_SIZE)
        write_private(self.path, _HEADER + nonce + self._cipher().encrypt(nonce, text.encode(), _HEADER))


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise SecretNameInvalid("A secret's name has 1 to 64 of a-z, 0-9 and _, and begins with a letter.")
    return name
