"""What protected datasets remember. All of it is secret and never leaves the node.

No foreign keys: what was answered about people is remembered even when a dataset is gone and comes back.
"""

from __future__ import annotations

from django.db import models
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


class SettledQuestion(models.Model):
    """What a question got, so that repeating it is free and gets the same: a row each time something is said.

    `question` is the SHA-256 of the canonical question in bands, or of a breakdown, which has no numbers.
    `answers` holds, by dataset, the digest of its version and the three numbers after noise, null where there
    are none. Nothing is said twice: for a question, a dataset and a version there is one answer in all rows.
    """

    id = models.BigAutoField(primary_key=True)
    question = models.BinaryField(db_index=True)
    answers = models.JSONField()
    settled_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return f"{self.id}"


class Spending(models.Model):
    """New questions put to each dataset on one day (UTC) by a person; `person` empty: by everyone."""

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    person = models.CharField(max_length=255, blank=True)
    questions = models.JSONField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("person", "day"), name="spending_once_a_day"),)

    def __str__(self) -> str:
        return f"{self.day} {self.person}"
