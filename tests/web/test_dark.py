"""In the dark only colours are other: what is said of a page's structure in the light holds there as well."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from django.contrib.staticfiles import finders

import caimera.web
from caimera.web.finders import FILES

OWN = Path(caimera.web.__file__).parent / "static"
COLOUR = re.compile(r"color-scheme|--[\w-]*color[\w-]*")


def stylesheets() -> dict[str, str]:
    """Every style sheet of a page, our own and those from npm, without comments."""
    paths = [*OWN.rglob("*.css"), *(Path(finders.find(name)) for name in FILES if name.endswith(".css"))]
    return {str(path): re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL) for path in paths}


def in_the_dark(css: str) -> Iterator[str]:
    """What stands within each block for the dark."""
    for found in re.finditer(r"prefers-color-scheme:\s*dark[^{]*{", css):
        depth, at = 1, found.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(css[at], 0)
            at += 1
        yield css[found.end() : at - 1]


def properties(block: str) -> set[str]:
    return {
        declared.partition(":")[0].strip()
        for body in re.findall(r"{([^{}]*)}", block)
        for declared in body.split(";")
        if declared.strip()
    }


def test_in_the_dark_only_colours_change() -> None:
    changed = {
        (path, name)
        for path, css in stylesheets().items()
        for block in in_the_dark(css)
        for name in properties(block)
    }
    assert len(changed) > 100
    assert [(path, name) for path, name in changed if not COLOUR.fullmatch(name)] == []
