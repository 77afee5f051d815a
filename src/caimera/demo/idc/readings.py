"""How the raw columns of the index are understood, one decision for each distinct spelling."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from caimera.cdm import ColumnMapping, Decision, Outcome, Type, coded_mapping
from caimera.demo.idc.collections import MAPPINGS
from caimera.vocabulary import VOCABULARY

OLDEST = 120
"""Completed years of age; the longest life on record is 122."""
PLAUSIBLE_YEARS = range(1980, 2027)

_AGE = re.compile(r"(\d{3})([DWMY])", re.IGNORECASE)
_YEARS: dict[str, Callable[[int], int]] = {
    "D": lambda days: int(days / 365.25),
    "W": lambda weeks: int(weeks * 7 / 365.25),
    "M": lambda months: months // 12,
    "Y": lambda years: years,
}
_UNIT_NAMES = {"D": "days", "W": "weeks", "M": "months", "Y": "years"}


def read_age(raw: str) -> Decision:
    """A DICOM age string (PS3.5, value representation AS) in completed years."""
    match = _AGE.fullmatch(raw)
    if match is None:
        return Decision(Outcome.UNMAPPED, reason="no age string with a unit; the unit is not guessed")
    number, unit = int(match[1]), match[2].upper()
    if unit == "Y" and number == 0:
        return Decision(Outcome.IMPLAUSIBLE, reason="a filler: infants are given in days, weeks or months")
    years = _YEARS[unit](number)
    if years > OLDEST:
        return Decision(Outcome.IMPLAUSIBLE, reason=f"more than {OLDEST} years")
    return Decision(Outcome.MAPPED, years, "completed years", shown_as=f"age in {_UNIT_NAMES[unit]}")


def read_date(raw: str) -> Decision:
    """A day written YYYY-MM-DD, plausible or not."""
    try:
        return Decision(Outcome.MAPPED, date.fromisoformat(raw))
    except ValueError:
        return Decision(Outcome.UNMAPPED, reason="no date")


def year_reading(*, shifted: bool) -> ColumnMapping:
    """How the year is read from a date; where a collection's dates are shifted, no year is."""
    return ColumnMapping("year_of_imaging", _read_year_shifted if shifted else _read_year, Type.INTEGER)


def _read_year(raw: str) -> Decision:
    day = read_date(raw).value
    if not isinstance(day, date):
        return Decision(Outcome.UNMAPPED, reason="no date")
    if day.year not in PLAUSIBLE_YEARS:
        reason = f"not between {PLAUSIBLE_YEARS[0]} and {PLAUSIBLE_YEARS[-1]}"
        return Decision(Outcome.IMPLAUSIBLE, reason=reason, shown_as=f"a day in {day.year}")
    return Decision(Outcome.MAPPED, day.year, str(day.year), shown_as=f"a day in {day.year}")


def _read_year_shifted(raw: str) -> Decision:
    decision = _read_year(raw)
    if decision.outcome is not Outcome.MAPPED:
        return decision
    reason = "the dates of this collection are shifted"
    return Decision(Outcome.IMPLAUSIBLE, reason=reason, shown_as=decision.shown_as)


def _read_modality(raw: str) -> Decision:
    known = {value.name: value for value in VOCABULARY.variable("modality").values}
    value = known.get(raw)
    if value is None:
        return Decision(Outcome.UNMAPPED, reason="no modality of the vocabulary")
    return Decision(Outcome.MAPPED, value.code, value.name)


SEX = coded_mapping("sex", MAPPINGS / "sexes.csv")
AGE = ColumnMapping("age_at_imaging", read_age, Type.INTEGER)
DATE = ColumnMapping("study_date", read_date, Type.DATE)
MODALITY = ColumnMapping("modality", _read_modality)
BODY_PART = coded_mapping("body_part", MAPPINGS / "body_parts.csv")
MANUFACTURER = coded_mapping("manufacturer", MAPPINGS / "manufacturers.csv")
