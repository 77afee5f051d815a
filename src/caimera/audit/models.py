"""One record of the trail."""

from django.db import models
from django.db.models.functions import Now


class Record(models.Model):
    """One act, as it is remembered; the database refuses to change or remove it."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=Now(), editable=False)
    act = models.CharField(max_length=100)
    actor = models.CharField(max_length=300)
    object = models.CharField(max_length=300, blank=True)
    detail = models.JSONField(default=dict, blank=True)
    request_id = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("actor", "-id"), name="audit_by_actor"),
            models.Index(fields=("object", "-id"), name="audit_by_object"),
            models.Index(fields=("act", "-id"), name="audit_by_act"),
        )

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor} {self.act} {self.object}".rstrip()
