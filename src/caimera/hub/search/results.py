"""A question and everything known of it at one moment, as pages, API and clients see it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from caimera.hub.search.states import State
from caimera.protocol.messages import Breakdown, Count, Protection, Treatment


class Shown(BaseModel):
    """A value that never changes."""

    model_config = ConfigDict(frozen=True)


class QuestionText(Shown):
    """The question in its forms."""

    text: Annotated[str, Field(description="As asked.", examples=["sex = female and modality = CT"])]
    canonical: Annotated[
        str, Field(description="Equal questions have one.", examples=["modality = CT and sex = female"])
    ]
    hash: Annotated[str, Field(description="SHA-256 of the canonical text, in hexadecimal.")]
    words: Annotated[str, Field(description="One sentence.")]
    form: Annotated[
        dict[str, Any], Field(alias="json", description="The canonical question in its JSON form.")
    ]

    model_config = ConfigDict(
        frozen=True, validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
    )


class ConditionState(Shown):
    """What a node did with one condition."""

    path: Annotated[str, Field(description="Place in the canonical question.", examples=["0"])]
    status: Treatment
    why: Annotated[str, Field(description="Why it was approximated or not supported.")]
    text: Annotated[str, Field(description="The condition.", examples=["modality = CT"])]


class DatasetState(Shown):
    """What one dataset says."""

    id: UUID
    title: str
    version: str
    policy: Annotated[
        Literal["open", "protected"],
        Field(description="`open`: exact numbers; `protected`: rounded, small numbers hidden."),
    ]
    subjects: Count
    studies: Count
    series: Count
    budget_left: Annotated[
        int | None, Field(description="New questions you may still put to it within seven days.")
    ] = None
    reason: Annotated[str, Field(description="A sentence where everything is withheld.")] = ""
    protection: Annotated[
        Protection | None, Field(description="The rules its numbers were made under; null where it is open.")
    ] = None
    breakdowns: tuple[Breakdown, ...] = ()


class NodeState(Shown):
    """What one node says, or how it stands with it."""

    id: Annotated[str, Field(examples=["trials"])]
    name: Annotated[str, Field(examples=["Clinical Trials Node"])]
    state: State
    reason: Annotated[str, Field(description="A sentence where nothing, or not everything, is said.")]
    took_ms: Annotated[float | None, Field(description="Milliseconds from asking to the answer's arrival.")]
    conditions: tuple[ConditionState, ...]
    datasets: tuple[DatasetState, ...]
    subjects: Count
    studies: Count
    series: Count


class Totals(Shown):
    """Sums of released numbers, and what they leave out."""

    subjects: Count
    studies: Count
    series: Count
    left_out: Annotated[tuple[str, ...], Field(description="Sentences; empty when nothing is left out.")]


class ValueState(Shown):
    """The patients that fit and have one value of a variable besides, over all datasets."""

    value: Annotated[str, Field(description="A vocabulary name, a number, or empty: not recorded.")]
    label: Annotated[str, Field(description="The value as people call it.", examples=["40 to 44 years"])]
    subjects: Count
    few: Annotated[int, Field(description="Datasets with too few patients to say; they are not added.")]


class BreakdownState(Shown):
    """The answer once more for every value of a variable, added up over the datasets that tell it."""

    variable: str
    label: Annotated[str, Field(description="The variable as people call it.")]
    values: tuple[ValueState, ...]
    left_out: Annotated[tuple[str, ...], Field(description="Sentences; empty when nothing is left out.")]


class QuestionState(Shown):
    """A question and everything known of it now."""

    id: UUID
    question: QuestionText
    vocabulary: Annotated[str, Field(description="Version of the vocabulary.", examples=["2026.11"])]
    purpose: str
    asked_at: datetime
    deadline_at: Annotated[datetime, Field(description="When the waiting ends.")]
    state: Annotated[Literal["open", "closed"], Field(description="`closed`: nobody is waited for any more.")]
    breakdown: Annotated[
        tuple[str, ...], Field(description="Variables the answer was to be counted by.")
    ] = ()
    nodes: tuple[NodeState, ...]
    totals: Totals
    breakdowns: tuple[BreakdownState, ...] = ()
