"""A question evaluated on local data, exactly."""

from caimera.node.sources.crates import CrateSource
from caimera.node.sources.databases import DatabaseOrigin
from caimera.node.sources.errors import DeadlinePassed, IndexUnusable, OriginUnusable, SourceError
from caimera.node.sources.origins import CrateOrigin, Origin
from caimera.node.sources.source import Source, SourceCount, SourceRelease

__all__ = [
    "CrateOrigin",
    "CrateSource",
    "DatabaseOrigin",
    "DeadlinePassed",
    "IndexUnusable",
    "Origin",
    "OriginUnusable",
    "Source",
    "SourceCount",
    "SourceError",
    "SourceRelease",
]
