"""Letters that were taken, and how many were refused."""

from __future__ import annotations

from django.db import models


class UsedNonce(models.Model):
    """A letter that was taken; kept until it would be refused as expired anyway."""

    site = models.CharField(max_length=41)
    nonce = models.CharField(max_length=64)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("site", "nonce"), name="receiving_nonce_once"),)

    def __str__(self) -> str:
        return f"{self.site} {self.nonce}"


class Refusal(models.Model):
    """How often letters on a site's subjects were refused for one reason."""

    site = models.CharField(max_length=41, blank=True)
    code = models.CharField(max_length=40)
    count = models.PositiveBigIntegerField(default=0)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("site", "code"), name="receiving_refusal_kind"),)

    def __str__(self) -> str:
        return f"{self.site} {self.code} {self.count}".strip()
