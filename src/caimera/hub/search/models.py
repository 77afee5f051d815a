"""Questions and what the nodes said."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models

from caimera.hub.federation.models import Node
from caimera.hub.search.states import State


class Question(models.Model):
    """What a person asked all nodes. `question` is the JSON form of `canonical`, which is what nodes get."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="questions")
    text = models.TextField(blank=True)
    question = models.JSONField()
    canonical = models.TextField(blank=True)
    question_hash = models.CharField(max_length=64)
    vocabulary = models.CharField(max_length=50)
    purpose = models.CharField(max_length=600, blank=True)
    breakdown = models.JSONField(default=list, blank=True)
    """Variables whose values are counted as well."""
    request_id = models.CharField(max_length=100, blank=True)
    """Of the request that asked it; it goes along to every node."""
    asked_at = models.DateTimeField()
    deadline_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-asked_at",)
        indexes = (
            models.Index(fields=("asked_by", "-asked_at"), name="search_history"),
            models.Index(
                fields=("deadline_at",), condition=models.Q(closed_at__isnull=True), name="search_open"
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(deadline_at__gt=models.F("asked_at")), name="search_deadline_after_asking"
            ),
        )

    def __str__(self) -> str:
        return self.text


class NodeAnswer(models.Model):
    """What one node said to one question, or that it said nothing; its life is `states.TRANSITIONS`.

    A line is written three times within a second, each time into every index there is: of a question's
    lines the constraint's will do, and all lines of one node are asked for by nobody.
    """

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="answers", db_index=False)
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="answers", db_index=False)
    state = models.CharField(max_length=10, choices=[(state.value, state.value) for state in State])
    reason = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    took_ms = models.FloatField(null=True, blank=True)
    answer = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ("node__name",)
        indexes = (
            models.Index(
                fields=("question",), condition=models.Q(state=State.WAITING), name="search_waiting"
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=("question", "node"), name="search_one_answer_a_node"),
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in State]), name="search_answer_state"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=(State.ANSWERED, State.REFUSED), answer__isnull=False, answered_at__isnull=False
                )
                | models.Q(
                    state__in=(State.WAITING, State.SLOW, State.OFFLINE),
                    answer__isnull=True,
                    answered_at__isnull=True,
                ),
                name="search_answer_with_its_state",
            ),
        )

    def __str__(self) -> str:
        return f"{self.node_id}: {self.state}"


class SavedQuestion(models.Model):
    """A question a person keeps under a name. With a `link`, members who have it may see and ask it too."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_questions"
    )
    name = models.CharField(max_length=120)
    text = models.TextField()
    breakdown = models.JSONField(default=list, blank=True)
    link = models.UUIDField(null=True, blank=True, unique=True)
    """Made anew each time sharing begins, so that an old link stays dead."""
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=("owner", "name"), name="search_one_question_a_name"),
            models.CheckConstraint(condition=~models.Q(name=""), name="search_saved_with_a_name"),
        )

    def __str__(self) -> str:
        return self.name
