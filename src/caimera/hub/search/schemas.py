"""What the search API takes and gives, beside the question's state (`results`)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import urljoin
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from pydantic import BaseModel, ConfigDict, Field

from caimera import cohort
from caimera.hub.search.models import Question, SavedQuestion
from caimera.hub.search.queries import is_closed
from caimera.hub.search.results import QuestionState
from caimera.hub.search.states import State
from caimera.vocabulary import Kind, Level, Operator

__all__ = [
    "NewName",
    "NewQuestion",
    "ParsedProblem",
    "ParsedQuestion",
    "QuestionPage",
    "QuestionState",
    "QuestionSummary",
    "QuestionToParse",
    "QuestionToSave",
    "SavedBody",
    "SavedList",
    "VocabularyBody",
]

QuestionForm = Annotated[
    str | dict[str, Any],
    Field(
        description="The question as text, in its JSON form, or as Samply Lens sends it.",
        examples=[
            "modality = CT and sex = female",
            {"variable": "sex", "operator": "EQUALS", "value": "female"},
        ],
    ),
]


class QuestionToParse(BaseModel):
    """A question to be read, not asked."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="Question to parse")

    question: QuestionForm

    def parsed(self) -> cohort.Question:
        """The question as `cohort` means it; raises cohort.QuestionError."""
        if isinstance(self.question, str):
            return cohort.parse(self.question)
        if cohort.is_lens(self.question):
            return cohort.from_lens(self.question)
        return cohort.from_json(self.question)


class NewQuestion(QuestionToParse):
    """A question to be asked of all nodes."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="New question")

    purpose: Annotated[
        str,
        Field(
            max_length=600,
            description="What the numbers are for; nodes see it beside a pseudonym.",
            examples=["Is a study of low-dose CT feasible?"],
        ),
    ] = ""
    by: Annotated[
        list[str],
        Field(
            max_length=3,
            description="Variables to count by as well; each spends a question of the budget.",
            examples=[["modality"]],
        ),
    ] = []


class ParsedProblem(BaseModel):
    """One thing wrong with a question, where, and what to write instead."""

    model_config = ConfigDict(frozen=True, title="Problem")

    path: str
    message: str
    fix: str


class ParsedQuestion(BaseModel):
    """A question in all its forms, or what is wrong with it."""

    model_config = ConfigDict(
        frozen=True,
        title="Parsed question",
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
    )

    text: str | None = None
    canonical: str | None = None
    hash: str | None = None
    words: str | None = None
    form: Annotated[dict[str, Any] | None, Field(alias="json")] = None
    lens: Annotated[dict[str, Any] | None, Field(description="As a query tree of Samply Lens.")] = None
    problems: Annotated[list[ParsedProblem], Field(description="Empty when the question can be asked.")] = []


class QuestionSummary(BaseModel):
    """A question in a history."""

    model_config = ConfigDict(frozen=True, title="Question in the history")

    id: UUID
    text: str
    purpose: str
    by: Annotated[list[str], Field(description="Variables it was to be counted by.")]
    asked_at: datetime
    state: Literal["open", "closed"]
    nodes: Annotated[int, Field(description="Nodes enrolled when it was asked.")]
    answered: Annotated[int, Field(description="Nodes that answered.")]

    @classmethod
    def of(cls, question: Question) -> QuestionSummary:
        """A question whose answers are prefetched."""
        answers = question.answers.all()
        return cls(
            id=question.pk,
            text=question.text,
            purpose=question.purpose,
            by=question.breakdown,
            asked_at=question.asked_at,
            state="closed" if is_closed(question, timezone.now()) else "open",
            nodes=len(answers),
            answered=sum(answer.state == State.ANSWERED for answer in answers),
        )


class QuestionPage(BaseModel):
    """A part of a person's history, newest first."""

    model_config = ConfigDict(frozen=True, title="History")

    count: Annotated[int, Field(description="Questions in the whole history.")]
    questions: list[QuestionSummary]


class QuestionToSave(QuestionToParse):
    """A question to be kept under a name."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="Question to save")

    name: Annotated[str, Field(max_length=120, description="Unique among yours.", examples=["Low-dose CT"])]
    by: Annotated[list[str], Field(max_length=3, description="Variables to count by as well.")] = []


class NewName(BaseModel):
    """Another name for a question that is kept."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="New name")

    name: Annotated[str, Field(max_length=120)]


class SavedBody(BaseModel):
    """A question that is kept under a name."""

    model_config = ConfigDict(frozen=True, title="Saved question")

    id: UUID
    name: str
    text: str
    by: list[str]
    saved_at: datetime
    link: Annotated[
        str | None, Field(description="Where other members may see and ask it; null while it is not shared.")
    ]

    @classmethod
    def of(cls, saved: SavedQuestion) -> SavedBody:
        """A saved question as its owner sees it."""
        return cls(
            id=saved.pk,
            name=saved.name,
            text=saved.text,
            by=saved.breakdown,
            saved_at=saved.saved_at,
            link=link_of(saved),
        )


class SavedList(BaseModel):
    """The questions a person keeps, by name."""

    model_config = ConfigDict(frozen=True, title="Saved questions")

    saved: list[SavedBody]


def link_of(saved: SavedQuestion) -> str | None:
    """The whole address under which a question is shared."""
    if saved.link is None:
        return None
    return urljoin(settings.SITE.base_url, reverse("search:shared", args=[saved.link]))


class _OfVocabulary(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class CodingBody(_OfVocabulary):
    """A code of a published system."""

    system: Annotated[str, Field(examples=["SCT"])]
    code: Annotated[str, Field(examples=["248152002"])]
    label: str


class ValueBody(_OfVocabulary):
    """One answer to a coded variable."""

    name: Annotated[str, Field(description="The word questions use.", examples=["female"])]
    label: str
    code: Annotated[str, Field(description="Its identity in data.", examples=["SCT:248152002"])]
    codes: list[CodingBody]
    synonyms: list[str]
    parent: Annotated[str | None, Field(description="The broader value it is a kind of.")]
    help: str


class VariableBody(_OfVocabulary):
    """Something a question may ask about."""

    name: Annotated[str, Field(description="The word questions use.", examples=["sex"])]
    label: str
    help: str
    group: str
    level: Level
    kind: Kind
    operators: list[Operator]
    unit: str | None
    minimum: float | None
    maximum: float | None
    multiple: Annotated[bool, Field(description="May hold several values at once.")]
    cdm: Annotated[str, Field(description="Table and column of the common data model.")]
    codes: list[CodingBody]
    values: list[ValueBody]


class GroupBody(_OfVocabulary):
    """A heading under which variables are shown."""

    name: str
    label: str


class VocabularyBody(_OfVocabulary):
    """Every variable of one version of the vocabulary."""

    version: Annotated[str, Field(examples=["2026.11"])]
    groups: list[GroupBody]
    variables: list[VariableBody]
