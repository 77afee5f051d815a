"""Prints every kind of notice of a hub with what its events say, read from the running code."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from authorisation import settings_of


def main() -> None:
    """Print the page."""
    import django

    with tempfile.TemporaryDirectory() as folder:
        settings_of("hub", Path(folder))
        django.setup()
        for line in page():
            print(line)


def page() -> Iterator[str]:
    """One section a kind, one row an event."""
    from caimera.notices.kinds import HOWS, registered
    from caimera.people.roles import PERMISSIONS

    for kind in registered():
        yield f"## {kind.label} (`{kind.name}`)\n"
        whom = f"Told to everyone who may: {PERMISSIONS[kind.permission]}." if kind.permission else ""
        chosen = f"Always by mail at once. {kind.always}" if kind.always else f"Usually: {HOWS[kind.usual]}."
        yield " ".join(filter(None, (str(kind.help), whom, chosen))) + "\n"
        yield "| Event | Subject | What it says |\n|---|---|---|"
        for event, says in kind.events.items():
            yield f"| `{event}` | {says.subject} | {says.sentence} |"
        yield ""


if __name__ == "__main__":
    main()
