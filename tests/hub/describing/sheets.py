"""Sheets as a data manager fills them in: the template, with rows written by openpyxl itself."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any

from openpyxl import Workbook, load_workbook

from caimera.hub.describing.sheet import FIRST_ROW, NAMES_ROW
from caimera.hub.describing.template import template

WHOLE: Mapping[str, Any] = {
    "key": "lung-1",
    "title": "Lung CT of two clinics",
    "description": "CT of the chest before treatment.",
    "version": "1.0.0",
    "keyword": "lung; CT\nscreening",
    "type": "Original dataset",
    "health_category": "EHRS",
    "tier": "Tier 1",
    "individuals": 1200,
    "sex": "Female; Male",
    "minimum_age": 40,
    "maximum_age": 80,
    "condition": "Lung cancer",
    "population": "Smokers in screening.",
    "spatial": "Spain;DEU",
    "studies": 1500.0,
    "modality": "CT",
    "body_part": "chest",
    "manufacturer": "Siemens",
    "acquired_from": "2015-01-31",
    "acquired_to": "2020-06-30",
    "collection_method": "Patient-based",
    "provenance": "Collected in routine care.",
    "purpose": "Screening research.",
    "structured": "yes",
    "variables": "patients: age, sex\nfollow-up: date",
    "access_rights": "RESTRICTED",
    "access_url": "https://negotiator.example.org/lung",
    "access_condition": "REMOTE_PROCESSING",
    "terms": "Non-commercial use only",
    "licence": "https://creativecommons.org/licenses/by-nc/4.0/",
    "publisher_name": "The clinic",
    "publisher_mail": "images@clinic.example.org",
    "contact_name": "Image desk",
    "contact_mail": "desk@clinic.example.org",
}
"""A row without mistakes, with values as Excel keeps them."""


def changed(change: Callable[[Any, Mapping[str, str]], None], *rows: Mapping[str, Any]) -> bytes:
    """The template with these rows; `change` gets the sheet and the letters of its columns."""
    book = load_workbook(io.BytesIO(template()))
    sheet = book["Datasets"]
    letters = {cell.value: cell.column_letter for cell in sheet[NAMES_ROW]}
    for number, row in enumerate(rows, FIRST_ROW):
        for name, value in row.items():
            sheet[f"{letters[name]}{number}"] = value
    change(sheet, letters)
    return saved(book)


def sheet_of(*rows: Mapping[str, Any]) -> bytes:
    """The template with these rows."""
    return changed(lambda sheet, letters: None, *rows)


def saved(book: Workbook) -> bytes:
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()
