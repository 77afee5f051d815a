"""A question evaluated on local data, exactly."""

from caimera.node.sources.crates import CrateSource
from caimera.node.sources.errors import CrateUnusable, DeadlinePassed, IndexUnusable, SourceError
from caimera.node.sources.source import CrateRelease, Source, SourceCount

__all__ = [
    "CrateRelease",
    "CrateSource",
    "CrateUnusable",
    "DeadlinePassed",
    "IndexUnusable",
    "Source",
    "SourceCount",
    "SourceError",
]
