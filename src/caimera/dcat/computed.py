"""What the data say about themselves, as far as it may be told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from caimera.protocol.messages import Count, Frozen, Protection

Words = Annotated[str, Field(max_length=400)]


class Share(Frozen):
    """How many subjects have one value. `first` and `last` are the years of a band, both included."""

    name: Words
    label: Words
    iri: Words | None = None
    first: int | None = None
    last: int | None = None
    subjects: Count


class Facet(Frozen):
    """One variable: the values that may be told, and the share of subjects with any, in per cent.

    `lowest` and `highest` are the ends of a number's range; of protected datasets those of bands that hold
    enough subjects to be told.
    """

    variable: Words
    label: Words
    shares: tuple[Share, ...]
    recorded: Count
    completeness: Annotated[int, Field(ge=0, le=100)] | None
    lowest: int | None = None
    highest: int | None = None


class Computed(Frozen):
    """The description of one version of a dataset, from its data. `size` is in bytes.

    `protection` says how protected numbers were made; one person's studies count up to `studies_clip`.
    """

    dataset_id: UUID
    version: Words
    digest: Words
    policy: Literal["open", "protected"]
    protection: Protection | None = None
    studies_clip: Annotated[int, Field(gt=0)] | None = None
    subjects: Count
    studies: Count
    series: Count
    segmented_studies: Count
    size: Annotated[int, Field(ge=0)] | None
    facets: tuple[Facet, ...]

    def facet(self, variable: str) -> Facet | None:
        """What is said about a variable, None where the data have no place for it."""
        return next((facet for facet in self.facets if facet.variable == variable), None)

    def iris(self, variable: str) -> tuple[str, ...]:
        """The concepts of the values that may be told, without those EUCAIM has none for."""
        return tuple(share.iri for share in self._shares(variable) if share.iri is not None)

    def names(self, variable: str) -> tuple[str, ...]:
        """The vocabulary's names of the values that may be told."""
        return tuple(share.name for share in self._shares(variable))

    def _shares(self, variable: str) -> Iterator[Share]:
        facet = self.facet(variable)
        yield from facet.shares if facet else ()
