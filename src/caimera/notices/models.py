"""Notices, the letters they go out with, what people chose, and how the mail is doing."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from caimera.people.models import Person


class How(models.TextChoices):
    """How a kind of notice reaches a person besides the page."""

    AT_ONCE = "at-once"
    DAILY = "daily"
    WEEKLY = "weekly"
    WEB = "web"


class Letter(models.Model):
    """A mail to one person: one notice, or several together. Its Message-ID is made from its `id`.

    It waits until it was sent or set aside; `answer` is what the server last said.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="letters")
    written_at = models.DateTimeField(db_default=Now(), editable=False)
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    set_aside_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)

    class Meta:
        ordering = ("written_at", "id")
        indexes = (
            models.Index(fields=("due_at",), condition=Q(sent_at=None, set_aside_at=None), name="letter_due"),
            models.Index(
                fields=("set_aside_at",), condition=Q(set_aside_at__isnull=False), name="letter_set_aside"
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(sent_at=None) | Q(set_aside_at=None), name="letter_sent_or_set_aside"
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class Notice(models.Model):
    """What one person is told: an `event` of a kind, with the facts its sentence needs.

    With `once`, a person is told this once and never again. `digest` says which gathering it waits for.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=40)
    event = models.CharField(max_length=40)
    facts = models.JSONField(default=dict)
    page = models.CharField(max_length=300, blank=True)
    once = models.CharField(max_length=200, null=True)
    written_at = models.DateTimeField(db_default=Now(), editable=False)
    read_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=10, blank=True)
    letter = models.ForeignKey(Letter, on_delete=models.SET_NULL, null=True, related_name="notices")

    class Meta:
        ordering = ("-written_at", "-id")
        constraints = (models.UniqueConstraint(fields=("person", "once"), name="notice_told_once"),)
        indexes = (
            models.Index(fields=("person", "-written_at", "-id"), name="notice_of_person"),
            models.Index(fields=("person",), condition=Q(read_at=None), name="notice_unread"),
            models.Index(fields=("person",), condition=~Q(digest=""), name="notice_gathered"),
            models.Index(fields=("written_at",), name="notice_age"),
        )

    def __str__(self) -> str:
        return f"{self.kind}: {self.event}"


class Preference(models.Model):
    """How a person wants to hear of a kind, where that is not as usual."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="notice_preferences")
    kind = models.CharField(max_length=40)
    how = models.CharField(max_length=10, choices=[(each.value, each.value) for each in How])

    class Meta:
        constraints = (models.UniqueConstraint(fields=("person", "kind"), name="preference_once_a_kind"),)

    def __str__(self) -> str:
        return f"{self.kind}: {self.how}"


class Place(models.Model):
    """A network somebody signed in from, as a digest that only this site can make."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="places")
    digest = models.CharField(max_length=64)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("person", "digest"), name="place_of_person"),)

    def __str__(self) -> str:
        return f"{self.seen_at:%Y-%m-%d}"


class RefusedAddress(models.Model):
    """A person's address the server takes nothing for; nothing goes there until an operator tries again."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="refused_addresses")
    address = models.CharField(max_length=254)
    answer = models.TextField()
    since = models.DateTimeField()

    class Meta:
        ordering = ("-since", "id")
        constraints = (models.UniqueConstraint(fields=("person", "address"), name="refused_address_once"),)

    def __str__(self) -> str:
        return self.address


class Post(models.Model):
    """How the mail of this site is doing: one row. `due_at` is when a server that was away is tried again."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    problem = models.TextField(blank=True)
    since = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(id=1), name="post_is_one"),)

    def __str__(self) -> str:
        return self.problem or "well"
