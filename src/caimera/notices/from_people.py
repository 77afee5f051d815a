"""What people are told of acts about people: each follows the record of its act, in the act's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.urls import reverse
from django.utils.formats import date_format

from caimera.audit import following
from caimera.audit.models import Record
from caimera.notices.actions import tell, tell_holders
from caimera.people.models import Membership, Person, RoleGrant
from caimera.people.roles import ROLES


def register() -> None:
    """Follow every act somebody is told of."""
    for act, follow in FOLLOWED.items():
        following.register(act, "notices", follow)


def on(day: date | datetime | str) -> str:
    """A day in words, from a date, a time or its ISO text."""
    return date_format(datetime.fromisoformat(day) if isinstance(day, str) else day, "j F Y")


def about(record: Record) -> Person:
    """The person a record is about."""
    return Person.objects.get(pk=record.object.removeprefix("person:"))


def _membership_decided(record: Record) -> None:
    until = Membership.objects.values_list("until", flat=True).get(pk=record.detail["membership"])
    tell(
        kind="membership",
        event=_verb(record),
        people=[about(record)],
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
    tell(kind="rights", event="given", people=[about(record)], page=reverse("people:roles"), facts=facts)
    _tell_asker(record, "confirmed")


def _role_declined(record: Record) -> None:
    _tell_asker(record, "declined")


def _role_taken(record: Record) -> None:
    facts = {"role": _role(record)}
    tell(kind="rights", event="taken", people=[about(record)], page=reverse("people:roles"), facts=facts)


def _tell_asker(record: Record, event: str) -> None:
    """Whoever asked for a role hears what another decided."""
    asker = RoleGrant.objects.select_related("asked_by").get(pk=record.detail["grant"]).asked_by
    if asker is None or record.actor in asker.names:
        return
    page, facts = reverse("people:role-holders"), {"role": _role(record)}
    tell(kind="roles-asked", event=event, people=[asker], page=page, facts=facts)


def _delegate(record: Record) -> None:
    person = Person.objects.get(pk=str(record.detail["person"]).removeprefix("person:"))
    tell(kind="rights", event=_verb(record), people=[person], page=reverse("people:about-me"))


def _identity(record: Record) -> None:
    tell(kind="security", event=_verb(record), people=[about(record)], page=reverse("people:identities"))


def _token_made(record: Record) -> None:
    tell(
        kind="security",
        event="token-made",
        people=[about(record)],
        page=reverse("people:tokens"),
        facts={"until": on(str(record.detail["until"]))},
    )


def _verb(record: Record) -> str:
    return record.act.partition(".")[2]


def _role(record: Record) -> str:
    return str(ROLES[str(record.detail["role"])].label)


FOLLOWED: Mapping[str, following.Follow] = {
    **{
        f"membership.{verb}": _membership_decided
        for verb in ("accepted", "refused", "returned", "ended", "expired", "lapsed")
    },
    **{f"membership.{verb}": _membership_asked for verb in ("applied", "answered", "withdrawn", "left")},
    "role.asked": _role_asked,
    "role.given": _role_given,
    "role.taken": _role_taken,
    "role.declined": _role_declined,
    "delegate.appointed": _delegate,
    "delegate.dismissed": _delegate,
    "identity.linked": _identity,
    "identity.unlinked": _identity,
    "token.made": _token_made,
}
"""Acts by the names the trail has for them."""
