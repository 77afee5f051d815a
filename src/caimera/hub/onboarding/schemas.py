"""Cases as the API says them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from caimera.hub.documents.models import Document
from caimera.hub.onboarding import queries
from caimera.hub.onboarding.models import Case
from caimera.people.models import Person


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class CaseStep(_Frozen):
    """One event of a case."""

    event: str
    role: Annotated[str, Field(description="As what it was caused.")]
    state: Annotated[str, Field(description="The state it led to.")]
    reason: str
    at: datetime


class FiledForm(_Frozen):
    """A form as it was last handed in."""

    form: Annotated[str, Field(examples=["expression-of-interest/1"])]
    at: datetime
    counts: Annotated[bool, Field(description="Whether it need not be handed in anew.")]
    answers: Mapping[str, Any]


class CaseLine(_Frozen):
    """A case in a list."""

    id: UUID
    workflow: Annotated[str, Field(examples=["data-holder/1"])]
    title: Annotated[str, Field(description="The organisation.")]
    state: Annotated[str, Field(examples=["submitted"])]
    label: Annotated[str, Field(description="The state in words.", examples=["Received"])]
    since: datetime
    due: date | None
    waits_for: Sequence[str]

    @classmethod
    def of(cls, case: Case) -> Self:
        """A case as everyone who may see it sees it."""
        return cls(**_line(case))


class CaseBody(CaseLine):
    """A case whole, and what you may do with it."""

    version: Annotated[int, Field(description="Send it as `seen` with what you do.")]
    site_identifier: UUID | None
    steps: Sequence[CaseStep]
    filed: Sequence[FiledForm]
    you_may: Annotated[Sequence[str], Field(description="The events you may cause now.")]

    @classmethod
    def seen_by(cls, person: Person, case: Case) -> Self:
        """A case as this person may see it."""
        ways = queries.table_of(case).ways(case.state, queries.roles_in(case, person))
        last = {one.form: one for one in case.filings.all()}
        return cls(
            **_line(case),
            version=case.version,
            site_identifier=case.organisation_id,
            steps=[
                CaseStep(event=one.event, role=one.role, state=one.state, reason=one.reason, at=one.at)
                for one in case.steps.all()
            ],
            filed=[
                FiledForm(form=str(one), at=one.at, counts=one.counts, answers=one.answers)
                for one in last.values()
            ],
            you_may=[way.event for way in ways],
        )


def _line(case: Case) -> dict[str, Any]:
    table = queries.table_of(case)
    return {
        "id": case.pk,
        "workflow": table.id,
        "title": case.title,
        "state": case.state,
        "label": table.state(case.state).label,
        "since": case.state_since,
        "due": case.due,
        "waits_for": case.waits_for,
    }


class CaseList(_Frozen):
    """Cases."""

    cases: Sequence[CaseLine]


class Begun(_Frozen):
    """Which way into the federation to begin."""

    workflow: Annotated[str, Field(examples=["data-holder", "software-provider"])]


Texts = Annotated[
    Mapping[str, Sequence[str]],
    Field(description="Texts by question, as a person would write them; files by their identifiers."),
]


class CaseEvent(_Frozen):
    """What to do with a case."""

    event: Annotated[str, Field(max_length=40, examples=["submit"])] = ""
    reason: Annotated[str, Field(max_length=2_000)] = ""
    answers: Annotated[
        Mapping[str, Sequence[str]] | None,
        Field(description="The form that goes with the event; without it, what you saved last is handed in."),
    ] = None
    seen: Annotated[int | None, Field(ge=0, description="The version you saw; 409 if it is another now.")] = (
        None
    )


class DraftBody(_Frozen):
    """What you have written into a form so far, and what would be wrong with it now."""

    form: str
    given: Texts
    problems: Mapping[str, str]


class DocumentBody(_Frozen):
    """A file that was taken in."""

    id: Annotated[UUID, Field(description="What an answer of the form holds.")]
    name: Annotated[str, Field(description="Made safe.", examples=["approval.pdf"])]
    media_type: Annotated[str, Field(description="Found in the file.", examples=["application/pdf"])]
    size: Annotated[int, Field(description="In bytes.")]
    sha256: str
    scanned: Annotated[bool, Field(description="Whether it was scanned for viruses.")]

    @classmethod
    def of(cls, document: Document) -> Self:
        """A document as whoever handed it in sees it."""
        return cls(
            id=document.pk,
            name=document.name,
            media_type=document.media_type,
            size=document.size,
            sha256=document.sha256,
            scanned=document.scanned,
        )


class DraftChange(_Frozen):
    """What to keep of a form; nothing empties it."""

    given: Texts = {}
