"""Memberships as the API says them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from caimera.people.membership import table_of, ways
from caimera.people.models import Membership, Person


class StepBody(BaseModel):
    """One event of a membership."""

    model_config = ConfigDict(frozen=True)

    event: str
    state: Annotated[str, Field(description="The state it led to.")]
    reason: str
    at: datetime


class MembershipBody(BaseModel):
    """An application to become a member, and what came of it."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    name: str
    email: str
    sub: Annotated[str, Field(description="The identifier the login service knows them by.")]
    institution: str
    purpose: str
    state: Annotated[str, Field(examples=["submitted"])]
    label: Annotated[str, Field(description="The state in words.", examples=["Waiting for an answer"])]
    until: datetime | None
    steps: Sequence[StepBody]
    you_may: Annotated[
        Sequence[str], Field(description="The events you may cause now.", examples=[["accept"]])
    ]

    @classmethod
    def of(cls, one: Membership, reader: Person | None) -> Self:
        """As `reader` may see it; None is the shell."""
        steps = [
            StepBody(event=step.event, state=step.state, reason=step.reason, at=step.at)
            for step in one.steps.all()
        ]
        return cls(
            id=one.pk,
            name=one.person.name,
            email=one.person.email,
            sub=one.person.sub,
            institution=one.institution,
            purpose=one.purpose,
            state=one.state,
            label=table_of(one).state(one.state).label,
            until=one.until,
            steps=steps,
            you_may=[way.event for way in ways(one, reader)],
        )


class MembershipList(BaseModel):
    """Applications and members."""

    model_config = ConfigDict(frozen=True)

    memberships: Sequence[MembershipBody]


class Decision(BaseModel):
    """What to do with a membership."""

    model_config = ConfigDict(frozen=True)

    event: Annotated[str, Field(examples=["accept", "ask-back", "refuse", "end"])]
    reason: Annotated[str, Field(max_length=2_000)] = ""
    seen: Annotated[
        int | None, Field(ge=0, description="How many steps you saw; 409 if there are others by now.")
    ] = None


class PolicyBody(BaseModel):
    """A policy that counts now."""

    model_config = ConfigDict(frozen=True)

    id: Annotated[str, Field(description="Name and version.", examples=["privacy/1"])]
    title: str
    address: Annotated[str, Field(description="Where to read it.")]
    accepted: Annotated[bool, Field(description="Whether you accepted this version, and that still counts.")]


class PolicyList(BaseModel):
    """The policies that count now."""

    model_config = ConfigDict(frozen=True)

    policies: Sequence[PolicyBody]


class PoliciesAccepted(BaseModel):
    """That you accept policies you have read."""

    model_config = ConfigDict(frozen=True)

    accepted: Annotated[Sequence[str], Field(max_length=50, examples=[["acceptable-use/1", "privacy/1"]])]
    visit: Annotated[bool, Field(description="For this visit only, not for half a year.")] = False
