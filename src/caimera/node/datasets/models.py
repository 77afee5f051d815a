"""Datasets and their released versions."""

from __future__ import annotations

from pathlib import Path

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from caimera.node.sources import CrateOrigin, SourceRelease


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


class Release(models.Model):
    """One immutable version of a dataset: a crate on this site's disk."""

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="releases")
    version = models.CharField(max_length=100)
    crate_path = models.TextField()
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
        )

    def __str__(self) -> str:
        return f"{self.dataset_id} {self.version}"

    def for_source(self) -> SourceRelease:
        """This release as `node.sources` needs to know it."""
        return SourceRelease(self.dataset_id, self.digest, CrateOrigin(Path(self.crate_path)))
