from __future__ import annotations

from dataclasses import replace

from caimera.cdm import MappingReport, Outcome, Spelling, VariableReport

SEX = VariableReport(
    "sex",
    "series",
    (
        Spelling("F", Outcome.MAPPED, "female", "", 1200),
        Spelling("0000", Outcome.IMPLAUSIBLE, "", "a number", 2),
        Spelling("", Outcome.MISSING, "", "", 5),
    ),
    "patients",
    recorded=10,
    contradictory=1,
    not_recorded=3,
)
AGE = replace(SEX, variable="age_at_imaging", level="studies")


def test_totals_name_every_fate() -> None:
    assert SEX.totals == {
        Outcome.MAPPED: 1200,
        Outcome.UNMAPPED: 0,
        Outcome.IMPLAUSIBLE: 2,
        Outcome.MISSING: 5,
    }


def test_merging_adds_spellings_and_rows() -> None:
    other = replace(
        SEX,
        spellings=(Spelling("F", Outcome.MAPPED, "female", "", 1), Spelling("Z", Outcome.UNMAPPED, count=9)),
    )
    merged = MappingReport.merge(
        "Both",
        [MappingReport("One", "1", (SEX, AGE), ("Careful.",)), MappingReport("Two", "1", (other,))],
    )
    assert merged.notes == ("One: Careful.",)
    assert merged.vocabulary == "1"
    sex, age = merged.variables
    assert age == AGE
    assert (sex.recorded, sex.contradictory, sex.not_recorded) == (20, 2, 6)
    assert sex.spellings == (
        Spelling("F", Outcome.MAPPED, "female", "", 1201),
        Spelling("Z", Outcome.UNMAPPED, "", "", 9),
        Spelling("", Outcome.MISSING, "", "", 5),
        Spelling("0000", Outcome.IMPLAUSIBLE, "", "a number", 2),
    )


def test_json_holds_every_number() -> None:
    document = MappingReport("One", "1", (SEX,), ("Careful.",)).as_json()
    assert document == {
        "title": "One",
        "vocabulary": "1",
        "notes": ["Careful."],
        "variables": [
            {
                "variable": "sex",
                "counted": "series",
                "totals": {"mapped": 1200, "unmapped": 0, "implausible": 2, "missing": 5},
                "spellings": [
                    {"raw": "F", "outcome": "mapped", "value": "female", "reason": "", "count": 1200},
                    {"raw": "0000", "outcome": "implausible", "value": "", "reason": "a number", "count": 2},
                    {"raw": "", "outcome": "missing", "value": "", "reason": "", "count": 5},
                ],
                "level": "patients",
                "recorded": 10,
                "contradictory": 1,
                "not_recorded": 3,
            }
        ],
    }


def test_text_is_for_people() -> None:
    assert MappingReport("One", "1", (SEX,), ("Careful.",)).as_text() == (
        "One (vocabulary 1)\n"
        "- Careful.\n"
        "\n"
        "sex: of the patients, 10 recorded, 1 contradictory, 3 not recorded\n"
        "  mapped          1,200 series  'F' -> female\n"
        "  implausible         2 series  '0000' (a number)\n"
        "  missing             5 series  (nothing)\n"
    )
