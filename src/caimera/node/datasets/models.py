"""Datasets and their released versions."""

from __future__ import annotations

from functools import lru_cache, partial
from pathlib import Path
from typing import cast
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Mod, Now
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from caimera import disclosure
from caimera.node.datasets.addresses import address_of
from caimera.node.sources import CrateOrigin, DatabaseOrigin, SourceRelease

DEFAULTS = disclosure.Policy()
rules_of = lru_cache(maxsize=1_024)(disclosure.Policy)
"""How a dataset protects its people, by its columns; raises disclosure.PolicyError where they contradict."""


class Policy(models.TextChoices):
    """How a dataset protects its people; what that means is said in `caimera.disclosure`."""

    OPEN = "open", _("open")
    PROTECTED = "protected", _("protected")


class Dataset(models.Model):
    """One body of data through all its versions.

    The numbers of its policy are those of `disclosure.Policy`; they matter while it is protected.
    """

    id = models.UUIDField(primary_key=True)
    title = models.TextField()
    description = models.TextField(blank=True)
    provider = models.TextField(blank=True)
    policy = models.CharField(max_length=20, choices=Policy)
    minimum = models.PositiveIntegerField(default=DEFAULTS.minimum)
    step = models.PositiveIntegerField(default=DEFAULTS.step)
    epsilon = models.FloatField(default=DEFAULTS.epsilon)
    overlap = models.PositiveIntegerField(default=DEFAULTS.overlap)
    weekly_per_person = models.PositiveIntegerField(default=DEFAULTS.weekly_per_person)
    weekly_in_all = models.PositiveIntegerField(default=DEFAULTS.weekly_in_all)
    studies_clip = models.PositiveIntegerField(null=True, blank=True)
    series_clip = models.PositiveIntegerField(null=True, blank=True)
    registered_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ("title", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(policy__in=("open", "protected")), name="dataset_policy_known"
            ),
            models.CheckConstraint(condition=~Q(title=""), name="dataset_has_title"),
            models.CheckConstraint(
                condition=Q(
                    minimum__range=(2, 1_000),
                    step__range=(1, F("minimum")),
                    epsilon__range=(0.01, 1.0),
                    overlap__range=(2, 1_000),
                    weekly_per_person__lte=1_000_000,
                    weekly_in_all__lte=1_000_000,
                ),
                name="dataset_policy_protects",
            ),
            models.CheckConstraint(
                condition=Exact(Mod(F("minimum"), F("step")), 0), name="dataset_minimum_is_steps"
            ),
            models.CheckConstraint(
                condition=(Q(studies_clip=None) | Q(studies_clip__range=(1, 10_000)))
                & (Q(series_clip=None) | Q(series_clip__range=(1, 10_000))),
                name="dataset_clips_bounded",
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def rules(self) -> disclosure.Policy:
        """How this dataset protects its people; raises disclosure.PolicyError where numbers contradict."""
        return rules_of(
            cast(disclosure.PolicyName, self.policy),
            *(self.minimum, self.step, self.epsilon, self.overlap),
            *(self.weekly_per_person, self.weekly_in_all),
            *(self.studies_clip, self.series_clip),
        )


class OriginKind(models.TextChoices):
    """What a release is read from."""

    CRATE = "crate", _("crate")
    DATABASE = "database", _("database")


class Release(models.Model):
    """One immutable version of a dataset, and where its tables are read from.

    `location` is the folder of a crate or the name of a database at this node; `key` is what the database
    calls the dataset. An address is never here.
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="releases")
    version = models.CharField(max_length=100)
    origin = models.CharField(max_length=20, choices=OriginKind, default=OriginKind.CRATE)
    location = models.TextField()
    key = models.TextField(blank=True)
    digest = models.CharField(max_length=64)
    released_at = models.DateTimeField(db_default=Now(), editable=False)
    published = models.BooleanField(default=False)

    class Meta:
        ordering = ("dataset", "-released_at")
        constraints = (
            models.UniqueConstraint(fields=("dataset", "version"), name="release_version_once"),
            models.UniqueConstraint(
                fields=("dataset",), condition=Q(published=True), name="release_one_published"
            ),
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="release_digest_sha256"
            ),
            models.CheckConstraint(
                condition=Q(origin="crate", key="") | (Q(origin="database") & ~Q(key="")),
                name="release_origin_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.dataset_id} {self.version}"

    def for_source(self) -> SourceRelease:
        """This release as `node.sources` needs to know it."""
        return source_release(self.dataset_id, self.digest, self.origin, self.location, self.key)


@lru_cache(maxsize=4_096)
def source_release(dataset_id: UUID, digest: str, origin: str, location: str, key: str) -> SourceRelease:
    """A release never changes, so what a source needs to know of it is worked out once."""
    if OriginKind(origin) is OriginKind.CRATE:
        return SourceRelease(dataset_id, digest, CrateOrigin(Path(location)))
    database = DatabaseOrigin(location, dataset_id, key, partial(address_of, location))
    return SourceRelease(dataset_id, digest, database)


class Description(models.Model):
    """What is said in public of a dataset: its EUCAIM DCAT-AP record, made outside of any request.

    `turtle` is empty while nothing may be said; `made_from` is the digest of all it was made from, so that a
    change is noticed. `updated_at` moves when what is said, or that something is said, changes.
    """

    dataset = models.OneToOneField(
        Dataset, on_delete=models.PROTECT, primary_key=True, related_name="described"
    )
    turtle = models.TextField(blank=True)
    digest = models.CharField(max_length=64, blank=True)
    made_from = models.CharField(max_length=64, blank=True)
    issued_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(turtle="", digest="") | (~Q(turtle="") & Q(digest__regex=r"^[0-9a-f]{64}$")),
                name="description_has_digest",
            ),
        )

    def __str__(self) -> str:
        return f"{self.dataset_id} {self.digest[:12]}"


class Told(models.Model):
    """What the descriptions of a protected dataset told so far (`dcat.Memory`). It never leaves the node.

    No foreign key: what was told about people is remembered even when a dataset is gone and comes back.
    """

    dataset_id = models.UUIDField(primary_key=True)
    memory = models.JSONField()

    def __str__(self) -> str:
        return str(self.dataset_id)
