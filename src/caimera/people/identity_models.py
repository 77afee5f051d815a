"""The logins of a person, the sessions they opened, what is to be revoked, and logouts that were heard."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from caimera.people.providers import label_of
from caimera.people.sealing import seal, unseal


class Identity(models.Model):
    """One login of a person at a login service, known by `(issuer, sub)`; a person may have several.

    `entitlements` are those the service is believed and said last. `sealed` holds the tokens it is asked with
    again; only this site opens them, and without them what it said counts no longer than a minute.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="identities")
    issuer = models.CharField(max_length=255)
    sub = models.CharField(max_length=255)
    name = models.TextField(blank=True)
    email = models.TextField(blank=True)
    entitlements = models.JSONField(default=list, blank=True)
    sealed = models.TextField(blank=True)
    linked_at = models.DateTimeField(db_default=Now(), editable=False)
    checked_at = models.DateTimeField()

    class Meta:
        ordering = ("linked_at", "id")
        constraints: ClassVar = (
            models.UniqueConstraint(fields=("issuer", "sub"), name="identity_known_by_issuer_and_sub"),
        )

    def __str__(self) -> str:
        return f"{self.sub} ({self.label})"

    @property
    def label(self) -> str:
        """What people call its login service."""
        return label_of(self.issuer)

    def keep(self, tokens: dict[str, Any]) -> None:
        """Seal the tokens the service may be asked with again."""
        self.sealed = seal("tokens", tokens)

    @property
    def kept(self) -> dict[str, Any] | None:
        """The tokens, or None where there are none this site can open."""
        opened = unseal("tokens", self.sealed) if self.sealed else None
        return opened if isinstance(opened, dict) else None


class SignIn(models.Model):
    """A session opened with an identity, so that its login service can end it by its name there, `sid`."""

    identity = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="sign_ins")
    session_key = models.CharField(max_length=40, unique=True)
    sid = models.CharField(max_length=255, blank=True)
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes: ClassVar = (models.Index(fields=("at",), name="sign_in_at"),)

    def __str__(self) -> str:
        return f"{self.identity}, {self.at}"


class Revocation(models.Model):
    """Tokens that a login service has yet to be told to revoke. `sealed` holds them; nothing says whose."""

    issuer = models.CharField(max_length=255)
    sealed = models.TextField()
    let_go_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes: ClassVar = (models.Index(fields=("due_at", "id"), name="revocation_due"),)

    def __str__(self) -> str:
        return f"{self.issuer}, since {self.let_go_at}"


class HeardLogout(models.Model):
    """A logout token that was heard, by SHA-256 of issuer and `jti`, until it is too old anyway."""

    digest = models.CharField(max_length=64, primary_key=True)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return self.digest
