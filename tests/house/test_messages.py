"""Every message has a pinned vector."""

from __future__ import annotations

import json
from pathlib import Path

from caimera.protocol.messages import type_of_message

VECTORS = Path(__file__).parents[1] / "vectors"


def without_vector(types: set[str], folder: Path) -> list[str]:
    """Message types that no vector in a folder pins."""
    pinned = {json.loads(path.read_text())["message_type"] for path in folder.glob("*.json")}
    return sorted(types - pinned)


def test_every_message_has_a_vector() -> None:
    assert without_vector(set(type_of_message), VECTORS) == []


def test_a_message_without_a_vector_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"message_type": "search.ask/1"}')
    assert without_vector({"search.ask/1", "search.new/1"}, tmp_path) == ["search.new/1"]
