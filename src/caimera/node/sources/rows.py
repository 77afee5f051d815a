"""One release as the index holds it: patients with their studies and series, like ones said once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from caimera.cdm import TABLES, recorded
from caimera.cdm.places import OWNERS
from caimera.node.sources.layout import VARIABLES
from caimera.node.sources.origins import Tables
from caimera.node.sources.states import Codebook
from caimera.vocabulary import Level


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The patients of a release that have a series, their studies that have one, and their series.

    Patients are ordered as in their table, and the studies of each follow each other. A *profile* is one
    combination of states of all variables of a level: `profiles` has a column for each and a row for each
    variable. A *composition* is what series a study has, told apart by nothing but their profiles; studies of
    one composition may be many.
    """

    identifiers: pa.Array
    studies: NDArray[np.int64]
    """Studies of each patient."""
    patient_profile: NDArray[np.int64]
    study_profile: NDArray[np.int64]
    study_composition: NDArray[np.int64]
    compositions: Compositions
    profiles: Mapping[Level, NDArray[np.uint32]]

    def recorded(self) -> tuple[str, ...]:
        """The variables of which something is recorded somewhere."""
        return tuple(
            name
            for level, names in VARIABLES.items()
            for name, states in zip(names, self.profiles[level], strict=True)
            if states.any()
        )


@dataclass(frozen=True, slots=True, eq=False)
class Compositions:
    """All compositions after each other: of how many rows each is made, the profile of each row, and how many
    series of the study have it."""

    rows: NDArray[np.int64]
    profile: NDArray[np.int64]
    series: NDArray[np.int64]


def rows_of(tables: Tables, codebook: Codebook) -> Rows:
    """The tables of one release, read with the columns of `layout.TABLES_READ`, as rows."""
    profiles, profile = {}, {}
    for level in Level:
        profiles[level], profile[level] = _profiles(level, tables, codebook)
    patient_of_study = _places(tables, "image_study", "patient_id", "patient")
    study = _places(tables, "image_series", "study_id", "image_study")
    patient = patient_of_study[study]
    order = np.lexsort((profile[Level.SERIES], study, patient))
    patient, study, kind = patient[order], study[order], profile[Level.SERIES][order]
    row_begins = _begins(study, kind)
    study_begins = _begins(study[row_begins])
    patient_begins = _begins(patient[row_begins][study_begins])
    rows = np.stack([kind[row_begins], _sizes(row_begins, len(order))], axis=1)
    composition, compositions = _compositions(rows, study_begins)
    studies = study[row_begins][study_begins]
    patients = patient_of_study[studies][patient_begins]
    return Rows(
        identifiers=tables["patient"]["patient_identifier"].combine_chunks().take(pa.array(patients)),
        studies=_sizes(patient_begins, len(studies)),
        patient_profile=profile[Level.PATIENT][patients],
        study_profile=profile[Level.STUDY][studies],
        study_composition=composition,
        compositions=compositions,
        profiles=profiles,
    )


def _compositions(
    rows: NDArray[np.int64], begins: NDArray[np.int64]
) -> tuple[NDArray[np.int64], Compositions]:
    """Which composition each study has, and all there are. `rows` are profile and number of series."""
    known: dict[bytes, int] = {}
    ends = [*begins[1:].tolist(), len(rows)]
    which = [
        known.setdefault(rows[first:last].tobytes(), len(known))
        for first, last in zip(begins.tolist(), ends, strict=False)
    ]
    distinct = [np.frombuffer(each, np.int64).reshape(-1, 2) for each in known]
    profile, series = np.concatenate([np.empty((0, 2), np.int64), *distinct]).T
    sizes = np.array([len(each) for each in distinct], np.int64)
    return np.array(which, np.int64), Compositions(sizes, profile, series)


def _profiles(
    level: Level, tables: Tables, codebook: Codebook
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """The distinct profiles of a level, and which of them each row of the level's table has."""
    states = [_states(name, level, tables, codebook) for name in VARIABLES[level]]
    which = np.zeros(len(tables[OWNERS[level]]), np.int64)
    for column in states:
        which = np.unique(which * (int(column.max(initial=0)) + 1) + column, return_inverse=True)[1]
    first = np.unique(which, return_index=True)[1]
    return np.stack([column[first] for column in states]), which


def _states(variable: str, level: Level, tables: Tables, codebook: Codebook) -> NDArray[np.uint32]:
    """The state of a variable in each row of its level's table."""
    found, things = recorded(variable, tables), tables[OWNERS[level]]
    owners = _in(things[TABLES[OWNERS[level]].key], found["owner"])
    return codebook.number(variable, found["value"], owners, things=len(things))


def _places(tables: Tables, table: str, column: str, owner: str) -> NDArray[np.int64]:
    """The row of `owner` that each row of a table names in `column`."""
    return _in(tables[owner][TABLES[owner].key], tables[table][column])


def _in(keys: pa.ChunkedArray, wanted: pa.ChunkedArray) -> NDArray[np.int64]:
    """Where among the keys each wanted one stands; in sound tables it does."""
    found: Any = pc.index_in(wanted, value_set=keys.combine_chunks())
    return found.to_numpy().astype(np.int64)


def _begins(*columns: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where a new combination begins in columns that are sorted."""
    new = np.ones(len(columns[0]), np.bool_)
    new[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in columns])
    return np.flatnonzero(new)


def _sizes(begins: NDArray[np.int64], total: int) -> NDArray[np.int64]:
    return np.diff(begins, append=total)
