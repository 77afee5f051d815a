"""Reading persons."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from caimera.audit.models import Record
from caimera.audit.queries import records_about
from caimera.people.chapters import chapters
from caimera.people.errors import ActRefused
from caimera.people.models import (
    OPEN_STATES,
    SERVICE,
    SIGN_IN_COUNTS,
    Delegate,
    Membership,
    Person,
    RoleGrant,
)
from caimera.people.roles import BY_GROUP, DELEGATE, RESEARCHER, Role, roles_with


def known_now() -> QuerySet[Person]:
    """The persons of whom what userinfo said still counts."""
    return Person.objects.filter(checked_at__gt=timezone.now() - SIGN_IN_COUNTS)


def person_called(name: str) -> Person:
    """The one person known here by this e-mail address or identifier (`sub`). Raises ActRefused."""
    name = name.replace("\0", "")
    found = list(Person.objects.filter(_called(name)).distinct().order_by("pk")[:2]) if name else []
    if not found:
        raise ActRefused(
            _("Nobody of this address or identifier has signed in here. They have to sign in once.")
        )
    if len(found) > 1:
        raise ActRefused(
            _("Several people have this address. Name the identifier under which they are known.")
        )
    return found[0]


def _called(name: str) -> Q:
    by_login = Q(identities__sub=name) | Q(identities__email__iexact=name)
    return Q(sub=name) | Q(email__iexact=name) | by_login


def spoken_for(person: Person) -> QuerySet[Delegate]:
    """For which organisations a person speaks, by name."""
    found = Delegate.objects.filter(person=person, ended_at=None)
    return found.select_related("organisation").order_by("organisation__name")


def end_of(day: str) -> datetime:
    """The last moment of a day written as 2026-11-27, in UTC. Raises ActRefused."""
    try:
        return datetime.combine(date.fromisoformat(day), time.max, tzinfo=UTC)
    except ValueError:
        raise ActRefused(_("Write the day as year-month-day, such as 2027-06-30.")) from None


def holders_of(permission: str) -> list[Person]:
    """Everyone one of whose roles carries a permission, programs' accounts aside."""
    found = perhaps_holding(roles_with(permission))
    people = Person.objects.filter(found).exclude(issuer=SERVICE).order_by("pk")
    return [person for person in people if person.may(permission)]


def perhaps_holding(roles: Iterable[Role]) -> Q:
    """Everyone who may hold one of these roles, for the database: `Person.roles` alone decides who does."""
    names = {role.name for role in roles}
    found = Q(pk__in=RoleGrant.objects.filter(RoleGrant.in_force(), role__in=names).values("person"))
    for group, role in BY_GROUP.items():
        if role.name in names:
            found |= Q(entitlements__icontains=f":{group}")
    if DELEGATE in names:
        found |= Q(pk__in=Delegate.objects.filter(ended_at=None).values("person"))
    if RESEARCHER in names:
        found |= Q(in_membership_group=True) | Q(member_until__gt=timezone.now())
    return found


def grants_open() -> QuerySet[RoleGrant]:
    """The roles given and not yet over, those that wait to be confirmed too; by role."""
    return RoleGrant.objects.filter(ended_at=None, until__gt=timezone.now()).select_related(
        "person", "asked_by", "confirmed_by"
    )


def memberships_open(state: str = "") -> QuerySet[Membership]:
    """The memberships something still leads out of, or those in one state; who waits longest comes first."""
    wanted = Q(state=state.replace("\0", "?")) if state else Q(state__in=OPEN_STATES)
    return Membership.objects.filter(wanted).select_related("person").order_by("state_since", "id")


def trail_of(person: Person) -> QuerySet[Record]:
    """Every record of the trail that names the person, newest first: what they may see of it."""
    return records_about(person.names)


def all_known(person: Person) -> dict[str, Any]:
    """Everything this site knows of a person, as JSON values: sign-in, and each room's chapter."""
    return {
        "person": {
            "id": str(person.pk),
            "issuer": person.issuer,
            "sub": person.sub,
            "name": person.name,
            "email": person.email,
            "shown_name": person.shown_name,
            "notice_email": person.notice_email,
            "roles": sorted(person.roles),
            "entitlements": person.entitlements,
            "member": person.is_member,
            "checked_at": person.checked_at.isoformat(),
        },
        **{chapter.name: list(chapter.told(person)) for chapter in chapters()},
    }
