"""Prints the authorisation matrix of one kind of site, `hub` or `node`, read from its routes.

A process of its own, as each kind has its own Django settings. The site gets a name, keys nobody uses and no
database: its routes are read, not called.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from caimera.secrets import FileStore


def main(kind: str) -> None:
    """Print the table of a site."""
    import django
    from django.urls import get_resolver

    with tempfile.TemporaryDirectory() as folder:
        settings_of(kind, Path(folder))
        django.setup()
        for line in table(get_resolver().url_patterns):
            print(line)


def settings_of(kind: str, folder: Path) -> None:
    """Let this process be a site of a kind, with files in a folder."""
    store = FileStore.create(folder / "secrets.json", folder / "secrets.key")
    for name in ("django_secret_key", "oidc_client_secret"):
        store.put(name, b"used-by-nobody-as-this-site-is-never-served")
    told = {
        "SITE_ID": kind,
        "SITE_NAME": kind.title(),
        "BASE_URL": "https://site.example.eu",
        "DATABASE_URL": "postgresql://nobody@localhost/none",
        "SECRETS_FILE": str(store.path),
        "SECRETS_KEY_FILE": str(store.key_path),
        "BROKER_URL": "nats://localhost:4222",
        "DATA_DIR": str(folder),
    }
    os.environ.update({f"CAIMERA_{kind.upper()}_{name}": value for name, value in told.items()})
    os.environ["DJANGO_SETTINGS_MODULE"] = f"caimera.{kind}.settings"


def table(patterns: list[Any]) -> Iterator[str]:
    """One line a route, one column a caller."""
    from caimera.people.matrix import CALLERS, matrix
    from caimera.people.roles import ROLES

    names = [ROLES[one].label if one in ROLES else one.replace("-", " ") for one in CALLERS]
    yield f"| Route | Needs | Whose | {' | '.join(name.capitalize() for name in names)} |"
    yield "|---" * (3 + len(CALLERS)) + "|"
    for route in matrix(patterns):
        needs = {"signed_in": "signed in"}.get(route.needs, route.needs)
        whose = (route.whose or "") if route.names_an_object else ""
        lets = ["yes" if route.admits(caller) else "" for caller in CALLERS]
        if whose == "own":
            lets = [word and "own" for word in lets]
        yield f"| `{route.method or 'page'} /{route.address}` | {needs} | {whose} | {' | '.join(lets)} |"


if __name__ == "__main__":
    main(sys.argv[1])
