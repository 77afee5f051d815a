"""Sheets that wait to be confirmed."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models

from caimera.hub.catalogue.models import Source


class Draft(models.Model):
    """A sheet without problems, until its person confirms it, drops it, or a day is over."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="drafts")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts")
    made_at = models.DateTimeField()
    file_name = models.CharField(max_length=200)
    records = models.JSONField()
    """Turtle by the dataset's identifier."""

    class Meta:
        ordering = ("-made_at",)

    def __str__(self) -> str:
        return self.file_name
