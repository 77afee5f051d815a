"""Descriptions as the API takes and gives them: the form's fields, by their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from caimera.hub.catalogue.models import Record, Source
from caimera.hub.describing import fields as asked

Written = bool | int | str | None
"""A value as a person writes it, or as JSON has it."""


class Holder(BaseModel):
    """A holder without a node, whose datasets are entered here."""

    model_config = ConfigDict(frozen=True)

    id: Annotated[str, Field(examples=["hand_the-clinic"])]
    title: str

    @classmethod
    def of(cls, source: Source) -> Self:
        """A holder."""
        return cls(id=source.pk, title=source.title)


class Term(BaseModel):
    """What may be chosen; a value may be written by any of the three."""

    model_config = ConfigDict(frozen=True)

    label: str
    key: str
    iri: str


class AskedField(BaseModel):
    """One field of a description."""

    model_config = ConfigDict(frozen=True)

    name: Annotated[str, Field(examples=["title"])]
    label: str
    help: str
    kind: Annotated[str, Field(description="What a value is.", examples=["line", "number", "term"])]
    many: Annotated[bool, Field(description="Whether there may be several values.")]
    needed: bool
    terms: Sequence[Term]

    @classmethod
    def every(cls) -> list[Self]:
        """All fields, in the form's order."""
        return [cls._of(each) for each in asked.FIELDS]

    @classmethod
    def _of(cls, each: asked.Field) -> Self:
        listed = asked.terms(each.list) if each.list else ()
        return cls(
            name=each.name,
            label=str(each.label),
            help=str(each.help),
            kind=each.kind.value,
            many=each.many,
            needed=each.needed,
            terms=[Term(label=str(one.label), key=one.key, iri=one.iri) for one in listed],
        )


class Description(BaseModel):
    """The fields of one dataset; what is left out is not said of it."""

    model_config = ConfigDict(extra="forbid")

    fields: Annotated[
        dict[str, list[Written] | Written],
        Field(examples=[{"title": "Lung CT of two clinics", "modality": ["CT"], "individuals": 1200}]),
    ]

    def written(self) -> dict[str, list[str]]:
        """Each value as a person would have written it."""
        return {name: _texts(value) for name, value in self.fields.items()}


def _texts(value: list[Written] | Written) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [_text(one) for one in values if one is not None]


def _text(value: bool | int | str) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


class Entered(BaseModel):
    """A dataset that was entered."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    title: str
    version: str

    @classmethod
    def of(cls, record: Record) -> Self:
        """What the catalogue has."""
        return cls(id=record.pk, title=record.title, version=record.version)


class EnteredWhole(Entered):
    """The same with every field that says something."""

    fields: dict[str, list[str]]

    @classmethod
    def whole(cls, record: Record, said: Mapping[str, Sequence[str]]) -> Self:
        """What the catalogue has, and what is `said` by the names of fields."""
        fields = {name: list(given) for name, given in said.items() if any(given)}
        return cls(**Entered.of(record).model_dump(), fields=fields)
