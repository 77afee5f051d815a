"""Made-up collections with many patients, as datasets about to be held."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from caimera.demo.idc.build import Made
from caimera.demo.idc.conditions import condition_of
from caimera.demo.idc.tables import dataset_tables
from tests.demo.idc_samples import collection, series_table

CREATED = datetime(2026, 1, 1, tzinfo=UTC)


def made(
    cancer_type: str, organ: str, *, patients: int = 1500, name: str = "c", year: int = 2010, **changes: str
) -> Made:
    """A collection whose patients were each imaged once, at ages from 30 on, in one year."""
    rows: list[dict[str, Any]] = [
        {
            "PatientID": f"p{number:05}",
            "StudyInstanceUID": f"1.{number}",
            "PatientAge": f"{30 + number % 50:03}Y",
            "StudyDate": f"{year}-06-15",
            **changes,
        }
        for number in range(patients)
    ]
    types = tuple(cancer_type.split("|"))
    source = collection(collection_id=name, title=name.upper(), cancer_types=types, tumor_locations=organ)
    description = source.description(version="v25", licences=[], policy="open", created=CREATED)
    condition = condition_of(source)
    tables, report = dataset_tables(series_table(*rows), description, condition)
    return Made(source, description, condition, tables, report)
