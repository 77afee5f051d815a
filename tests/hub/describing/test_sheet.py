"""Reading a filled-in template: every mistake told at its cell, nothing that could hurt opened."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from caimera.dcat import Moment, label_of
from caimera.hub.describing import guard, sheet
from caimera.hub.describing.errors import NotASheet
from caimera.hub.describing.fields import FIELDS, GROUPS, Kind, terms
from caimera.hub.describing.parsing import Wrong, parse
from caimera.hub.describing.sheet import read
from caimera.hub.describing.template import template
from tests.hub.describing.sheets import WHOLE, changed, saved, sheet_of


def test_a_whole_row_is_read_as_it_was_meant() -> None:
    found = read(sheet_of(WHOLE))
    assert found.problems == {}
    (row,) = found.rows
    assert (row.key, row.number) == ("lung-1", 4)
    values = row.values
    assert values["keyword"] == ("lung", "CT", "screening")
    assert (values["individuals"], values["studies"], values["structured"]) == (1200, 1500, True)
    assert (values["acquired_from"], values["acquired_to"]) == (Moment("2015-01-31"), Moment("2020-06-30"))
    assert [label_of(iri) for iri in values["modality"]] == ["CT (computed tomography)"]
    assert [iri.rpartition("/")[2] for iri in values["spatial"]] == ["ESP", "DEU"]


def test_columns_may_be_moved_and_left_out() -> None:
    book = Workbook()
    book.active.title = "Datasets"
    for place, name in enumerate(("title", "key"), 1):
        book.active.cell(2, place, name)
    book.active.append([])
    book.active.append(["Of my own", "one"])
    found = read(saved(book))
    assert ([(row.key, dict(row.values)) for row in found.rows], found.problems) == (
        [("one", {"title": "Of my own"})],
        {},
    )


MISTAKES: dict[str, tuple[str, Any, str]] = {
    "a formula": ("individuals", "=1+1", "It holds a formula."),
    "a formula as text": ("title", "=HYPERLINK(A1)", "It holds a formula."),
    "an error of Excel": ("individuals", "#DIV/0!", "error of Excel, #DIV/0!"),
    "a number in words": ("individuals", "many", "“many” is no whole number."),
    "a fraction": ("individuals", 1.5, "“1.5” is no whole number."),
    "less than nothing": ("studies", -3, "“-3” is no whole number."),
    "a date of another kind": ("acquired_from", "31.12.2019", "“31.12.2019” is no date"),
    "a day that is none": ("acquired_from", "2019-02-30", "“2019-02-30” is no date"),
    "a date where text belongs": ("version", datetime(2026, 8, 1), "Excel made a date of it."),  # noqa: DTZ001
    "a term with a slip": ("condition", "lung cancr", "Did you mean “Lung cancer”?"),
    "a term of another list": ("modality", "CT; Lung cancer", "“Lung cancer” is not on the list."),
    "an address without a scheme": ("access_url", "negotiator.example.org", "no address of the web"),
    "an address that runs": ("licence", "javascript:alert(1)", "no address of the web"),
    "a mail address without a place": ("contact_mail", "desk@clinic", "no e-mail address"),
    "neither yes nor no": ("structured", "perhaps", "Write yes or no."),
    "a title without end": ("title", "x" * 501, "more than 500 characters"),
    "no key": ("key", None, "The dataset has no key."),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_once_at_its_cell(mistake: str) -> None:
    name, value, sentence = MISTAKES[mistake]
    where: dict[str, str] = {}

    def spoil(page: Any, letters: Any) -> None:
        where[name] = f"{letters[name]}4"
        page[where[name]] = value
        if mistake == "an error of Excel":
            page[where[name]].data_type = "e"

    found = read(changed(spoil, WHOLE))
    assert list(found.problems) == [where[name]]
    assert sentence in found.problems[where[name]]


def test_a_date_that_excel_knows_is_one() -> None:
    found = read(sheet_of({**WHOLE, "issued": datetime(2026, 8, 1)}))  # noqa: DTZ001
    assert found.problems == {}
    assert found.rows[0].values["issued"] == Moment("2026-08-01")


def test_merged_cells_two_names_and_two_keys_are_told() -> None:
    def spoil(page: Any, letters: Any) -> None:
        page.merge_cells("B4:B5")
        page[f"{letters['sex']}2"] = "colour"
        page[f"{letters['studies']}2"] = "individuals"

    rows = [{"key": key, "title": key} for key in ("one", "two", "ONE")]
    found = read(changed(spoil, *rows))
    assert found.problems["B4"].startswith("Cells B4:B5 are merged.")
    assert "A6" in found.problems
    assert "A4 has the same key." in found.problems["A6"]
    told = sorted(sentence for cell, sentence in found.problems.items() if cell.endswith("2"))
    assert told == [
        "“colour” is no field. Take the names of the template.",
        "“individuals” is there twice. Delete one of the columns.",
    ]


def test_a_value_beyond_the_columns_is_told() -> None:
    found = read(changed(lambda page, letters: page.cell(4, len(FIELDS) + 2, "lost"), WHOLE))
    assert list(found.problems.values()) == ["This column has no name. Clear the cell."]


def test_more_datasets_than_are_read_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "MOST_DATASETS", 2)
    found = read(sheet_of(*({"key": str(number), "title": "x"} for number in range(3))))
    assert found.problems == {"A6": "There are more than 2 datasets. Send them in two sheets."}


def test_a_cell_at_the_end_of_the_sheet_costs_nothing() -> None:
    found = read(changed(lambda page, letters: page.cell(1_048_576, 16_384, "far"), WHOLE))
    assert len(found.rows) == 1


def repacked(file: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """The same archive with other parts."""
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return written.getvalue()


BOMB = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><a>&d;</a>'
BOOK = "xl/workbook.xml"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda parts: parts.update({"xl/vbaProject.bin": b"x"}), "holds macros"),
        (lambda parts: parts.update({BOOK: BOMB}), "no spreadsheet needs"),
        (lambda parts: parts.update({BOOK: BOMB.decode().encode("utf-16")}), "no spreadsheet needs"),
        (
            lambda parts: parts.update({"xl/media/big": bytes(guard.LARGEST_CONTENT)}),
            "too large when unpacked",
        ),
        (lambda parts: parts.update({f"x/{number}": b"" for number in range(201)}), "too many parts"),
        (lambda parts: parts.update({BOOK: b"<workbook"}), "is damaged"),
        (lambda parts: parts.pop(BOOK), "is damaged"),
        (
            lambda parts: parts.update({"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row><c"}),
            "is damaged",
        ),
    ],
)
def test_a_workbook_that_could_hurt_is_not_opened(change: Any, sentence: str) -> None:
    with pytest.raises(NotASheet, match=sentence):
        read(repacked(sheet_of(WHOLE), change))


@pytest.mark.parametrize(
    "file", [b"", b"PK\x03\x04", b"key,title\n", b"\x00" * 100, b"x" * (guard.LARGEST_FILE + 1)]
)
def test_what_is_no_workbook_is_refused_with_a_sentence(file: bytes) -> None:
    with pytest.raises(NotASheet) as refused:
        read(file)
    assert str(refused.value).endswith(".")


def test_a_workbook_without_the_sheet_is_refused() -> None:
    with pytest.raises(NotASheet, match="Begin with the template"):
        read(saved(Workbook()))


@given(st.binary(max_size=400), st.integers(0, 10_000))
def test_a_broken_archive_never_breaks_the_reader(noise: bytes, at: int) -> None:
    file = template()
    at %= len(file)
    try:
        found = read(file[:at] + noise + file[at + len(noise) :])
    except NotASheet:
        return
    assert found.rows == []


def test_the_template_asks_for_every_field_and_offers_every_term() -> None:
    book = load_workbook(io.BytesIO(template()))
    names = [cell.value for cell in book["Datasets"][2]]
    assert names == ["key", *(field.name for group in GROUPS for field in group.fields)]
    offered = {
        column[0].value: [cell.value for cell in column[1:] if cell.value] for column in book["Terms"].columns
    }
    assert offered["Modality"] == [term.label for term in terms("modality")]
    assert read(template()).rows == []


def test_a_text_that_begins_like_a_formula_stays_text_in_the_template() -> None:
    book = load_workbook(io.BytesIO(template([{"key": "=1+1", "title": "=cmd|' /C calc'!A0"}])))
    assert [book["Datasets"].cell(4, place).data_type for place in (1, 2)] == ["s", "s"]


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_what_cannot_be_seen_is_refused_everywhere(field: Any) -> None:
    with pytest.raises(Wrong):
        parse(field, ["a\x00b"])
    assert parse(field, ["", "  "]) in (None, ())


def test_every_term_of_every_list_is_understood_as_itself() -> None:
    asked = {field.list: field for field in FIELDS if field.kind is Kind.TERM}
    for name, field in asked.items():
        for term in terms(name):
            assert parse(field, [term.label]) in (term.iri, (term.iri,)), term
            assert parse(field, [term.iri]) in (term.iri, (term.iri,)), term
