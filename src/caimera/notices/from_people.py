"""What people are told of acts about people: each follows the record of its act, in the act's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import partial

from django.urls import reverse
from django.utils.formats import date_format

from caimera.audit import following
from caimera.audit.models import Record
from caimera.notices.actions import tell, tell_holders
from caimera.people.models import Membership, Person, RoleGrant
from caimera.people.roles import ROLES
from caimera.web.identifiers import uuid_of


def register() -> None:
    """Follow every act somebody is told of."""
    for act, (follow, needed) in FOLLOWED.items():
        following.register(act, "notices", partial(_follow, follow, needed))


def _follow(follow: following.Follow, needed: str, record: Record) -> None:
    """Tell of a record that says what it is about; others write acts of these names, too, such as imports."""
    if not needed or uuid_of(str(record.detail.get(needed, "")).removeprefix("person:")):
        follow(record)


def on(day: date | datetime | str) -> str:
    """A day in words, from a date, a time or its ISO text."""
    return date_format(datetime.fromisoformat(day) if isinstance(day, str) else day, "j F Y")


def about(record: Record) -> list[Person]:
    """The person a record is about, if they are known here."""
    return _people(record.object)


def _people(name: str) -> list[Person]:
    found = uuid_of(name.removeprefix("person:"))
    return list(Person.objects.filter(pk=found)) if found else []


def _membership_decided(record: Record) -> None:
    found = Membership.objects.filter(pk=record.detail["membership"])
    until = found.values_list("until", flat=True).first()
    tell(
        kind="membership",
        event=_verb(record),
        people=about(record),
        page=reverse("people:membership"),
        facts={"until": on(until) if until else ""},
    )


def _membership_asked(record: Record) -> None:
    tell_holders(
        permission="members.decide",
        but=(record.actor, record.object),
        kind="applications",
        event=_verb(record),
        page=reverse("people:one-membership", args=[record.detail["membership"]]),
    )


def _role_asked(record: Record) -> None:
    tell_holders(
        permission="roles.give",
        but=(record.actor, record.object),
        kind="roles-to-confirm",
        event="asked",
        page=reverse("people:role-holders"),
        facts={"role": _role(record)},
    )


def _role_given(record: Record) -> None:
    facts = {"role": _role(record), "until": on(str(record.detail["until"]))}
    tell(kind="rights", event="given", people=about(record), page=reverse("people:roles"), facts=facts)
    _tell_asker(record, "confirmed")


def _role_declined(record: Record) -> None:
    _tell_asker(record, "declined")


def _role_taken(record: Record) -> None:
    facts = {"role": _role(record)}
    tell(kind="rights", event="taken", people=about(record), page=reverse("people:roles"), facts=facts)


def _tell_asker(record: Record, event: str) -> None:
    """Whoever asked for a role hears what another decided."""
    grants = RoleGrant.objects.filter(pk=record.detail["grant"], asked_by__isnull=False)
    askers = [one.asked_by for one in grants.select_related("asked_by") if one.asked_by]
    askers = [one for one in askers if record.actor not in one.names]
    page, facts = reverse("people:role-holders"), {"role": _role(record)}
    tell(kind="roles-asked", event=event, people=askers, page=page, facts=facts)


def _delegate(record: Record) -> None:
    people = _people(str(record.detail["person"]))
    tell(kind="rights", event=_verb(record), people=people, page=reverse("people:about-me"))


def _identity(record: Record) -> None:
    tell(kind="security", event=_verb(record), people=about(record), page=reverse("people:identities"))


def _token_made(record: Record) -> None:
    tell(
        kind="security",
        event="token-made",
        people=about(record),
        page=reverse("people:tokens"),
        facts={"until": on(str(record.detail["until"]))},
    )


def _verb(record: Record) -> str:
    return record.act.partition(".")[2]


def _role(record: Record) -> str:
    return str(ROLES[str(record.detail["role"])].label)


FOLLOWED: Mapping[str, tuple[following.Follow, str]] = {
    **{
        f"membership.{verb}": (_membership_decided, "membership")
        for verb in ("accepted", "refused", "returned", "ended", "expired", "lapsed")
    },
    **{
        f"membership.{verb}": (_membership_asked, "membership")
        for verb in ("applied", "answered", "withdrawn", "left")
    },
    "role.asked": (_role_asked, "grant"),
    "role.given": (_role_given, "grant"),
    "role.taken": (_role_taken, "grant"),
    "role.declined": (_role_declined, "grant"),
    "delegate.appointed": (_delegate, "person"),
    "delegate.dismissed": (_delegate, "person"),
    "identity.linked": (_identity, "identity"),
    "identity.unlinked": (_identity, "identity"),
    "token.made": (_token_made, "token"),
}
"""Acts by the names the trail has for them, each with the identifier its record must carry."""
