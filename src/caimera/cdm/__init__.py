"""The common data model: typed tables, their checks, and the mapping of local values onto them."""

from caimera.cdm.checks import Violation, check
from caimera.cdm.codes import in_the_models_codes
from caimera.cdm.errors import MappingTableError, ModelError
from caimera.cdm.layout import ddl
from caimera.cdm.mapping import (
    ColumnMapping,
    Decision,
    MappedColumn,
    Settled,
    coded_mapping,
    read_decisions,
    settle,
)
from caimera.cdm.places import PLACES, Place, recorded
from caimera.cdm.report import MappingReport, Outcome, Spelling, VariableReport
from caimera.cdm.tables import TABLES, Column, ForeignKey, Table, Type

__all__ = [
    "PLACES",
    "TABLES",
    "Column",
    "ColumnMapping",
    "Decision",
    "ForeignKey",
    "MappedColumn",
    "MappingReport",
    "MappingTableError",
    "ModelError",
    "Outcome",
    "Place",
    "Settled",
    "Spelling",
    "Table",
    "Type",
    "VariableReport",
    "Violation",
    "check",
    "coded_mapping",
    "ddl",
    "in_the_models_codes",
    "read_decisions",
    "recorded",
    "settle",
]
