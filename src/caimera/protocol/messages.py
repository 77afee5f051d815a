"""What hub and node say to each other: frozen, versioned messages.

A message is a value. Its `type` names its kind and version; a change that an older reader could
misunderstand gets a new version, and both stand side by side until the older one is retired.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

type_of_message: dict[str, type[Message]] = {}
"""Every kind of message, by its `type`."""

SiteId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,40}$")]
"""A site's name in envelopes and subjects."""


Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""A digest in hexadecimal."""


class Frozen(BaseModel):
    """A value that never changes, knows all its fields and keeps refused input out of errors."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        allow_inf_nan=False,
        ser_json_inf_nan="constants",  # so that what JSON cannot say is refused and not made null
    )


class Message(Frozen):
    """One kind of thing a site says to another; subclasses name themselves in `type`."""

    type: ClassVar[str]

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        type_of_message[cls.type] = cls


class Asker(Frozen):
    """For whom the hub speaks: a pseudonymous person and the purpose they gave."""

    person: Annotated[str, Field(min_length=1, max_length=255)]
    purpose: Annotated[str, Field(max_length=600)] = ""


class CountKind(StrEnum):
    """How a number is to be read."""

    EXACT = "exact"
    ROUNDED = "rounded"
    FEWER_THAN = "fewer_than"
    WITHHELD = "withheld"
    APPROXIMATE = "approximate"


class Count(Frozen):
    """A number about people, with its kind.

    `value` is null for `fewer_than` (zero possible; protection may say it of numbers somewhat above `bound`,
    too) and for `withheld`. `step` is the rounding of `rounded`. `approximate` is a sum with inexact parts.
    """

    kind: CountKind
    value: Annotated[int, Field(ge=0)] | None = None
    step: Annotated[int, Field(gt=0)] | None = None
    bound: Annotated[int, Field(gt=0)] | None = None


class Protection(Frozen):
    """The rules a protected number was made under, so that its reader can judge it.

    Numbers below `minimum` are not told; discrete Laplace noise of `epsilon` was added before rounding to
    multiples of `step`.
    """

    minimum: Annotated[int, Field(gt=1)]
    step: Annotated[int, Field(gt=0)]
    epsilon: Annotated[float, Field(gt=0)]


class ValueCount(Frozen):
    """The subjects that fit a question and have one value of a variable besides."""

    value: Annotated[str, Field(max_length=200)]
    """A vocabulary name, `true` or `false`, the first number of a band of five, or empty: not recorded."""
    subjects: Count


class Breakdown(Frozen):
    """The answer to a question once more for every value of a variable; a subject may have several."""

    variable: Annotated[str, Field(max_length=100)]
    values: tuple[ValueCount, ...]


class DatasetCount(Frozen):
    """What one dataset says to a question."""

    dataset_id: UUID
    title: str
    version: str
    policy: Literal["open", "protected"]
    subjects: Count
    studies: Count
    series: Count
    budget_left: Annotated[int | None, Field(ge=0)] = None
    """New questions this asker may still put to a protected dataset within seven days; null for open ones."""
    reason: str = ""
    """A sentence for the asker when this dataset withholds everything."""
    protection: Protection | None = None
    """Null for open datasets."""
    breakdowns: tuple[Breakdown, ...] = ()


class Treatment(StrEnum):
    """What a node did with a condition."""

    APPLIED = "applied"
    APPROXIMATED = "approximated"
    UNSUPPORTED = "unsupported"


class ConditionStatus(Frozen):
    """What a node did with the condition at `path` of the canonical question, and why."""

    path: str
    status: Treatment
    why: str = ""


class Ask(Message):
    """Hub to node: count who and what fits this question, until the deadline."""

    type: ClassVar[str] = "search.ask/1"

    question_id: UUID
    question: dict[str, Any]
    """The canonical question in its JSON form; its hash is `question_hash`."""
    question_hash: str
    deadline_at: AwareDatetime
    breakdown: Annotated[tuple[str, ...], Field(max_length=3)] = ()
    """Variables whose values are to be counted as well; each spends as a question of its own."""


