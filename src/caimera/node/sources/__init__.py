"""A question evaluated on local data, exactly."""

from caimera.node.sources.databases import DatabaseOrigin
from caimera.node.sources.errors import DeadlinePassed, IndexUnusable, OriginUnusable, SourceError
from caimera.node.sources.indexed import IndexedSource
from caimera.node.sources.origins import CrateOrigin, Origin, Tables
from caimera.node.sources.source import Contributions, PatientSet, Source, SourceCount, SourceRelease

__all__ = [
    "Contributions",
    "CrateOrigin",
    "DatabaseOrigin",
    "DeadlinePassed",
    "IndexUnusable",
    "IndexedSource",
    "Origin",
    "OriginUnusable",
    "PatientSet",
    "Source",
    "SourceCount",
    "SourceError",
    "SourceRelease",
    "Tables",
]
