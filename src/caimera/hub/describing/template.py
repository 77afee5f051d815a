"""The spreadsheet to fill in: a row for each dataset, the lists to choose from, and how to do it."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from caimera.hub.describing.fields import FIELDS, KEY, Field, Kind, terms
from caimera.hub.describing.sheet import FIRST_ROW, MOST_DATASETS, NAMES_ROW, SHEET

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LAST_ROW = FIRST_ROW + MOST_DATASETS - 1
_WIDTH = {Kind.NUMBER: 14, Kind.YES: 12, Kind.DAY: 14, Kind.TEXT: 50}


def template(rows: Sequence[Mapping[str, str]] = ()) -> bytes:
    """An .xlsx file; `rows` are datasets to begin with, their texts by the names of fields."""
    book = Workbook()
    sheet = book.active
    if not isinstance(sheet, Worksheet):
        raise TypeError("A new workbook has a worksheet.")
    sheet.title = SHEET
    lists = _lists(book.create_sheet(_("Terms")))
    for place, field in enumerate((KEY, *FIELDS), 1):
        _column(sheet, place, field, lists)
    for number, row in enumerate(rows, FIRST_ROW):
        for place, field in enumerate((KEY, *FIELDS), 1):
            if text := row.get(field.name):
                cell = sheet.cell(number, place, text)
                # Whatever it begins with, it is text: never a formula.
                cell.data_type = "s"
                cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = sheet.cell(FIRST_ROW, 2)
    _how_to(book.create_sheet(_("How to")))
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _column(sheet: Worksheet, place: int, field: Field, lists: Mapping[str, str]) -> None:
    """A field's label, name and help above its column; a list to choose from below."""
    star = " *" if field.needed else ""
    top = sheet.cell(1, place, f"{field.label}{star}")
    top.font, top.fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="0B2239")
    sheet.cell(NAMES_ROW, place, field.name).font = Font(color="55626D", size=9)
    several = (
        _("Several: one a line, or with “;” between.") if field.many and field.name != "variables" else ""
    )
    told = sheet.cell(NAMES_ROW + 1, place, " ".join(filter(None, (str(field.help), several))))
    told.font = Font(italic=True, size=9)
    for row in (1, NAMES_ROW + 1):
        sheet.cell(row, place).alignment = Alignment(wrap_text=True, vertical="top")
    letter = get_column_letter(place)
    sheet.column_dimensions[letter].width = _WIDTH.get(field.kind, 28)
    if field.kind in (Kind.TERM, Kind.YES) and not field.many:
        source = lists[field.list] if field.kind is Kind.TERM else '"yes,no"'
        choice = DataValidation(type="list", formula1=source, allow_blank=True)
        choice.add(f"{letter}{FIRST_ROW}:{letter}{_LAST_ROW}")
        sheet.add_data_validation(choice)


def _lists(sheet: Worksheet) -> dict[str, str]:
    """A column for each list; returns where its terms stand."""
    found: dict[str, str] = {}
    for place, name in enumerate(dict.fromkeys(field.list for field in FIELDS if field.list), 1):
        label = next(str(field.label) for field in FIELDS if field.list == name)
        sheet.cell(1, place, label).font = Font(bold=True)
        for number, term in enumerate(terms(name), 2):
            sheet.cell(number, place, term.label)
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = 34
        found[name] = f"'{sheet.title}'!${letter}$2:${letter}${len(terms(name)) + 1}"
    return found


def _how_to(sheet: Worksheet) -> None:
    sheet.column_dimensions["A"].width = 100
    lines = (
        _("One row for each dataset, from row %d on. Fields with * are needed.") % FIRST_ROW,
        _("Leave the names in row %d as they are. Columns may be moved; those you do not need may go.")
        % NAMES_ROW,
        _("The key is your own short name of a dataset: a later sheet with the same key changes it."),
        _("A dataset that is no longer in the sheet is withdrawn; you see which before anything happens."),
        _("Terms stand in the sheet “Terms”; write them as they stand there."),
        _("Values only: no formulas, no merged cells."),
    )
    for number, line in enumerate(lines, 1):
        sheet.cell(number, 1, line)
