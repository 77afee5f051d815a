"""Messages that wait for the link to the hub."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from caimera.protocol.messages import Message, type_of_message


class Waiting(models.Model):
    """One message, as it will be sent. Rows are sent in the order of `id`, oldest first.

    A message that makes the one before superfluous stands in the `slot` of its kind, which holds one.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=60)
    body = models.JSONField()
    slot = models.CharField(max_length=60, null=True, unique=True)
    written_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.id} {self.kind}"

    @property
    def message(self) -> Message:
        """The message that is to be sent."""
        return type_of_message[self.kind].model_validate(self.body)
