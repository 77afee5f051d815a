"""Cases, what happened to them, and what was written on the way."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from caimera.hub.documents.models import Document
from caimera.people.models import Organisation, Person


class Case(models.Model):
    """One organisation on its way into the federation."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workflow = models.CharField(max_length=40)
    table = models.PositiveIntegerField()
    state = models.CharField(max_length=40)
    state_since = models.DateTimeField()
    due = models.DateField(null=True)
    version = models.PositiveIntegerField(default=0)
    waits_for = ArrayField(models.CharField(max_length=40), default=list)
    open_to = ArrayField(models.CharField(max_length=40), default=list)
    applicant = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="cases")
    title = models.CharField(max_length=300, blank=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.SET_NULL, null=True, related_name="cases")
    opened_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ("due", "state_since", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("applicant", "workflow"), condition=Q(state="draft"), name="case_begun_once"
            ),
        )
        indexes = (
            GinIndex(fields=("waits_for",), name="case_waits_for"),
            GinIndex(fields=("open_to",), name="case_open_to"),
            models.Index(fields=("due",), condition=~Q(waits_for=[]), name="case_due"),
            models.Index(fields=("state_since", "id"), condition=~Q(waits_for=[]), name="case_waits_since"),
        )

    def __str__(self) -> str:
        return self.title or str(self.applicant)


class Filing(models.Model):
    """A form as it was handed in. `counts` until it is filed again, or has to be."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="filings")
    form = models.CharField(max_length=40)
    form_version = models.PositiveIntegerField()
    answers = models.JSONField()
    by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="filings")
    role = models.CharField(max_length=40)
    at = models.DateTimeField(db_default=Now(), editable=False)
    counts = models.BooleanField(default=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("case", "form"), condition=Q(counts=True), name="filing_that_counts"
            ),
        )

    def __str__(self) -> str:
        return f"{self.form}/{self.form_version}"


class Step(models.Model):
    """One event of a case. `by` is None for the clock, the shell, and who was forgotten."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="steps")
    number = models.PositiveIntegerField()
    event = models.CharField(max_length=40)
    by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    role = models.CharField(max_length=40)
    reason = models.TextField(blank=True)
    state = models.CharField(max_length=40)
    filing = models.OneToOneField(Filing, on_delete=models.SET_NULL, null=True, related_name="step")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=("case", "number"), name="step_has_its_place"),)

    def __str__(self) -> str:
        return f"{self.event} → {self.state}"


class Draft(models.Model):
    """What a person has written into a form of a case so far."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="drafts")
    form = models.CharField(max_length=40)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="form_drafts")
    given = models.JSONField()
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("case", "form", "person"), name="draft_of_a_form_once"),
        )

    def __str__(self) -> str:
        return self.form


class Attachment(models.Model):
    """A document of a question of a form of a case; seen by its writer alone until it is `filed`."""

    document = models.OneToOneField(Document, on_delete=models.CASCADE, related_name="attachment")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="attachments")
    form = models.CharField(max_length=40)
    question = models.CharField(max_length=40)
    filed = models.BooleanField(default=False)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.form}: {self.question}"
