"""Where a released dataset's tables are read from, and how they are known to be the released ones."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from caimera.cdm import TABLES
from caimera.crate import Crate, CrateError, open_crate
from caimera.node.sources.errors import OriginUnusable

Columns = Mapping[str, Sequence[str]]
"""The columns wanted of each table of the common data model."""
Tables = Mapping[str, pa.Table]
"""Tables of the common data model, by name."""


class Origin(Protocol):
    """One place a dataset comes from."""

    def read(self, columns: Columns, *, digest: str) -> Tables:
        """Every table asked for with exactly these columns, as it was when `digest` was released.

        Raises OriginUnusable, also where the data are no longer the released ones.
        """


@dataclass(frozen=True, slots=True)
class CrateOrigin:
    """A crate in the folder `path`; its digest is that of its manifest."""

    path: Path

    def read(self, columns: Columns, *, digest: str) -> Tables:
        """Read from exactly the bytes that the registered manifest vouches for. Raises OriginUnusable."""
        crate = self._registered(digest)
        held = set(crate.tables)
        return {
            name: self._table(crate, name, wanted) if name in held else _empty(name, wanted)
            for name, wanted in columns.items()
        }

    def _registered(self, digest: str) -> Crate:
        try:
            crate = open_crate(self.path)
        except (CrateError, OSError) as error:
            raise self._unusable(str(error)) from error
        if crate.digest != digest:
            raise self._unusable("Its manifest is not the registered one.")
        return crate

    def _table(self, crate: Crate, name: str, wanted: Sequence[str]) -> pa.Table:
        path = crate.table(name)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise self._unusable(f"{path.name} cannot be read.") from error
        written = {crate.path / file.path: file.sha256 for file in crate.manifest.files}
        if hashlib.sha256(data).hexdigest() != written.get(path):
            raise self._unusable(f"{path.name} was changed.")
        try:
            given = pq.read_table(pa.BufferReader(data), columns=list(wanted))
            return TABLES[name].complete(given).select(list(wanted))
        except (pa.ArrowException, ValueError) as error:
            raise self._unusable(f"{path.name} is no table: {error}.") from error

    def _unusable(self, why: str) -> OriginUnusable:
        return OriginUnusable(f"The crate at {self.path}", why, "Restore it or register it again.")


def _empty(name: str, wanted: Sequence[str]) -> pa.Table:
    return TABLES[name].schema.empty_table().select(list(wanted))
