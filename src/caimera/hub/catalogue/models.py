"""Where descriptions come from, the runs that fetch them, and what they say."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _

from caimera.hub.catalogue.states import ENDED, RUNNING, State, Step
from caimera.hub.federation.models import Node
from caimera.protocol.messages import Count

NODE_ID = r"^[a-z][a-z0-9-]{1,40}$"
_DIGEST = r"^[0-9a-f]{64}$"


class Kind(models.TextChoices):
    """How descriptions come from a source."""

    NODE = "node", _("node of the federation")
    POINT = "point", _("FAIR Data Point on the web")
    DOCUMENT = "document", _("document on the web")
    HAND = "hand", _("entered by hand")


class Source(models.Model):
    """Where descriptions come from. It is never deleted, for its records are not either.

    The identifier of a node is the node's own; those of others have a low line, which no node's has.
    """

    id = models.CharField(primary_key=True, max_length=41)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.NODE)
    node = models.OneToOneField(
        Node, on_delete=models.PROTECT, null=True, blank=True, related_name="catalogue_source"
    )
    title = models.TextField(blank=True)
    """What people call it; a node is called what its card says."""
    url = models.TextField(blank=True)
    """Where it is read on the web."""
    private_allowed = models.BooleanField(default=False)
    """Whether an operator allowed addresses that are not public, such as those of the own network."""
    present = models.BooleanField(default=False)
    """Whether a node could be reached when the worker last looked; of others, whether they are harvested."""
    wanted = models.BooleanField(default=True)
    """Whether it is to be harvested as soon as it can be, whatever the hour."""
    seen_at = models.DateTimeField(null=True, blank=True)
    """When its list last became the catalogue."""

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=(
                    models.Q(kind="node", node__isnull=False, url="", title="")
                    | models.Q(kind__in=("point", "document"), node__isnull=True, url__gt="", title__gt="")
                    | models.Q(kind="hand", node__isnull=True, url="", title__gt="")
                ),
                name="catalogue_source_kind",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="node", id__regex=NODE_ID)
                | (~models.Q(kind="node") & models.Q(id__contains="_")),
                name="catalogue_source_id",
            ),
            models.UniqueConstraint(
                fields=("url",), condition=~models.Q(url=""), name="catalogue_source_url"
            ),
        )

    def __str__(self) -> str:
        return self.id

    @property
    def name(self) -> str:
        """What people call it."""
        return self.node.name if self.node else self.title


class Proposal(models.Model):
    """A FAIR Data Point that told of itself; nothing is read from it before an operator adds it."""

    url = models.TextField(primary_key=True)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        ordering = ("-last_at",)

    def __str__(self) -> str:
        return self.url


class Harvest(models.Model):
    """One run: a source's list compared with what is known of it. Its life is `states.TRANSITIONS`."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="harvests")
    state = models.CharField(max_length=10, choices=[(state.value, state.value) for state in State])
    started_at = models.DateTimeField()
    heard_at = models.DateTimeField()
    """When the source last said something that led on; the start, before it did."""
    asked_at = models.DateTimeField(null=True, blank=True)
    """When it was last asked for what comes next; null when that is still to be done."""
    ended_at = models.DateTimeField(null=True, blank=True)
    listed_to = models.UUIDField(null=True, blank=True)
    """The last dataset of the list that has come so far."""
    asked_for = ArrayField(models.UUIDField(), default=list, blank=True)
    """The datasets whose records were asked for last."""
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    gone = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    sentence = models.TextField(blank=True)
    """What a person should know about its end."""

    class Meta:
        ordering = ("-started_at",)
        indexes = (models.Index(fields=("source", "-started_at"), name="catalogue_harvests"),)
        constraints = (
            models.UniqueConstraint(
                fields=("source",),
                condition=models.Q(state__in=[state.value for state in RUNNING]),
                name="catalogue_one_harvest_runs",
            ),
            models.UniqueConstraint(
                fields=("source",),
                condition=models.Q(state=State.HELD.value),
                name="catalogue_one_harvest_held",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in ENDED], ended_at__isnull=False)
                | (~models.Q(state__in=[state.value for state in ENDED]) & models.Q(ended_at__isnull=True)),
                name="catalogue_harvest_ended",
            ),
        )

    def __str__(self) -> str:
        return f"{self.source_id} {self.started_at:%Y-%m-%d %H:%M} {self.state}"


