"""A dataset on disk: one immutable version, its tables, manifest, seal and RO-Crate metadata."""

from caimera.crate.crate import Crate, open_crate
from caimera.crate.errors import CrateError, CrateExists, CrateUnreadable, TablesUnsound
from caimera.crate.manifest import Description, File, Manifest
from caimera.crate.verifying import Finding, FindingKind, verify
from caimera.crate.writing import write

__all__ = [
    "Crate",
    "CrateError",
    "CrateExists",
    "CrateUnreadable",
    "Description",
    "File",
    "Finding",
    "FindingKind",
    "Manifest",
    "TablesUnsound",
    "open_crate",
    "verify",
    "write",
]
