"""Building the index: releases in, one complete folder out."""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from caimera.node.sources.errors import IndexUnusable
from caimera.node.sources.layout import TABLES_READ, VARIABLES, fingerprint
from caimera.node.sources.rows import Compositions, Rows, rows_of
from caimera.node.sources.source import SourceRelease
from caimera.node.sources.states import Codebook, smallest
from caimera.vocabulary import Level

DIRECTORY = "directory.json"
"""The file that says which datasets an index holds, what each records, and the numbers of codes."""


@contextmanager
def ensured_index(directory: Path, releases: Sequence[SourceRelease]) -> Iterator[Path]:
    """The folder of the index of these releases, built first where it is not there, safe to open meanwhile.

    Only one process is here at a time; a finished index replaces all earlier ones, which whoever has opened
    them may still read. Raises OriginUnusable and IndexUnusable; then nothing is left.
    """
    wanted = directory / f"index-{fingerprint(releases)}"
    try:
        with _alone(directory):
            if not wanted.exists():
                _build(wanted, releases)
                _forget_others(wanted)
            yield wanted
    except OSError as error:
        raise IndexUnusable(directory, str(error)) from error


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (directory / "building.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(wanted: Path, releases: Sequence[SourceRelease]) -> None:
    unfinished = wanted.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    try:
        _fill(unfinished, sorted(releases, key=lambda release: (str(release.dataset_id), release.digest)))
        unfinished.rename(wanted)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _forget_others(wanted: Path) -> None:
    for earlier in wanted.parent.iterdir():
        if earlier.is_dir() and earlier != wanted:
            shutil.rmtree(earlier, ignore_errors=True)


def _fill(folder: Path, releases: Sequence[SourceRelease]) -> None:
    codebook = Codebook()
    datasets: list[dict[str, Any]] = []
    parts: list[Rows] = []
    for release in releases:
        tables = release.read(TABLES_READ)
        parts.append(rows_of(tables, codebook))
        datasets.append(
            {
                "dataset_id": str(release.dataset_id),
                "digest": release.digest,
                "dates_shifted": any(tables["dataset"]["dates_shifted"].to_pylist()),
                "recorded": parts[-1].recorded(),
            }
        )
    for name, array in _arrays(parts, codebook).items():
        np.save(folder / f"{name}.npy", array)
    directory = {"datasets": datasets, "codes": codebook.codes}
    (folder / DIRECTORY).write_text(json.dumps(directory), encoding="utf-8")


def _arrays(parts: Sequence[Rows], codebook: Codebook) -> Mapping[str, NDArray[Any]]:
    """Every array of the index by the name of its file; what each holds is said in `index.py`."""
    profiles = {level: [part.profiles[level] for part in parts] for level in Level}
    before = {level: _before(each.shape[1] for each in profiles[level]) for level in Level}
    patients = _moved((part.patient_profile for part in parts), before[Level.PATIENT])
    studies = _joined(part.studies for part in parts)
    composed = _moved(
        (part.study_composition for part in parts), _before(len(part.compositions.rows) for part in parts)
    )
    arrays = {
        "dataset_patients": _before(len(part.studies) for part in parts),
        "patient_profile": smallest(patients),
        "patient_studies": borders(studies),
        "study_patient": smallest(np.repeat(np.arange(len(studies)), studies)),
        "study_profile": smallest(_moved((part.study_profile for part in parts), before[Level.STUDY])),
        "study_composition": smallest(composed),
    }
    for level in Level:
        nobody = np.empty((len(VARIABLES[level]), 0), np.uint32)
        arrays[f"{level}_profiles"] = smallest(np.concatenate([nobody, *profiles[level]], axis=1))
    arrays |= _rows([part.compositions for part in parts], before[Level.SERIES], composed)
    arrays |= {f"{name}_{part}": array for name, part, array in _states(codebook)}
    return arrays | _identifiers(parts)


def _rows(
    parts: Sequence[Compositions], before: NDArray[np.int64], composed: NDArray[np.int64]
) -> dict[str, NDArray[Any]]:
    """The rows of all compositions, and those of all studies, which have them as `composed` says."""
    starts = borders(_joined(part.rows for part in parts))
    profile = _moved((part.profile for part in parts), before)
    series = _joined(part.series for part in parts)
    sizes = np.diff(starts)[composed]
    study_rows = borders(sizes)
    study = np.repeat(np.arange(len(composed)), sizes)
    place = np.arange(len(study)) + (starts[composed] - study_rows[:-1])[study]
    return {
        "composition_rows": starts,
        "composition_profile": smallest(profile),
        "composition_series": smallest(series),
        "study_rows": study_rows,
        "series_study": smallest(study),
        "series_profile": smallest(profile[place]),
        "series_count": smallest(series[place]),
    }


def borders(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each of these parts begins when they follow each other, and where the last one ends."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])


def _before(sizes: Iterable[int]) -> NDArray[np.int64]:
    return borders(np.fromiter(sizes, np.int64))


def _joined(arrays: Iterable[NDArray[np.int64]]) -> NDArray[np.int64]:
    return np.concatenate([np.empty(0, np.int64), *arrays])


def _moved(arrays: Iterable[NDArray[np.int64]], before: NDArray[np.int64]) -> NDArray[np.int64]:
    """Numbers that begin anew in each release, counted through."""
    return _joined(array + start for array, start in zip(arrays, before, strict=False))


def _states(codebook: Codebook) -> Iterator[tuple[str, str, NDArray[Any]]]:
    for name, states in codebook.states().items():
        yield name, "values", states.values
        yield name, "starts", states.starts


def _identifiers(parts: Sequence[Rows]) -> dict[str, NDArray[Any]]:
    """All patient identifiers as UTF-8 in one row, and where each begins."""
    together = pa.concat_arrays(
        [pa.array([], pa.large_string()), *(p.identifiers.cast(pa.large_string()) for p in parts)]
    )
    offsets, text = together.buffers()[1:]
    starts = np.frombuffer(offsets, np.int64)[: len(together) + 1] if len(together) else np.zeros(1, np.int64)
    words = np.frombuffer(text, np.uint8)[: starts[-1]] if text else np.empty(0, np.uint8)
    return {"identifier_starts": smallest(starts), "identifier_text": words}
