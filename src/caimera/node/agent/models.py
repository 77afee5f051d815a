"""The hub this node trusts, what was heard from it, and how the agent is doing."""

from __future__ import annotations

from functools import lru_cache

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from caimera.protocol.identity import Card

THE_ONE = 1
"""The key of tables with a single row."""


class TrustedHub(models.Model):
    """The one hub this node hears and answers."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=THE_ONE)
    site = models.CharField(max_length=41)
    name = models.CharField(max_length=200)
    sign_key = models.CharField(max_length=64)
    seal_key = models.CharField(max_length=64)
    broker_key = models.CharField(max_length=80, blank=True)
    trusted_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(id=THE_ONE), name="agent_one_hub"),)

    def __str__(self) -> str:
        return self.name

    @property
    def card(self) -> Card:
        """The hub's name and public keys."""
        return _card(self.site, self.name, self.sign_key, self.seal_key, self.broker_key)


@lru_cache(maxsize=4)
def _card(site: str, name: str, sign_key: str, seal_key: str, broker_key: str) -> Card:
    """A card checks its keys when it is made, which takes longer than opening a letter with them."""
    return Card(site=site, name=name, sign_key=sign_key, seal_key=seal_key, broker_key=broker_key)


class Heartbeat(models.Model):
    """When the agent last said that it lives, how its connection stands, and what ails its data."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=THE_ONE)
    seen_at = models.DateTimeField()
    link = models.CharField(max_length=20)
    problem = models.TextField(blank=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(id=THE_ONE), name="agent_one_heartbeat"),)

    def __str__(self) -> str:
        return f"{self.seen_at:%Y-%m-%d %H:%M:%S} {self.link}"
