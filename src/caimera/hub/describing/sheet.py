"""A filled-in template, read: every dataset it describes, or one problem for each cell that has one."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from xml.etree import ElementTree as ET

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter, range_boundaries

from caimera.hub.describing.errors import NotASheet
from caimera.hub.describing.fields import FIELD, KEY, Field, Kind
from caimera.hub.describing.guard import parts_of
from caimera.hub.describing.parsing import Wrong, parse

SHEET = "Datasets"
NAMES_ROW = 2
"""The row with the fields' names; the rows above and below it are for people."""
FIRST_ROW = 4
MOST_DATASETS = 1_000
MOST_COLUMNS = 200
MOST_PROBLEMS = 200

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True, slots=True)
class Row:
    """One dataset of a sheet: its key, the values of its fields, and where each stands."""

    number: int
    key: str
    values: Mapping[str, Any]
    cells: Mapping[str, str]


@dataclass(slots=True)
class Sheet:
    """All rows, and by cell what is wrong with it: one problem each, the first that was found."""

    rows: list[Row] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)

    def complain(self, cell: str, sentence: str) -> None:
        """Remember what is wrong with a cell, unless something is already."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.setdefault(cell, sentence)


def read(file: bytes) -> Sheet:
    """The rows of a filled-in template and the problems of its cells. Raises NotASheet."""
    parts = parts_of(file)
    merged = _merged(parts)
    try:
        workbook = load_workbook(io.BytesIO(file), read_only=True, keep_links=False)
        cells = [] if SHEET not in workbook.sheetnames else list(_cells(workbook[SHEET]))
    except (
        ValueError,
        KeyError,
        TypeError,
        IndexError,
        AttributeError,
        OSError,
        zipfile.BadZipFile,
    ) as problem:
        raise NotASheet(_("The workbook is damaged. Copy your rows into a fresh template.")) from problem
    except ET.ParseError as problem:
        raise NotASheet(_("The workbook is damaged. Copy your rows into a fresh template.")) from problem
    if len(cells) < NAMES_ROW:
        raise NotASheet(_("There is no sheet “%s” with a row of names. Begin with the template.") % SHEET)
    return _read(cells, merged)


def _cells(sheet: Any) -> Iterator[Sequence[Any]]:
    """Its rows, as far as they are read, one more to see that there is no more."""
    sheet.reset_dimensions()
    return iter(sheet.iter_rows(max_row=FIRST_ROW + MOST_DATASETS, max_col=MOST_COLUMNS))


def _read(cells: Sequence[Sequence[Any]], merged: Sequence[str]) -> Sheet:
    sheet = Sheet()
    for span in merged:
        sheet.complain(
            span.partition(":")[0],
            _("Cells %s are merged. Unmerge them: each dataset has a row of its own.") % span,
        )
    columns = _columns(cells[NAMES_ROW - 1], sheet)
    keys: dict[str, str] = {}
    for number, row in enumerate(cells[FIRST_ROW - 1 :], FIRST_ROW):
        if number == FIRST_ROW + MOST_DATASETS:
            if any(_told(cell) for cell in row):
                sheet.complain(
                    f"A{number}",
                    _("There are more than %d datasets. Send them in two sheets.") % MOST_DATASETS,
                )
            continue
        _take(row, number, columns, keys, sheet)
    return sheet


def _columns(names: Sequence[Any], sheet: Sheet) -> dict[int, Field]:
    """The field of each column, by the names in their row."""
    found: dict[int, Field] = {}
    for place, cell in enumerate(names):
        if (name := str(cell.value or "").strip()) == "":
            continue
        known = KEY if name == KEY.name else FIELD.get(name)
        address = f"{get_column_letter(place + 1)}{NAMES_ROW}"
        if known is None:
            sheet.complain(address, _("“%s” is no field. Take the names of the template.") % name[:60])
        elif known in found.values():
            sheet.complain(address, _("“%s” is there twice. Delete one of the columns.") % name)
        else:
            found[place] = known
    if KEY not in found.values():
        sheet.complain(f"A{NAMES_ROW}", _("The column “key” is missing. Take it from the template."))
    return found


def _take(
    row: Sequence[Any], number: int, columns: Mapping[int, Field], keys: dict[str, str], sheet: Sheet
) -> None:
    """Read one row into the sheet; an empty one is left out."""
    told = {place: cell for place, cell in enumerate(row) if _told(cell)}
    given = {columns[place]: cell for place, cell in told.items() if place in columns}
    where = {each.name: f"{get_column_letter(place + 1)}{number}" for place, each in columns.items()}
    for place in told.keys() - columns.keys():
        sheet.complain(
            f"{get_column_letter(place + 1)}{number}", _("This column has no name. Clear the cell.")
        )
    if not given:
        return
    values = {}
    for each, cell in given.items():
        try:
            values[each.name] = parse(each, _texts(each, cell))
        except Wrong as problem:
            sheet.complain(where[each.name], str(problem))
    key = values.pop(KEY.name, None)
    if key is None:
        sheet.complain(
            where.get(KEY.name, f"A{number}"), _("The dataset has no key. Give it a short name of its own.")
        )
    elif (first := keys.setdefault(key.casefold(), where[KEY.name])) != where[KEY.name]:
        sheet.complain(where[KEY.name], _("%s has the same key. Each dataset has one of its own.") % first)
    sheet.rows.append(Row(number, key or "", values, where))


def _told(cell: Any) -> bool:
    return cell.value is not None and str(cell.value).strip() != ""


def _texts(each: Field, cell: Any) -> list[str]:
    """What stands in a cell, as a person would have typed it. Raises Wrong."""
    if cell.data_type == "f":
        raise Wrong(_("It holds a formula. Copy the cell and paste its value in its place."))
    if cell.data_type == "e":
        raise Wrong(_("It holds an error of Excel, %s. Write the value.") % cell.value)
    text = _typed(each, cell.value)
    return (
        re.split(r"[;\n]" if each.kind is not Kind.LINE or each.name == "keyword" else r"\n", text)
        if each.many
        else [text]
    )


def _typed(each: Field, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime | date):
        if each.kind is not Kind.DAY:
            raise Wrong(_("Excel made a date of it. Set the cell to “Text” and type it again."))
        return value.strftime("%Y-%m-%d")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _merged(parts: Mapping[str, bytes]) -> list[str]:
    """The merged ranges of the sheet, which the reader in its careful way does not tell."""
    if (name := _part_of(parts)) is None:
        return []
    found = re.findall(rb'<(?:\w+:)?mergeCell [^>]*?ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"', parts[name])
    spans = [span.decode() for span in found[:MOST_PROBLEMS]]
    return [span for span in spans if range_boundaries(span)[3] >= FIRST_ROW]


def _part_of(parts: Mapping[str, bytes]) -> str | None:
    """The part in which the sheet of that name lies."""
    try:
        book = ET.fromstring(parts["xl/workbook.xml"])  # noqa: S314 - `guard` let no entity through
        links = ET.fromstring(parts["xl/_rels/workbook.xml.rels"])  # noqa: S314
    except (KeyError, ET.ParseError):
        raise NotASheet(_("The workbook is damaged. Copy your rows into a fresh template.")) from None
    wanted = {each.get(_RELATED) for each in book.iter(f"{_MAIN}sheet") if each.get("name") == SHEET}
    targets: Iterable[str] = (each.get("Target", "") for each in links if each.get("Id") in wanted)
    return next((name for each in targets if (name := f"xl/{each.removeprefix('/xl/')}") in parts), None)
