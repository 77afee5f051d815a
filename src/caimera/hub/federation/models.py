"""Nodes, what was heard from them, and the worker that listens."""

from __future__ import annotations

from functools import lru_cache

from django.db import models
from django.db.models.functions import Now

from caimera.protocol.identity import Card


class Node(models.Model):
    """A site that may be asked and heard; `id` is its name in subjects and envelopes."""

    CARD = ("id", "name", "sign_key", "seal_key", "broker_key")
    """The columns of a node's card."""

    id = models.CharField(primary_key=True, max_length=41)
    name = models.CharField(max_length=200)
    sign_key = models.CharField(max_length=64)
    seal_key = models.CharField(max_length=64)
    broker_key = models.CharField(max_length=80)
    enrolled_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_heard_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    software = models.CharField(max_length=200, blank=True)
    vocabulary = models.CharField(max_length=50, blank=True)
    capabilities = models.JSONField(default=dict, blank=True)
    dataset_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(id__regex=r"^[a-z][a-z0-9-]{1,40}$"), name="federation_node_id_form"
            ),
            models.UniqueConstraint(fields=("sign_key",), name="federation_node_sign_key"),
            models.UniqueConstraint(fields=("seal_key",), name="federation_node_seal_key"),
            models.UniqueConstraint(
                fields=("broker_key",),
                condition=~models.Q(broker_key=""),
                name="federation_node_broker_key",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def card(self) -> Card:
        """The node's name and public keys, as enrolled."""
        return card_from(*(getattr(self, name) for name in self.CARD))


@lru_cache(maxsize=1024)
def card_from(site: str, name: str, sign_key: str, seal_key: str, broker_key: str) -> Card:
    """A card checks its keys when it is made, which takes longer than opening a letter with them."""
    return Card(site=site, name=name, sign_key=sign_key, seal_key=seal_key, broker_key=broker_key)


class Worker(models.Model):
    """A running hub worker and how its connection to the broker stands."""

    id = models.CharField(primary_key=True, max_length=100)
    started_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField()
    link = models.CharField(max_length=20)

    def __str__(self) -> str:
        return f"{self.id} ({self.link})"
