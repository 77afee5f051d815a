"""The catalogue as the API tells of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils import timezone
from pydantic import BaseModel, ConfigDict, Field, create_model

from caimera.dcat import PROFILES
from caimera.hub.catalogue.facets import FACETS, LONGEST_KEY
from caimera.hub.catalogue.filters import (
    BOUNDS,
    LONGEST_TEXT,
    MOST_PAGES,
    MOST_SUBJECTS,
    MOST_VALUES,
    MOST_YEARS,
    Query,
    Sort,
)
from caimera.hub.catalogue.finding import Hit, Results
from caimera.hub.catalogue.models import Record
from caimera.hub.catalogue.queries import SourceState, source_states
from caimera.hub.catalogue.tiers import offer_of, tier_of
from caimera.protocol.messages import Count

Key = Annotated[str, Field(min_length=1, max_length=LONGEST_KEY, pattern=r"^[^\x00]+$")]
Number = Annotated[int, Field(ge=0, le=MOST_SUBJECTS)]


Years = Annotated[int, Field(ge=0, le=MOST_YEARS)]


class _Search(BaseModel):
    """What is looked for: any of the values of a facet, all facets together, words and numbers besides."""

    text: Annotated[str, Field(max_length=LONGEST_TEXT, description="Words, “phrases”, OR, -without.")] = ""
    least: Annotated[Number | None, Field(description="Subjects at least.")] = None
    most: Annotated[Number | None, Field(description="Subjects at most.")] = None
    youngest: Annotated[Years | None, Field(description="Some subjects are at least so old, in years.")] = (
        None
    )
    oldest: Annotated[Years | None, Field(description="Some subjects are at most so old, in years.")] = None
    sort: Annotated[Sort, Field(description="The order of what was found.")] = Sort.RELEVANCE
    size: Annotated[int, Field(ge=1, le=100, description="Datasets on a page.")] = 25
    page: Annotated[int, Field(ge=1, le=MOST_PAGES)] = 1

    def query(self) -> Query:
        """The same as pages understand it."""
        chosen = {facet.name: tuple(dict.fromkeys(getattr(self, facet.name))) for facet in FACETS}
        return Query(
            text=self.text.replace("\x00", "").strip(),
            chosen={name: keys for name, keys in chosen.items() if keys},
            **{name: getattr(self, name) for name in BOUNDS},
            sort=self.sort,
            size=self.size,
            page=self.page,
        )


def _facet_fields() -> dict[str, Any]:
    return {
        facet.name: (
            Annotated[
                list[Key],
                Field(
                    max_length=MOST_VALUES,
                    description=f"{facet.title}: any of these keys; `not_recorded` for what no record says.",
                ),
            ],
            Field(default_factory=list),
        )
        for facet in FACETS
    }


Search: type[_Search] = create_model("Search", __base__=_Search, **_facet_fields())
"""The parameters of a search, one for each facet among them."""


class ValueCounted(BaseModel):
    """One value of a facet and how many datasets would be left with it."""

    model_config = ConfigDict(frozen=True)

    key: Annotated[str, Field(examples=["MR"])]
    label: Annotated[str, Field(examples=["MR (magnetic resonance imaging)"])]
    count: Annotated[int, Field(ge=0, description="With all that are kinds of it.")]
    chosen: bool
    within: Annotated[
        str, Field(description="Key of the value here that it is a kind or a part of; empty for none.")
    ]


class FacetCounted(BaseModel):
    """A facet, counted under the filters of all others."""

    model_config = ConfigDict(frozen=True)

    name: Annotated[str, Field(examples=["modality"])]
    title: Annotated[str, Field(examples=["Modality"])]
    values: list[ValueCounted]


class DatasetFound(BaseModel):
    """A dataset in few words."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    title: str
    provider: Annotated[str, Field(description="Who holds the data, as the record says; may be empty.")]
    version: str
    subjects: Annotated[int | None, Field(description="As published; `counts` says how to read it.")]
    studies: int | None
    minimum_age: Annotated[int | None, Field(description="In years.")]
    maximum_age: int | None
    counts: Annotated[
        dict[str, Count],
        Field(description="How numbers are to be read, where the record says so: by what is counted."),
    ]
    changed_on: str
    facets: Annotated[
        dict[str, list[str]], Field(description="Keys of its values by facet, as its record says.")
    ]

    @classmethod
    def of(cls, record: Record) -> DatasetFound:
        """The record in few words."""
        return cls.model_validate(record, from_attributes=True)


