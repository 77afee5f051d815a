"""After a breach: who and what was touched between two times, and the file that shows it to others.

The file is a ZIP archive: `touched.csv`, `touched.json`, and `trail.jsonl`, the part of the trail they were
made from, which `caimera audit verify` checks.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import IO, Any

from django.conf import settings
from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL

from caimera.audit.errors import TooMuchTouched
from caimera.audit.exporting import Window, export
from caimera.audit.leaves import instant
from caimera.audit.lines import write
from caimera.audit.models import Record
from caimera.audit.queries import between, records_about, trail
from caimera.web.spreadsheets import harmless

KINDS = ("person", "dataset", "site")
"""What can be touched. A person is known by name or, at a node, under the pseudonym the hub gave them."""

_PREFIXES: Mapping[str, str] = {
    "person": "person", "dataset": "dataset", "site": "site", "node": "site", "hub": "site",
}  # fmt: skip
_KEYS: Mapping[str, str] = {
    "asker": "person", "releases": "dataset", "datasets": "dataset", "nodes": "site", "node": "site",
}  # fmt: skip
"""Keys of a record's detail whose texts are names without a prefix."""

_SAYS = "audit_record.detail @? %s::jsonpath"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Between which times (from, and before), and of whom or what alone; None and empty do not narrow."""

    since: datetime | None = None
    until: datetime | None = None
    persons: tuple[str, ...] = ()
    dataset: str = ""
    site: str = ""


@dataclass(frozen=True, slots=True)
class Touch:
    """That somebody did something to something: how often, first and last."""

    actor: str
    act: str
    object: str
    count: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Touched:
    """What was touched: by acts, and for each kind of KINDS by name with the number of records."""

    wanted: Wanted
    records: int = 0
    touches: tuple[Touch, ...] = ()
    named: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def touched(wanted: Wanted, *, most: int | None = None) -> Touched:
    """Who did what to what, and who and what is named. Raises TooMuchTouched beyond `most` records."""
    touches: dict[tuple[str, str, str], Touch] = {}
    named: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    records = 0
    for record in _records(wanted).order_by("id").iterator(chunk_size=2000):
        records += 1
        if most is not None and records > most:
            raise TooMuchTouched(most)
        key = (record.actor, record.act, record.object)
        known = touches.get(key)
        touches[key] = (
            Touch(*key, 1, record.at, record.at)
            if known is None
            else replace(
                known,
                count=known.count + 1,
                first=min(known.first, record.at),
                last=max(known.last, record.at),
            )
        )
        for kind, name in set(_names(record)):
            named[kind][name] += 1
    in_order = tuple(touches[key] for key in sorted(touches))
    return Touched(
        wanted, records, in_order, {kind: dict(sorted(found.items())) for kind, found in named.items()}
    )


def _records(wanted: Wanted) -> QuerySet[Record]:
    found = between(trail(), wanted.since, wanted.until)
    if wanted.persons:
        found = found & records_about(wanted.persons)
    if wanted.dataset:
        name = wanted.dataset
        found = found.filter(
            Q(object=f"dataset:{name}")
            | _says(f"@ == {json.dumps(name)} || @ == {json.dumps(f'dataset:{name}')}"
                    f" || @ starts with {json.dumps(f'{name}@')}")
        )  # fmt: skip
    if wanted.site:
        names = [f"{kind}:{wanted.site}" for kind in ("site", "node", "hub")]
        key = RawSQL(_SAYS, [f"$.**.{json.dumps(wanted.site)}"], BooleanField())  # noqa: S611 - a parameter
        in_value = _says(f"@ == {json.dumps(wanted.site)}")
        found = found.filter(Q(actor__in=names) | Q(object__in=names) | in_value | Q(key))
    return found


def _says(condition: str) -> Q:
    return Q(RawSQL(_SAYS, [f"$.** ? ({condition})"], BooleanField()))  # noqa: S611 - the path is a parameter


def _names(record: Record) -> Iterator[tuple[str, str]]:
    """The kinds and names of all that a record names."""
    for text in (record.actor, record.object):
        yield from _prefixed(text)
    for key, value in record.detail.items():
        yield from _in_value(_KEYS.get(key), value)


def _in_value(kind: str | None, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield from _prefixed(value) if kind is None or ":" in value else _bare(kind, value)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _bare(kind, key) if kind else ()
            yield from _in_value(None, inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _in_value(kind, inner)


def _bare(kind: str, text: str) -> Iterator[tuple[str, str]]:
    if name := text.partition("@")[0] if kind == "dataset" else text:
        yield kind, name


def _prefixed(text: str) -> Iterator[tuple[str, str]]:
    prefix, colon, name = text.partition(":")
    if colon and name and (kind := _PREFIXES.get(prefix)):
        yield kind, text if kind == "person" else name


COLUMNS = ("actor", "act", "object", "count", "first", "last")


def as_csv(found: Touched) -> str:
    """The touches, one a line, times in UTC; nothing in it is a spreadsheet's formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for each in found.touches:
        row = (each.actor, each.act, each.object, each.count, instant(each.first), instant(each.last))
        writer.writerow([harmless(value) for value in row])
    return text.getvalue()


def as_json(found: Touched) -> str:
    """Everything that was found, and what was looked for."""
    wanted = {
        **asdict(found.wanted),
        "since": found.wanted.since and instant(found.wanted.since),
        "until": found.wanted.until and instant(found.wanted.until),
    }
    touches = [
        {**asdict(each), "first": instant(each.first), "last": instant(each.last)} for each in found.touches
    ]
    said = {
        "site": settings.SITE.site_id,
        "wanted": wanted,
        "records": found.records,
        "named": found.named,
        "touches": touches,
    }
    return json.dumps(said, ensure_ascii=False, indent=1)


def package(found: Touched, file: IO[bytes]) -> None:
    """Write the archive; records must have their places and a checkpoint over them to be in its trail."""
    window = Window(found.wanted.since, found.wanted.until, opened=True)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("touched.csv", as_csv(found).encode("utf-8-sig"))
        archive.writestr("touched.json", as_json(found))
        with archive.open("trail.jsonl", "w") as lines:
            for text in write(export(window)):
                lines.write(text.encode())
