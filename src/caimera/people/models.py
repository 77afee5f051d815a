"""A person, and the roles they were given."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from functools import cached_property
from typing import ClassVar

from django.conf import settings
from django.db import connection, models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.crypto import salted_hmac

from caimera.people.entitlements import Group, groups, parse
from caimera.people.identity_models import HeardLogout, Identity, Revocation, SignIn
from caimera.people.proof import Proof
from caimera.people.roles import BY_GROUP, DELEGATE, RESEARCHER, ROLES, permissions_of

__all__ = ["HeardLogout", "Identity", "Revocation", "SignIn"]

SIGN_IN_COUNTS = timedelta(hours=8)
"""How long a sign-in counts; meanwhile its login service is asked again (`rechecking`)."""


FORGOTTEN = "forgotten:"
"""What the `sub` of a person begins with once they are forgotten."""

SERVICE = "this-site"
"""As the issuer of a person: an account of a program, which no login service vouches for."""


_ROLES_HELD = """
    SELECT role FROM people_rolegrant
    WHERE person_id = %s AND confirmed_at IS NOT NULL AND ended_at IS NULL AND until > now()
    UNION ALL
    SELECT %s FROM people_delegate WHERE person_id = %s AND ended_at IS NULL
"""
"""By hand, as pages wait for it: the ORM takes longer to write this than PostgreSQL to answer."""


class Person(models.Model):
    """Somebody the login service vouched for; Django's user, without a password."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    issuer = models.CharField(max_length=255)
    sub = models.CharField(max_length=255)
    name = models.TextField(blank=True)
    email = models.TextField(blank=True)
    entitlements = models.JSONField(default=list, blank=True)
    in_membership_group = models.BooleanField(default=False)
    member_until = models.DateTimeField(null=True, blank=True)
    shown_name = models.CharField(max_length=200, blank=True)
    notice_email = models.CharField(max_length=254, blank=True)
    sessions_ended = models.PositiveIntegerField(default=0)
    checked_at = models.DateTimeField()
    recheck_at = models.DateTimeField(null=True)

    USERNAME_FIELD = "id"
    REQUIRED_FIELDS: ClassVar[tuple[str, ...]] = ()
    is_active = True
    is_authenticated = True
    is_anonymous = False
    limited_to: frozenset[str] | None = None
    """The permissions of the token they came with; None where they came themselves."""
    proof: Proof | None = None
    """How the token they came with was proved; None where their session says it."""

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("issuer", "sub"), name="person_known_by_issuer_and_sub"),
        )

    def __str__(self) -> str:
        return self.shown_name or self.name or self.email or self.sub

    def get_session_auth_hash(self) -> str:
        """What a session must carry to count: another when they sign out everywhere."""
        return salted_hmac("caimera.people.session", f"{self.pk} {self.sessions_ended}").hexdigest()

    def get_session_auth_fallback_hash(self) -> tuple[str, ...]:
        """What else a session may carry: nothing."""
        return ()

    @property
    def actor(self) -> str:
        """This person as the trail names them."""
        return f"person:{self.sub}"

    @property
    def names(self) -> tuple[str, str]:
        """All that the trail may call this person."""
        return self.actor, f"person:{self.pk}"

    @property
    def is_forgotten(self) -> bool:
        """Whether what was known of them was taken back: nobody is behind the row any more."""
        return self.sub.startswith(FORGOTTEN)

    @property
    def is_member(self) -> bool:
        """Whether they may do what is for members: a group says so, or this site took them in."""
        return self.in_membership_group or (
            self.member_until is not None and self.member_until > timezone.now()
        )

    @cached_property
    def roles(self) -> frozenset[str]:
        """The names of the roles they hold now: by membership, by a group, by an act (`perhaps_holding`)."""
        return frozenset(self._roles())

    def _roles(self) -> Iterator[str]:
        if self.is_member:
            yield RESEARCHER
        group = membership_group()
        held = {one.path for one in groups(self.entitlements, trusted=(group.authority,)) if not one.role}
        yield from (role.name for inner, role in BY_GROUP.items() if group.inner(inner).path in held)
        with connection.cursor() as cursor:
            cursor.execute(_ROLES_HELD, [self.pk, DELEGATE, self.pk])
            yield from (role for (role,) in cursor.fetchall())

    @property
    def permissions(self) -> frozenset[str]:
        """What their roles let them do, as navigation shows it."""
        return permissions_of(self.roles)

    def may(self, permission: str) -> bool:
        """Whether one of their roles carries a permission (`people.roles.PERMISSIONS`)."""
        return self.lets(permission) and permission in self.permissions

    def lets(self, permission: str) -> bool:
        """Whether the token they came with, if any, was made for this."""
        return self.limited_to is None or permission in self.limited_to

    def holds(self, group: Group) -> bool:
        """Whether the person is in exactly this group, said by the group's own authority."""
        return group in groups(self.entitlements, trusted=(group.authority,))

    def in_group(self, *path: str) -> bool:
        """Whether the person is in a group inside the membership group, such as `data-holders`."""
        return self.holds(membership_group().inner(*path))


