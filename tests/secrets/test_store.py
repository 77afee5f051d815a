"""The encrypted file: what it keeps, and everything it refuses."""

import base64
import multiprocessing
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from caimera.protocol.errors import IdentityError
from caimera.protocol.identity import Identity
from caimera.secrets import (
    FileStore,
    SecretMissing,
    SecretNameInvalid,
    SecretsExist,
    SecretsUnreadable,
    load_identity,
    save_identity,
)

SECRET = b"a value \x00\xff nobody may read"


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore.create(tmp_path / "a site's keys" / "secrets", tmp_path / "elsewhere" / "key")


def test_a_value_comes_back_as_it_was_put(store: FileStore) -> None:
    store.put("broker_seed", SECRET)
    store.put("sign_key", b"")
    again = FileStore(store.path, store.key_path)
    assert again.get("broker_seed") == SECRET
    assert again.get("sign_key") == b""
    assert again.names() == ("broker_seed", "sign_key")


def test_a_new_store_is_empty_and_a_value_may_be_replaced(store: FileStore) -> None:
    assert store.names() == ()
    store.put("sign_key", b"old")
    store.put("sign_key", b"new")
    assert (store.names(), store.get("sign_key")) == (("sign_key",), b"new")


def test_a_missing_secret_is_named(store: FileStore) -> None:
    with pytest.raises(SecretMissing, match="no secret named oidc_client_secret"):
        store.get("oidc_client_secret")


@pytest.mark.parametrize("name", ["", "Upper", "1st", "a-b", "a/b", "../x", "a\n", "x" * 65])
def test_a_name_of_another_form_is_refused(store: FileStore, name: str) -> None:
    with pytest.raises(SecretNameInvalid):
        store.put(name, SECRET)
    with pytest.raises(SecretNameInvalid):
        store.get(name)
    assert store.names() == ()


def test_several_values_are_set_together_or_not_at_all(store: FileStore) -> None:
    with pytest.raises(SecretNameInvalid):
        store.update({"sign_key": SECRET, "Bad": SECRET})
    assert store.names() == ()


def test_neither_file_nor_words_show_a_value(store: FileStore) -> None:
    store.put("broker_seed", SECRET)
    data = store.path.read_bytes()
    for shown in (data, repr(store).encode()):
        assert SECRET not in shown
        assert base64.b64encode(SECRET) not in shown
        assert b"broker_seed" not in shown


def test_both_files_are_their_owners_alone(store: FileStore) -> None:
    store.put("sign_key", SECRET)
    modes = [path.stat().st_mode & 0o777 for path in (store.path, store.key_path)]
    assert modes == [0o600, 0o600]
    assert len(base64.b64decode(store.key_path.read_text().strip())) == 32


def test_nothing_is_left_beside_the_store(store: FileStore) -> None:
    for _ in range(3):
        store.put("sign_key", SECRET)
    assert [path.name for path in store.path.parent.iterdir()] == ["secrets"]


def test_a_store_is_never_overwritten(store: FileStore) -> None:
    store.put("sign_key", SECRET)
    with pytest.raises(SecretsExist):
        FileStore.create(store.path, store.key_path)
    assert store.get("sign_key") == SECRET


def test_a_key_that_is_there_is_used(store: FileStore, tmp_path: Path) -> None:
    key = store.key_path.read_bytes()
    second = FileStore.create(tmp_path / "second", store.key_path)
    assert store.key_path.read_bytes() == key
    assert second.names() == ()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
@pytest.mark.parametrize("which", ["path", "key_path"])
def test_a_file_open_to_others_is_refused_with_the_remedy(store: FileStore, which: str, mode: int) -> None:
    path: Path = getattr(store, which)
    path.chmod(mode)
    for act in (store.names, lambda: store.get("sign_key"), lambda: store.put("sign_key", SECRET)):
        with pytest.raises(SecretsUnreadable, match=f"chmod 600 '.*{path.name}'"):
            act()