class Answer(Message):
    """Node to hub: what may be said to a question, or why nothing is said."""

    type: ClassVar[str] = "search.answer/1"

    question_id: UUID
    outcome: Literal["answered", "refused"]
    reason: str = ""
    """A sentence for the asker when nothing, or not everything, is said."""
    datasets: tuple[DatasetCount, ...] = ()
    conditions: tuple[ConditionStatus, ...] = ()
    took_ms: Annotated[float, Field(ge=0)] = 0.0


class Presence(Message):
    """Node to hub: I am here, and this is what I can answer."""

    type: ClassVar[str] = "node.presence/1"

    software: str
    vocabulary: str
    variables: dict[str, tuple[str, ...]]
    """Searchable variables, each with the operators this node answers."""
    dataset_count: Annotated[int, Field(ge=0)]
    leaving: bool = False
    """True in the last message before an orderly stop."""


class TrailCheckpoint(Message):
    """One site to another: my trail has come so far; sign that you saw nothing else of me."""

    type: ClassVar[str] = "audit.checkpoint/1"

    key: Annotated[str, Field(max_length=200)]
    """The verifier key of the sender's log (C2SP signed-note)."""
    note: Annotated[str, Field(max_length=4000)]
    """The signed checkpoint (C2SP tlog-checkpoint)."""
    known_size: Annotated[int, Field(ge=0, lt=2**53)]
    """The size of the checkpoint that the receiver is thought to know, or 0."""
    proof: Annotated[tuple[Sha256, ...], Field(max_length=128)] = ()
    """That the one goes on from the other (RFC 9162, section 2.1.4), hashes in hexadecimal."""


class TrailCosignature(Message):
    """The answer: my signature; or what I know instead; or why I refuse."""

    type: ClassVar[str] = "audit.cosignature/1"

    size: Annotated[int, Field(ge=0, lt=2**53)]
    """The size of the checkpoint this answers."""
    outcome: Literal["cosigned", "unproven", "refused"]
    """`unproven`: the proof starts elsewhere than at `known_size`; send one that starts there."""
    known_size: Annotated[int, Field(ge=0, lt=2**53)]
    """The size of the last checkpoint that was cosigned for the receiver."""
    key: Annotated[str, Field(max_length=200)]
    """The verifier key of the witness."""
    line: Annotated[str, Field(max_length=300)] = ""
    """The cosignature as a line of the note (C2SP tlog-cosignature)."""
    reason: Annotated[str, Field(max_length=300)] = ""


class CatalogueChanged(Message):
    """Node to hub: what is published here is described otherwise than before; ask when it suits."""

    type: ClassVar[str] = "catalogue.changed/1"

    digest: Sha256
    """Of the whole list: SHA-256 over each dataset's identifier and digest, in order of identifiers."""
    datasets: Annotated[int, Field(ge=0)]


class CatalogueEntry(Frozen):
    """A published dataset and the digest of its record as it stands."""

    dataset_id: UUID
    digest: Sha256
    """SHA-256 of the record's Turtle."""


class CatalogueWanted(Message):
    """Hub to node: tell me what is published, from the dataset after this one on."""

    type: ClassVar[str] = "catalogue.wanted/1"

    run: UUID
    after: UUID | None = None


class CatalogueListed(Message):
    """Node to hub: a part of the list, in order of identifiers."""

    type: ClassVar[str] = "catalogue.listed/1"

    run: UUID
    after: UUID | None = None
    entries: Annotated[tuple[CatalogueEntry, ...], Field(max_length=1_000)] = ()
    more: bool = False
    """Whether more follow the last of these."""


class RecordsWanted(Message):
    """Hub to node: send me the records of these datasets."""

    type: ClassVar[str] = "catalogue.records-wanted/1"

    run: UUID
    dataset_ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=200)]


class DatasetRecord(Frozen):
    """A dataset described: its EUCAIM DCAT-AP record as Turtle, with its distributions and agents."""

    dataset_id: UUID
    digest: Sha256
    turtle: Annotated[str, Field(max_length=400_000)]


class RecordsGiven(Message):
    """Node to hub: as many of the wanted records as fit one envelope, in the order they were wanted in."""

    type: ClassVar[str] = "catalogue.records-given/1"

    run: UUID
    records: tuple[DatasetRecord, ...] = ()
    gone: tuple[UUID, ...] = ()
    """Those that are published no more."""
    left: tuple[UUID, ...] = ()
    """Those that did not fit: ask for them again."""
