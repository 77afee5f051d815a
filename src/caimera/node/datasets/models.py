"""Datasets and their released versions."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from caimera.node.datasets.addresses import address_of
from caimera.node.sources import CrateOrigin, DatabaseOrigin, SourceRelease


class Policy(models.TextChoices):
    """How a dataset protects its people; what that means is said in `caimera.disclosure`."""

    OPEN = "open", _("open")
    PROTECTED = "protected", _("protected")


class Dataset(models.Model):
    """One body of data through all its versions."""

    id = models.UUIDField(primary_key=True)
    title = models.TextField()
    description = models.TextField(blank=True)
    provider = models.TextField(blank=True)
    policy = models.CharField(max_length=20, choices=Policy)
    registered_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ("title", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(policy__in=("open", "protected")), name="dataset_policy_known"
            ),
            models.CheckConstraint(condition=~Q(title=""), name="dataset_has_title"),
        )

    def __str__(self) -> str:
        return self.title


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
        return SourceRelease(self.dataset_id, self.digest, self._origin())

    def _origin(self) -> CrateOrigin | DatabaseOrigin:
        if self.origin == OriginKind.CRATE:
            return CrateOrigin(Path(self.location))
        return DatabaseOrigin(self.location, self.dataset_id, self.key, partial(address_of, self.location))