def membership_group() -> Group:
    """The group whose people are members, from the setting `membership_group`."""
    return parse(settings.SITE.membership_group)


LONGEST_GRANT = timedelta(days=731)
"""No role is given for longer than two years at a time."""


class RoleGrant(models.Model):
    """A role given to a person by somebody, for a reason, until a time.

    Where four eyes are needed it counts from its confirmation on. `None` as a person is this site's shell.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=40)
    reason = models.TextField()
    until = models.DateTimeField()
    asked_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    confirmed_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("role", "asked_at")
        indexes = (
            models.Index(
                fields=("asked_at", "id"),
                condition=Q(confirmed_at=None, ended_at=None),
                name="role_waits_since",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("person", "role"), condition=Q(ended_at=None), name="role_given_once"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="role_given_for_a_reason"),
            models.CheckConstraint(
                condition=~Q(role="operator")
                | Q(confirmed_at=None)
                | Q(asked_by=None)
                | (Q(confirmed_by__isnull=False) & ~Q(asked_by=F("confirmed_by"))),
                name="role_operator_by_four_eyes",
            ),
        )

    def __str__(self) -> str:
        return f"{self.person}: {self.role}"

    @staticmethod
    def in_force() -> Q:
        """The condition of grants that count now."""
        return Q(confirmed_at__isnull=False, ended_at=None, until__gt=timezone.now())

    @property
    def label(self) -> str:
        """The role in words."""
        return ROLES[self.role].label


class Acceptance(models.Model):
    """That a person accepted one version of a policy: for one visit, or for half a year."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="acceptances")
    policy = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    visit = models.BooleanField()
    accepted_at = models.DateTimeField(db_default=Now(), editable=False)
    until = models.DateTimeField()

    class Meta:
        ordering = ("-accepted_at", "-id")
        indexes = (models.Index(fields=("person", "until"), name="acceptance_of_person"),)

    def __str__(self) -> str:
        return f"{self.person}: {self.policy}/{self.version}"


OPEN_STATES = ("submitted", "returned", "member")
"""States of a membership that something still leads out of; a person has one of these at most."""


class Membership(models.Model):
    """An application to become a member of this site, and what came of it; `workflow` moves it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    table = models.PositiveIntegerField()
    state = models.CharField(max_length=20)
    institution = models.TextField()
    purpose = models.TextField()
    applied_at = models.DateTimeField(db_default=Now(), editable=False)
    state_since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        ordering = ("applied_at", "id")
        indexes = (
            models.Index(
                fields=("state_since", "id"), condition=Q(state="submitted"), name="membership_waits_since"
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("person",), condition=Q(state__in=OPEN_STATES), name="membership_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(institution="") & ~Q(purpose=""), name="membership_says_where_and_why"
            ),
            models.CheckConstraint(
                condition=~Q(state="member") | Q(until__isnull=False), name="membership_has_an_end"
            ),
        )

    def __str__(self) -> str:
        return f"{self.person}: {self.state}"


class MembershipStep(models.Model):
    """One event of a membership: who, why, and where it led. `by` is None for the clock and the shell."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="steps")
    event = models.CharField(max_length=20)
    by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    reason = models.TextField(blank=True)
    state = models.CharField(max_length=20)
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.event} → {self.state}"


class AccessToken(models.Model):
    """A token this site gave; only its SHA-256 is here. `scopes` are permissions it may be used for."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    scopes = models.JSONField(default=list)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    until = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-made_at", "-id")

    def __str__(self) -> str:
        return self.name

    @property
    def works(self) -> bool:
        """Whether it has neither ended nor been revoked."""
        return self.revoked_at is None and self.until > timezone.now()


class Organisation(models.Model):
    """An organisation of the federation; `id` is its site identifier, `node_id` names the node it runs."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=300, unique=True)
    country = models.CharField(max_length=100, blank=True)
    website = models.TextField(blank=True)
    node_id = models.CharField(max_length=60, null=True, unique=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    """In degrees, WGS 84; both or none."""
    taken_on_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ("name",)
        indexes = (models.Index(fields=("taken_on_at", "id"), name="organisation_waits_since"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None)
                | Q(latitude__isnull=False, latitude__gte=-90, latitude__lte=90)
                & Q(longitude__isnull=False, longitude__gte=-180, longitude__lte=180),
                name="organisation_position",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def position(self) -> tuple[float, float] | None:
        """Latitude and longitude, where they are known."""
        if self.latitude is None or self.longitude is None:
            return None
        return self.latitude, self.longitude


class Delegate(models.Model):
    """That a person speaks for an organisation, until they no longer do."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="delegates")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="delegacies")
    since = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("since", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "person"), condition=Q(ended_at=None), name="delegate_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.person}: {self.organisation}"


class Network(models.Model):
    """Organisations that work together under a name."""

    name = models.CharField(max_length=300, unique=True)
    organisations = models.ManyToManyField(Organisation, related_name="networks")

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Biobank(models.Model):
    """An imaging biobank that an organisation keeps."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="biobanks")
    name = models.CharField(max_length=300)
    website = models.TextField(blank=True)

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=("organisation", "name"), name="biobank_once_an_organisation"),
        )

    def __str__(self) -> str:
        return self.name
