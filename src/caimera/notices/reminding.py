"""Reminders: written when a day is near, once each, however often or late somebody looks.

What is due follows from the day alone and what was told from the notices that are there (`once`), so a worker
that slept over a day tells it at the next look, and a clock that goes back tells nothing again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse

from caimera.notices.actions import tell
from caimera.notices.from_people import on
from caimera.notices.models import Notice
from caimera.people.models import Acceptance, AccessToken, Membership, Person, RoleGrant
from caimera.people.policies import Policy, current

STAGES = (30, 7, 0)
"""Days before an end on which people are reminded."""
TOKEN_STAGES = (7, 0)
_AFTER = timedelta(days=14)
"""How long after its end somebody who was not told before is still told."""

Remind = Callable[[datetime], None]
_reminding: dict[str, Remind] = {}


def register(name: str, remind: Remind) -> None:
    """Have a room look, at every turn, whom it has to remind; registering a name again replaces it."""
    _reminding[name] = remind


def remind(*, now: datetime) -> None:
    """Write every reminder that is due."""
    for each in (_memberships, _roles, _ended_roles, _tokens, _policies, *_reminding.values()):
        each(now)


@dataclass(frozen=True, slots=True)
class Reminder:
    """What a person is to be told once; the fields are those of `tell`."""

    person: Person
    kind: str
    event: str
    page: str
    facts: dict[str, str]
    once: str


def stage(until: datetime, now: datetime, stages: Collection[int] = STAGES) -> int | None:
    """Which reminder is due so long before an end: the last whose day has come, None before the first."""
    left = (until.date() - now.date()).days
    return min((one for one in stages if left <= one), default=None)


def tell_once(reminders: Iterable[Reminder]) -> int:
    """Tell what was not told yet; returns how much that was."""
    found = list(reminders)
    known = Notice.objects.filter(once__in=[one.once for one in found]).values_list("person_id", "once")
    told, told_before = 0, set(known)
    for one in found:
        if (one.person.pk, one.once) in told_before:
            continue
        with transaction.atomic():
            told += tell(
                kind=one.kind,
                event=one.event,
                people=[one.person],
                page=one.page,
                facts=one.facts,
                once=one.once,
            )
    return told


def _memberships(now: datetime) -> None:
    near = Q(until__gt=now, until__lte=now + timedelta(days=max(STAGES) + 1))
    ending = Membership.objects.filter(near, state="member").select_related("person")
    page = reverse("people:membership")
    tell_once(
        Reminder(
            one.person,
            "membership-ends",
            str(due),
            page,
            {"until": on(one.until)},
            f"membership-ends {one.pk} {one.until:%Y-%m-%d} {due}",
        )
        for one in ending
        if one.until and (due := stage(one.until, now)) is not None
    )


def _roles(now: datetime) -> None:
    near = Q(until__gt=now, until__lte=now + timedelta(days=max(STAGES) + 1))
    ending = RoleGrant.objects.filter(near, ended_at=None, confirmed_at__isnull=False)
    tell_once(
        _of_role(one, str(due))
        for one in ending.select_related("person")
        if (due := stage(one.until, now)) is not None
    )


def _ended_roles(now: datetime) -> None:
    over = Q(until__gt=now - _AFTER, until__lte=now)
    ended = RoleGrant.objects.filter(over, confirmed_at__isnull=False)
    ended = ended.filter(Q(ended_at=None) | Q(ended_at__gte=F("until")))
    tell_once(_of_role(one, "ended") for one in ended.select_related("person"))


def _of_role(grant: RoleGrant, event: str) -> Reminder:
    facts = {"role": str(grant.label), "until": on(grant.until)}
    once = f"role-ends {grant.pk} {event}"
    return Reminder(grant.person, "role-ends", event, reverse("people:roles"), facts, once)


def _tokens(now: datetime) -> None:
    near = Q(until__gt=now, until__lte=now + timedelta(days=max(TOKEN_STAGES) + 1))
    ending = AccessToken.objects.filter(near, revoked_at=None).select_related("person")
    page = reverse("people:tokens")
    tell_once(
        Reminder(
            one.person, "token-ends", str(due), page, {"until": on(one.until)}, f"token-ends {one.pk} {due}"
        )
        for one in ending
        if (due := stage(one.until, now, TOKEN_STAGES)) is not None and _lasted(one)
    )


def _lasted(token: AccessToken) -> bool:
    """Whoever made a token for a few days knows that it ends."""
    return token.until - token.made_at > timedelta(days=max(TOKEN_STAGES) + 1)


def _policies(_now: datetime) -> None:
    for policy in current():
        tell_once(_of_policy(policy, one) for one in _accepted_before(policy))


def _accepted_before(policy: Policy) -> Iterable[Person]:
    """Members who accepted an earlier version and not this one, and were not told of it."""
    own = Acceptance.objects.filter(person=OuterRef("pk"), policy=policy.name)
    told = Notice.objects.filter(person=OuterRef("pk"), once=f"policy {policy.id}")
    members = Q(in_membership_group=True) | Q(member_until__isnull=False)
    earlier = Exists(own.filter(version__lt=policy.version))
    return Person.objects.filter(
        members, earlier, ~Exists(own.filter(version=policy.version)), ~Exists(told)
    ).iterator()


def _of_policy(policy: Policy, person: Person) -> Reminder:
    page = reverse("people:policy", args=[policy.name])
    return Reminder(person, "policies", "changed", page, {"policy": policy.title}, f"policy {policy.id}")