@pytest.mark.parametrize("which", ["path", "key_path"])
def test_a_missing_file_is_named(store: FileStore, which: str) -> None:
    path: Path = getattr(store, which)
    path.unlink()
    with pytest.raises(SecretsUnreadable, match=f"{path.name} cannot be read: No such file"):
        store.names()


@pytest.mark.parametrize("key", [b"", b"short", b"not base64!", base64.b64encode(bytes(31))])
def test_a_key_of_another_form_is_refused(store: FileStore, key: bytes) -> None:
    store.key_path.write_bytes(key)
    with pytest.raises(SecretsUnreadable, match="not a key"):
        store.names()


def test_another_key_does_not_open_the_store(store: FileStore) -> None:
    store.key_path.write_bytes(base64.b64encode(bytes(32)))
    with pytest.raises(SecretsUnreadable, match="damaged or has another key"):
        store.names()


def test_any_changed_byte_is_found(store: FileStore) -> None:
    store.put("sign_key", SECRET)
    whole = store.path.read_bytes()
    for position in range(len(whole)):
        store.path.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
        with pytest.raises(SecretsUnreadable):
            store.get("sign_key")


def test_a_file_cut_short_is_found(store: FileStore) -> None:
    whole = store.path.read_bytes()
    for length in range(len(whole)):
        store.path.write_bytes(whole[:length])
        with pytest.raises(SecretsUnreadable):
            store.names()


def test_a_write_that_fails_leaves_the_old_file(store: FileStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.put("sign_key", SECRET)

    def disk_full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("caimera.secrets.files.os.fsync", disk_full)
    with pytest.raises(OSError, match="No space"):
        store.put("sign_key", b"new")
    assert store.get("sign_key") == SECRET
    assert [path.name for path in store.path.parent.iterdir()] == ["secrets"]


def _put_many(path: Path, key_path: Path, letter: str) -> None:
    for number in range(15):
        FileStore(path, key_path).put(f"{letter}{number}", letter.encode())


def test_writers_wait_for_one_another(store: FileStore) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [
        context.Process(target=_put_many, args=(store.path, store.key_path, letter)) for letter in "ab"
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(store.names()) == 30


_PUT_FOR_EVER = """
import sys
from pathlib import Path
from caimera.secrets import FileStore
store = FileStore(Path(sys.argv[1]), Path(sys.argv[2]))
for number in range(10**9):
    store.put("sign_key", str(number).encode() * 1000)
    print(number, flush=True)
"""


def test_a_writer_killed_at_any_moment_leaves_a_whole_file(store: FileStore) -> None:
    command = [sys.executable, "-c", _PUT_FOR_EVER, str(store.path), str(store.key_path)]
    written = 0
    for wanted in (1, 3, 7):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            while written < wanted:
                written = int(writer.stdout.readline())
            writer.send_signal(signal.SIGKILL)
        value = store.get("sign_key")
        assert value == value[: len(value) // 1000] * 1000
        assert int(value[: len(value) // 1000]) >= wanted
        written = 0


def test_an_identity_is_kept_and_brought_back(store: FileStore) -> None:
    identity = Identity.generate("north")
    save_identity(store, identity)
    assert load_identity(store, "north") == identity
    assert store.names() == ("seal_key", "sign_key")


def test_an_identity_is_missing_before_it_was_made(store: FileStore) -> None:
    with pytest.raises(SecretMissing, match="sign_key"):
        load_identity(store, "north")


def test_a_key_of_another_length_is_no_identity(store: FileStore) -> None:
    store.update({"sign_key": b"short", "seal_key": bytes(32)})
    with pytest.raises(IdentityError):
        load_identity(store, "north")


def test_the_first_to_need_a_secret_makes_it_for_everybody(store: FileStore) -> None:
    made = [store.get_or_make("audit_log_key", lambda value=value: value) for value in (b"first", b"second")]
    assert made == [b"first", b"first"]
    assert store.get("audit_log_key") == b"first"
    with pytest.raises(SecretNameInvalid):
        store.get_or_make("No Name", lambda: b"")
    assert store.names() == ("audit_log_key",)
