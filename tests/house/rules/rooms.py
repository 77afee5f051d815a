"""Rooms and the imports between them: no cycle, a README in each, no foreign key upwards."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

Graph = Mapping[str, set[str]]
SITES = ("hub", "node")
"""Packages that hold rooms instead of being one."""


def room_of(module: str) -> str | None:
    """The room a dotted module lies in, such as `hub.search`; None for the package itself."""
    parts = module.split(".")[1:]
    if not parts:
        return None
    return ".".join(parts[:2]) if parts[0] in SITES and len(parts) > 1 else parts[0]


def imports(source: str, package: str) -> Iterator[str]:
    """The modules of `package` that a module imports, lazily or not."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith(f"{package}."))
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield from (found for found in _from(node) if found.startswith(f"{package}."))


def _from(node: ast.ImportFrom) -> Iterator[str]:
    yield from (f"{node.module}.{alias.name}" for alias in node.names)


def graph(folder: Path) -> Graph:
    """Which rooms of a package import which others."""
    edges: dict[str, set[str]] = {}
    for path in sorted(folder.rglob("*.py")):
        relative = path.relative_to(folder.parent).with_suffix("")
        room = room_of(".".join(relative.parts))
        if room is None or room == "__init__" or "migrations" in relative.parts:
            continue
        found = {room_of(module) for module in imports(path.read_text(), folder.name)}
        edges.setdefault(room, set()).update(other for other in found if other and other != room)
    return edges


def cycles(rooms: Graph) -> list[list[str]]:
    """Groups of rooms that import each other, directly or by way of others."""
    reach = {room: _reachable(rooms, room) for room in rooms}
    tied = ({other for other in reach[room] if room in reach.get(other, ())} for room in sorted(rooms))
    return sorted({tuple(sorted(group)): sorted(group) for group in tied if group}.values())


def _reachable(rooms: Graph, start: str) -> set[str]:
    seen: set[str] = set()
    waiting = set(rooms.get(start, ()))
    while waiting:
        room = waiting.pop()
        seen.add(room)
        waiting |= rooms.get(room, set()) - seen
    return seen


def without_readme(folder: Path, rooms: Iterable[str]) -> list[str]:
    """Rooms that do not say what they are."""
    folders = ((room, folder.joinpath(*room.split("."))) for room in rooms)
    return [room for room, path in folders if path.is_dir() and not (path / "README.md").exists()]


def foreign_keys_by_name(source: str) -> list[str]:
    """Foreign keys given as text: they would hide an arrow from the import law."""
    relations = {"ForeignKey", "OneToOneField", "ManyToManyField"}
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in relations:
            targets = [*node.args[:1], *(word.value for word in node.keywords if word.arg == "to")]
            found += [f"line {node.lineno}: {text.value}" for text in targets if _is_dotted(text)]
    return found


def _is_dotted(target: ast.expr) -> bool:
    return isinstance(target, ast.Constant) and "." in str(target.value)
