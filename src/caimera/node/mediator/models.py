"""What protected datasets remember. All of it is secret and never leaves the node.

No foreign keys: what was answered about people is remembered even when a dataset is gone and comes back.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Numbering(models.Model):
    """The place of each patient in the sets of a dataset, through all its versions.

    `hashes` holds 16 bytes a patient, a keyed hash of the identifier, in the order of places; new patients
    are appended.
    """

    dataset_id = models.UUIDField(primary_key=True)
    hashes = models.BinaryField()

    def __str__(self) -> str:
        return str(self.dataset_id)


class Remembered(models.Model):
    """A set of patients that was answered, a bit each, with its numbers after noise.

    `subjects` is null where the set was too small to tell. Rows are read in the order of `id`, oldest first.
    """

    id = models.BigAutoField(primary_key=True)
    dataset_id = models.UUIDField()
    patients = models.BinaryField()
    subjects = models.IntegerField(null=True)
    studies = models.IntegerField(null=True)
    series = models.IntegerField(null=True)
    settled_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.dataset_id} {self.id}"


class SettledAnswer(models.Model):
    """What a question got in one version of a dataset, so that repeating it is free and gets the same.

    `question` is the SHA-256 of the canonical question in bands, or of a breakdown, which has no numbers.
    """

    id = models.BigAutoField(primary_key=True)
    question = models.BinaryField()
    dataset_id = models.UUIDField()
    digest = models.CharField(max_length=64)
    subjects = models.IntegerField(null=True)
    studies = models.IntegerField(null=True)
    series = models.IntegerField(null=True)
    settled_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("question", "dataset_id", "digest"), name="settled_once"),
        )

    def __str__(self) -> str:
        return f"{self.dataset_id} {self.id}"


class Spending(models.Model):
    """New questions put to a dataset on one day (UTC) by a person; `person` empty: by everyone."""

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    person = models.CharField(max_length=255, blank=True)
    dataset_id = models.UUIDField()
    questions = models.PositiveIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("person", "day", "dataset_id"), name="spending_once"),
            models.CheckConstraint(condition=Q(questions__gt=0), name="spending_is_something"),
        )

    def __str__(self) -> str:
        return f"{self.dataset_id} {self.day}"