class Description(models.Model):
    """A dataset's record as it came, and what was read from it."""

    digest = models.CharField(max_length=64)
    """SHA-256 of the Turtle, in hexadecimal."""
    turtle = models.TextField(blank=True)
    address = models.TextField(blank=True)
    """What its source calls the dataset."""
    told = models.TextField(blank=True)
    """The same under the hub's own address: Turtle without its head, to be put into larger documents."""
    title = models.TextField(blank=True)
    keywords = models.TextField(blank=True)
    description = models.TextField(blank=True)
    provider = models.TextField(blank=True)
    version = models.TextField(blank=True)
    changed_on = models.CharField(max_length=40, blank=True)
    """When the holder last changed it, as precisely as the record says."""
    facets = models.JSONField(default=dict, blank=True)
    """Keys of values by the name of their facet (`facets.FACETS`)."""
    subjects = models.BigIntegerField(null=True, blank=True)
    studies = models.BigIntegerField(null=True, blank=True)
    minimum_age = models.PositiveSmallIntegerField(null=True, blank=True)
    maximum_age = models.PositiveSmallIntegerField(null=True, blank=True)
    """In years, as the record says."""
    counts = models.JSONField(default=dict, blank=True)
    """What the record says of its numbers: a `Count` by the name of what it counts (`subjects`, …)."""
    series = ArrayField(models.TextField(), default=list, blank=True)
    """Addresses of the dataset series it is part of."""
    conformance = models.JSONField(default=dict, blank=True)
    """By the name of a profile: `state`, and `complaints` with `severity` and `sentence`."""
    reader = models.PositiveSmallIntegerField(default=0)
    """The version of `reading` that read it: another one reads it again."""

    class Meta:
        abstract = True

    def count(self, name: str) -> Count | None:
        """A number with its kind; None where the record tells no kinds."""
        return Count.model_validate(found) if (found := self.counts.get(name)) else None


class Record(Description):
    """A dataset as the catalogue tells of it. `id` is kept for ever; a withdrawn one is a tombstone."""

    id = models.UUIDField(primary_key=True, editable=False)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="records")
    first_seen_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    """When it came, was described otherwise, was withdrawn or came back; no two changes in other order."""
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    search = models.GeneratedField(
        expression=SearchVector("title", weight="A", config="english")
        + SearchVector("keywords", weight="B", config="english")
        + SearchVector("description", weight="C", config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        ordering = ("title", "id")
        indexes = (
            GinIndex(fields=("search",), name="catalogue_record_search"),
            models.Index(fields=("source",), name="catalogue_record_source"),
            models.Index(fields=("changed_at", "id"), name="catalogue_record_changed"),
        )
        constraints = (
            models.CheckConstraint(condition=models.Q(digest__regex=_DIGEST), name="catalogue_record_digest"),
            models.CheckConstraint(condition=~models.Q(title=""), name="catalogue_record_title"),
            models.CheckConstraint(
                condition=(models.Q(subjects__isnull=True) | models.Q(subjects__gte=0))
                & (models.Q(studies__isnull=True) | models.Q(studies__gte=0)),
                name="catalogue_record_numbers",
            ),
            models.CheckConstraint(
                condition=models.Q(changed_at__gte=models.F("first_seen_at")), name="catalogue_record_seen"
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def last_seen_at(self) -> datetime:
        """When its source last listed it, or when it no longer did."""
        return self.withdrawn_at or self.source.seen_at or self.changed_at


class Entry(Description):
    """One dataset of the list of a harvest, until the harvest is applied; refused ones stay to be read."""

    harvest = models.ForeignKey(Harvest, on_delete=models.CASCADE, related_name="entries")
    dataset_id = models.UUIDField()
    step = models.CharField(max_length=10, choices=[(step.value, step.value) for step in Step])
    problem = models.TextField(blank=True)
    """Why it was refused, and how to mend it."""

    class Meta:
        ordering = ("dataset_id",)
        constraints = (
            models.UniqueConstraint(fields=("harvest", "dataset_id"), name="catalogue_entry_once"),
            models.CheckConstraint(
                condition=models.Q(step=Step.REFUSED.value, problem__gt="")
                | (~models.Q(step=Step.REFUSED.value) & models.Q(problem="")),
                name="catalogue_entry_problem",
            ),
        )
        indexes = (models.Index(fields=("harvest", "step", "dataset_id"), name="catalogue_entry_step"),)

    def __str__(self) -> str:
        return f"{self.dataset_id} {self.step}"


class BasketItem(models.Model):
    """A dataset a person put aside, as it was then, and what led them to it."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="basket_items")
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    version = models.TextField(blank=True)
    digest = models.CharField(max_length=64)
    """Of the record when it was put in: another one now says that it changed since."""
    search = models.TextField(blank=True)
    """The query string of the catalogue's page it was found on."""
    question = models.TextField(blank=True)
    """The canonical text of the question to the hospitals that led to it."""
    question_id = models.UUIDField(null=True, blank=True)
    """That question's name in the room above; it may be gone."""
    added_at = models.DateTimeField()

    class Meta:
        ordering = ("added_at", "id")
        constraints = (
            models.UniqueConstraint(fields=("owner", "record"), name="catalogue_basket_once"),
            models.CheckConstraint(condition=models.Q(digest__regex=_DIGEST), name="catalogue_basket_digest"),
        )

    def __str__(self) -> str:
        return f"{self.record_id} {self.version}"