class CataloguePage(BaseModel):
    """One page of what was found, and every facet's counts."""

    model_config = ConfigDict(frozen=True, title="Catalogue")

    count: Annotated[int, Field(ge=0, description="Datasets found.")]
    total: Annotated[int, Field(ge=0, description="Datasets in the catalogue.")]
    page: int
    pages: int
    datasets: list[DatasetFound]
    facets: list[FacetCounted]

    @classmethod
    def of(cls, results: Results) -> CataloguePage:
        """The results as JSON."""
        hits: list[Hit] = list(results.hits)
        return cls(
            count=results.count,
            total=results.total,
            page=results.query.page,
            pages=results.pages,
            datasets=[DatasetFound.of(hit.record) for hit in hits],
            facets=[
                FacetCounted(
                    name=facet.name,
                    title=str(facet.title),
                    values=[ValueCounted.model_validate(one, from_attributes=True) for one in facet.values],
                )
                for facet in results.facets
            ],
        )


class ProfileJudged(BaseModel):
    """How a record conforms to one profile."""

    model_config = ConfigDict(frozen=True)

    profile: Annotated[str, Field(examples=["EUCAIM DCAT-AP v2.0"])]
    state: Literal["conforms", "transition", "violates"]
    complaints: list[dict[str, str]]


class DatasetDescribed(DatasetFound):
    """A dataset as the catalogue knows it."""

    description: str
    source: Annotated[str, Field(description="Whom the record comes from.")]
    tier: Annotated[str, Field(examples=["Tier 2"], description="By what its node really offers now.")]
    tier_reason: str
    first_seen_at: datetime
    last_seen_at: datetime
    conformance: list[ProfileJudged]
    record: Annotated[str, Field(description="Address of the record in Turtle.")]

    @classmethod
    def whole(cls, record: Record, address: str) -> DatasetDescribed:
        """Everything but the record itself, which is at `address`."""
        offer = offer_of(record.source.node, timezone.now())
        claimed = next(iter(record.facets.get("tier", ())), "")
        return cls(
            **DatasetFound.of(record).model_dump(),
            tier=tier_of(claimed, offer.tier).label,
            tier_reason=offer.sentence,
            description=record.description,
            source=record.source_id,
            first_seen_at=record.first_seen_at,
            last_seen_at=record.last_seen_at,
            conformance=[
                ProfileJudged(profile=PROFILES[name].title, **judged)
                for name, judged in record.conformance.items()
                if name in PROFILES
            ],
            record=address,
        )


class SourceSummary(BaseModel):
    """A source, and what an operator should know of it."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    present: bool
    records: int
    last: Annotated[str, Field(description="State of the last run; empty before the first.")]
    sentences: list[str]

    @classmethod
    def every(cls) -> list[SourceSummary]:
        """All sources, by name."""
        return [cls._of(state) for state in source_states()]

    @classmethod
    def _of(cls, state: SourceState) -> SourceSummary:
        last, held = state.last, state.held
        sentences = [held.sentence] if held else [last.sentence] if last and last.sentence else []
        sentences += [
            f"refused: {entry.address or entry.dataset_id}: {entry.problem}" for entry in state.refused
        ]
        return cls(
            id=state.source.pk,
            name=state.source.name,
            present=state.source.present,
            records=state.records,
            last=last.state if last else "",
            sentences=sentences,
        )
