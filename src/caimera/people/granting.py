"""Giving roles and taking them away: an act with a reason, until a time, in the trail.

Nobody gives a role to themselves. Where a role needs four eyes, what one operator asks for counts when
another confirms it. `by=None` is this site's shell: it makes the first operator, afterwards it asks, too.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from caimera.audit.actions import record
from caimera.people.errors import ActRefused, Overtaken
from caimera.people.models import LONGEST_GRANT, Person, RoleGrant
from caimera.people.roles import ROLES


@transaction.atomic
def give_role(*, person: Person, role: str, reason: str, until: datetime, by: Person | None) -> RoleGrant:
    """Give a role, or ask another operator to confirm it.

    Raises:
        ActRefused: there is no such role to give, not to oneself, not so long, not without a reason.
        Overtaken: the person has it already, or it waits to be confirmed.
    """
    reason = reason.replace("\0", "")
    _require_givable(role)
    _require_sound(person, reason, until, by)
    at_once = not ROLES[role].four_eyes or (by is None and not _somebody_has(role))
    grant = RoleGrant(person=person, role=role, reason=reason.strip(), until=until, asked_by=by)
    if at_once:
        grant.confirmed_by, grant.confirmed_at = by, timezone.now()
    _end_outlived(person, role)
    try:
        with transaction.atomic():
            grant.save(force_insert=True)
    except IntegrityError:
        raise Overtaken(_("They have this role already, or it waits to be confirmed.")) from None
    _record("role.given" if at_once else "role.asked", grant, by, reason=grant.reason)
    return grant


@transaction.atomic
def confirm_role(*, grant_id: UUID, by: Person) -> RoleGrant:
    """The second pair of eyes. Raises ActRefused for the first pair's, Overtaken where it waits no more."""
    grant = _open(grant_id)
    if grant.confirmed_at is not None:
        raise Overtaken(_("This was confirmed already."))
    if by.pk in (grant.asked_by_id, grant.person_id):
        raise ActRefused(
            _("Whoever asked for it, or receives it, cannot confirm it. Another operator has to.")
        )
    if grant.until <= timezone.now():
        raise Overtaken(_("The time it was asked for is over."))
    grant.confirmed_by, grant.confirmed_at = by, timezone.now()
    grant.save()
    _record("role.given", grant, by, reason=grant.reason)
    return grant


@transaction.atomic
def take_role(*, grant_id: UUID, reason: str, by: Person | None) -> RoleGrant:
    """Take a role away, or refuse to confirm it. Raises ActRefused without a reason, Overtaken when gone."""
    grant, reason = _open(grant_id), reason.replace("\0", "")
    if not reason.strip():
        raise ActRefused(_("Say why, in a sentence."))
    act = "role.taken" if grant.confirmed_at else "role.declined"
    grant.ended_at = timezone.now()
    grant.save()
    _record(act, grant, by, reason=reason.strip())
    return grant


def _require_givable(role: str) -> None:
    if role not in ROLES or not ROLES[role].given:
        known = ", ".join(one.name for one in ROLES.values() if one.given)
        raise ActRefused(
            _("'%(role)s' is no role to give. There are: %(known)s.") % {"role": role, "known": known}
        )


def _require_sound(person: Person, reason: str, until: datetime, by: Person | None) -> None:
    if by is not None and by.pk == person.pk:
        raise ActRefused(_("Nobody gives a role to themselves. Ask another operator."))
    if not reason.strip():
        raise ActRefused(_("Say why, in a sentence."))
    if not timezone.now() < until <= timezone.now() + LONGEST_GRANT:
        raise ActRefused(_("A role is given until a day between tomorrow and two years from now."))


def _somebody_has(role: str) -> bool:
    """Whether anybody holds a role now; those who ask at the same time wait for each other."""
    list(RoleGrant.objects.select_for_update().filter(role=role, ended_at=None).order_by("pk"))
    return RoleGrant.objects.filter(RoleGrant.in_force(), role=role).exists()


def _end_outlived(person: Person, role: str) -> None:
    """A grant whose time is over makes room for another."""
    now = timezone.now()
    RoleGrant.objects.filter(person=person, role=role, ended_at=None, until__lte=now).update(ended_at=now)


def _open(grant_id: UUID) -> RoleGrant:
    grant = RoleGrant.objects.select_for_update().filter(pk=grant_id).first()
    if grant is None or grant.ended_at is not None:
        raise Overtaken(_("This role was taken away already, or never given."))
    return grant


def _record(act: str, grant: RoleGrant, by: Person | None, *, reason: str) -> None:
    detail = {"role": grant.role, "reason": reason, "until": grant.until.isoformat(), "grant": str(grant.pk)}
    actor = by.actor if by else "system"
    record(act=act, actor=actor, object=f"person:{grant.person_id}", detail=detail)
