"""How to cite a dataset: in words, and as BibTeX, from the fields a DOI would be registered with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from caimera.dcat import Dataset, as_datacite
from caimera.hub.catalogue.documents import doi_of

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "#$%&_"},
}


def as_bibtex(dataset: Dataset, *, pid: str, today: date) -> str:
    """An entry of type `dataset` (BibLaTeX); `pid` is the address that stays."""
    doi = doi_of(dataset)
    said = as_datacite(dataset, doi=doi, today=today)
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in _fields(said, doi or "", pid))
    return f"@dataset{{{_key(said)},\n{lines}\n}}"


def _fields(said: Mapping[str, Any], doi: str, pid: str) -> Iterator[tuple[str, str]]:
    yield "author", " and ".join(f"{{{escaped(each['name'])}}}" for each in said["creators"])
    yield "title", f"{{{escaped(said['titles'][0]['title'])}}}"
    yield "year", escaped(said["publicationYear"])
    yield "publisher", escaped(said["publisher"]["name"])
    if "version" in said:
        yield "version", escaped(said["version"])
    if doi:
        yield "doi", doi.translate(_BRACES)
    yield "url", pid.translate(_BRACES)


_BRACES = str.maketrans({"{": "%7B", "}": "%7D", "\n": None})
"""Addresses are taken as they are, but for what would end the field."""


def _key(said: Mapping[str, Any]) -> str:
    words = re.findall(r"[a-z0-9]+", said["titles"][0]["title"].lower())
    return "-".join([*words[:3], said["publicationYear"]]) or "dataset"


def escaped(text: str) -> str:
    """Text as LaTeX prints it: signs with a meaning of their own have none."""
    return "".join(_SPECIAL.get(sign, sign) for sign in " ".join(text.split()))
