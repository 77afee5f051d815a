"""A person."""

import uuid
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models

from caimera.people.entitlements import Group, groups, parse

SIGN_IN_COUNTS = timedelta(hours=8)
"""How long what userinfo said is believed without asking again."""


class Person(models.Model):
    """Somebody the login service vouched for; Django's user, without a password."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    issuer = models.CharField(max_length=255)
    sub = models.CharField(max_length=255)
    name = models.TextField(blank=True)
    email = models.TextField(blank=True)
    entitlements = models.JSONField(default=list, blank=True)
    is_member = models.BooleanField(default=False)
    checked_at = models.DateTimeField()

    USERNAME_FIELD = "id"
    REQUIRED_FIELDS: ClassVar[tuple[str, ...]] = ()
    is_active = True
    is_authenticated = True
    is_anonymous = False

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("issuer", "sub"), name="person_known_by_issuer_and_sub"),
        )

    def __str__(self) -> str:
        return self.name or self.email or self.sub

    @property
    def actor(self) -> str:
        """This person as the trail names them."""
        return f"person:{self.sub}"

    @property
    def names(self) -> tuple[str, str]:
        """All that the trail may call this person."""
        return self.actor, f"person:{self.pk}"

    def holds(self, group: Group) -> bool:
        """Whether the person is in exactly this group, said by the group's own authority."""
        return group in groups(self.entitlements, trusted=(group.authority,))

    def in_group(self, *path: str) -> bool:
        """Whether the person is in a group inside the membership group, such as `data-holders`."""
        return self.holds(membership_group().inner(*path))


def membership_group() -> Group:
    """The group whose people are members, from the setting `membership_group`."""
    return parse(settings.SITE.membership_group)
