"""Files that people handed in."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models.functions import Now

from caimera.people.models import Person


class Document(models.Model):
    """What is known of a file; its bytes lie in the site's folder under `id`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=150)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    scanned = models.BooleanField()
    handed_in_by = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="documents")
    handed_in_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ("handed_in_at", "id")

    def __str__(self) -> str:
        return self.name
