"""Rooms stand on storeys: no cycle, and each says what it is."""

from __future__ import annotations

from pathlib import Path

from tests.house.rules.rooms import cycles, graph, without_readme

SOURCE = Path(__file__).parents[2] / "src" / "caimera"
NO_ROOMS = {
    "cli",
    "__main__",
    "hub.asgi",
    "hub.urls",
    "hub.settings",
    "node.asgi",
    "node.urls",
    "node.settings",
}


def test_no_room_imports_itself_by_a_detour() -> None:
    rooms = graph(SOURCE)
    assert len(rooms) > 15
    assert cycles(rooms) == []


def test_every_room_says_what_it_is() -> None:
    assert without_readme(SOURCE, graph(SOURCE).keys() - NO_ROOMS) == []


def plant(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / "caimera" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder / "caimera"


def test_a_planted_cycle_is_found_however_it_is_hidden(tmp_path: Path) -> None:
    source = plant(
        tmp_path,
        {
            "hub/search/actions.py": "from caimera.people import models",
            "people/models.py": "def late():\n    from caimera.audit.actions import record",
            "audit/actions.py": "if TYPE_CHECKING:\n    import caimera.hub.search.actions",
            "web/site.py": "import caimera.audit.actions",
        },
    )
    assert cycles(graph(source)) == [["audit", "hub.search", "people"]]


def test_a_room_without_a_readme_is_found(tmp_path: Path) -> None:
    source = plant(tmp_path, {"audit/actions.py": "", "people/models.py": "", "people/README.md": "x"})
    assert without_readme(source, graph(source)) == ["audit"]
