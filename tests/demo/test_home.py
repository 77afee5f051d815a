"""The directory of a demo."""

import subprocess
import sys
from pathlib import Path

import pytest

from caimera.demo import home as home_module
from caimera.demo.errors import NotADemo
from caimera.demo.home import Home


def test_where_it_is_by_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CAIMERA_DEMO_HOME", str(tmp_path / "named"))
    assert Home.default().root == tmp_path / "named"
    monkeypatch.delenv("CAIMERA_DEMO_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert Home.default().root == tmp_path / "data" / "caimera" / "demo"
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Home.default().root == tmp_path / ".local" / "share" / "caimera" / "demo"


def test_a_link_to_it_is_the_same_home(home: Home, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(home.root)
    assert Home.at(tmp_path / "link") == home


def test_only_its_owner_may_look(home: Home) -> None:
    assert home.root.stat().st_mode & 0o777 == 0o700
    home.root.chmod(0o755)
    home.prepare()
    assert home.root.stat().st_mode & 0o777 == 0o700


def test_a_directory_with_something_else_is_neither_used_nor_deleted(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(NotADemo, match="something else"):
        Home.at(tmp_path).prepare()
    with pytest.raises(NotADemo, match="Nothing was deleted"):
        Home.at(tmp_path).delete()
    assert (tmp_path / "thesis.txt").exists()


def test_it_is_deleted_with_everything_in_it(home: Home) -> None:
    home.log("x").touch()
    home.delete()
    assert not home.root.exists()
    assert not home.is_held()


def test_one_process_at_a_time_holds_it_and_its_death_frees_it(home: Home) -> None:
    script = (
        "import sys; from pathlib import Path; from caimera.demo.home import Home\n"
        "with Home.at(Path(sys.argv[1])).locked() as mine: print(mine, flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", script, str(home.root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "True\n"
        assert home.is_held()
        with home.locked() as mine:
            assert not mine
        holder.kill()
    assert not home.is_held()


def test_long_logs_are_set_aside(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home_module, "_LONG", 3)
    for name, text in (("long", "1234"), ("short", "12"), ("supervisor", "1234")):
        home.log(name).write_text(text)
    home.set_long_logs_aside()
    assert sorted(path.name for path in home.logs.iterdir()) == ["long.log.1", "short.log", "supervisor.log"]
