"""The tables of the common data model, after the EUCAIM CDM (etl-toolset, `3_init_eucaim_cdm_output.sql`)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from caimera.cdm.tables import cancers, images, patients, treatments
from caimera.cdm.tables.model import ARROW_TYPES, Column, ForeignKey, Pair, Rule, Table, Type

__all__ = ["ARROW_TYPES", "TABLES", "Column", "ForeignKey", "Pair", "Rule", "Table", "Type"]

TABLES: Mapping[str, Table] = MappingProxyType(
    {table.name: table for table in (*patients.TABLES, *treatments.TABLES, *cancers.TABLES, *images.TABLES)}
)
"""Every table of the model by name, parents before children."""
