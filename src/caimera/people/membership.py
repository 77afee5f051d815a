"""Membership of this site: applied for, decided by hand, for a year at a time.

The table `membership` of `workflow` says who may do what, when; here stands what follows from it. Every
step says in which state its doer saw the membership: who decides on what has moved on is told so (409).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from caimera.audit.actions import record
from caimera.people.accepting import accept_policies
from caimera.people.errors import ActRefused, Overtaken
from caimera.people.models import OPEN_STATES, Membership, MembershipStep, Person
from caimera.workflow import CLOCK, Calendar, Transition, Workflow, workflow

LASTS = timedelta(days=365)
RENEWABLE = timedelta(days=30)
"""How long before its end a membership may be renewed, and its member is reminded of it."""
LONGEST_INSTITUTION, LONGEST_PURPOSE = 200, 2_000


def table_of(membership: Membership) -> Workflow:
    """The version of the table the membership began with."""
    return workflow("membership", membership.table)


def roles_in(membership: Membership, person: Person | None) -> tuple[str, ...]:
    """As whom somebody may act on a membership; None is this site's shell. Nobody decides on their own."""
    if person is None:
        return ("operator",)
    if person.pk == membership.person_id:
        return ("applicant",)
    return ("operator",) if person.may("members.decide") else ()


def ways(membership: Membership, person: Person | None) -> tuple[Transition, ...]:
    """What somebody may do with a membership now."""
    found = table_of(membership).ways(membership.state, roles_in(membership, person))
    return tuple(one for one in found if one.event != "renew" or is_renewable(membership))


def is_renewable(membership: Membership) -> bool:
    """Whether its end is near enough."""
    return membership.until is not None and membership.until - timezone.now() <= RENEWABLE


def due(membership: Membership) -> date | None:
    """The last working day of the state it is in, where its table gives one."""
    deadline = table_of(membership).deadline(membership.state)
    return deadline.due(membership.state_since.date(), Calendar()) if deadline else None


def current_of(person: Person) -> Membership | None:
    """The membership that is open, or else the last one there was."""
    found = list(Membership.objects.filter(person=person).order_by("-applied_at", "-id")[:20])
    return next((one for one in found if one.state in OPEN_STATES), found[0] if found else None)


@transaction.atomic
def apply(*, person: Person, institution: str, purpose: str, accepted: Collection[str]) -> Membership:
    """Ask to become a member; the policies are accepted with it.

    Raises:
        ActRefused: something is missing, too long, or not accepted.
        Overtaken: an application is open already, sent a moment ago or earlier.
    """
    institution, purpose = _sound(institution, purpose)
    accept_policies(person=person, accepted=accepted, visit=False)
    table = workflow("membership")
    membership = Membership(
        person=person,
        table=table.version,
        state=table.first.name,
        institution=institution,
        purpose=purpose,
        state_since=timezone.now(),
    )
    try:
        with transaction.atomic():
            membership.save(force_insert=True)
    except IntegrityError:
        raise Overtaken(_already(person)) from None
    _keep(membership, "apply", by=person)
    return membership


@transaction.atomic
def answer(
    *, membership_id: UUID, person: Person, institution: str, purpose: str, seen: int | None = None
) -> Membership:
    """Send an application again that came back with a question. Raises as `step`."""
    institution, purpose = _sound(institution, purpose)
    membership = _locked(membership_id, seen)
    membership.institution, membership.purpose = institution, purpose
    return _stepped(membership, "answer", by=person, filed=("membership-application",))


@transaction.atomic
def renew(
    *, membership_id: UUID, person: Person, accepted: Collection[str], seen: int | None = None
) -> Membership:
    """Go on for another year after its end, the policies accepted anew. Raises as `step`."""
    accept_policies(person=person, accepted=accepted, visit=False)
    membership = _locked(membership_id, seen)
    if membership.state == "member" and not is_renewable(membership):
        raise ActRefused(_("A membership is renewed in its last 30 days."))
    return _stepped(membership, "renew", by=person, filed=("policies",))


@transaction.atomic
def step(
    *, membership_id: UUID, event: str, by: Person | None, reason: str = "", seen: int | None = None
) -> Membership:
    """Cause one event of a membership; `seen` is how many steps its doer saw.

    Raises:
        workflow.Refused: not here, not for them, or not without a reason; says what they may do instead.
        Overtaken: it moved on since they looked.
    """
    return _stepped(_locked(membership_id, seen), event, by=by, reason=reason.replace("\0", ""))


def end_overdue(*, now: datetime) -> int:
    """In the name of the clock: memberships past their end, and questions nobody answered. How many."""
    over = Membership.objects.filter(state="member", until__lte=now)
    events = dict.fromkeys(over.values_list("pk", flat=True), "expire")
    for one in Membership.objects.filter(state="returned"):
        deadline, last = table_of(one).deadline(one.state), due(one)
        if deadline and last and last < now.date():
            events[one.pk] = deadline.event
    for membership_id, event in events.items():
        with transaction.atomic():
            _stepped(_locked(membership_id, None), event, by=None, roles=(CLOCK,))
    return len(events)


def _stepped(
    membership: Membership,
    event: str,
    *,
    by: Person | None,
    reason: str = "",
    filed: Collection[str] = (),
    roles: Collection[str] | None = None,
) -> Membership:
    roles = roles_in(membership, by) if roles is None else roles
    way = table_of(membership).step(membership.state, event, roles=roles, filed=filed, reason=reason)
    before, membership.state = membership.state, way.leads_to(membership.state)
    if membership.state != before:
        membership.state_since = timezone.now()
    if membership.state == "member":
        membership.until = max(membership.until or timezone.now(), timezone.now()) + LASTS
    membership.save()
    _keep(membership, event, by=by, reason=reason.strip(), clock=CLOCK in roles)
    _let_in(membership)
    return membership


def _let_in(membership: Membership) -> None:
    """The person is a member exactly as long as the membership says."""
    until = membership.until if membership.state == "member" else None
    Person.objects.filter(pk=membership.person_id).update(member_until=until)


def _locked(membership_id: UUID, seen: int | None) -> Membership:
    membership = Membership.objects.select_for_update().get(pk=membership_id)
    if seen is not None and membership.steps.count() != seen:
        label = table_of(membership).state(membership.state).label
        raise Overtaken(_("This has moved on since you looked. It is now: %s.") % label)
    return membership


def _keep(
    membership: Membership, event: str, *, by: Person | None, reason: str = "", clock: bool = False
) -> None:
    MembershipStep.objects.create(
        membership=membership, event=event, by=by, reason=reason, state=membership.state
    )
    record(
        act=f"membership.{_PAST[event]}",
        actor=by.actor if by else "system",
        object=f"person:{membership.person_id}",
        detail={
            "membership": str(membership.pk),
            "state": membership.state,
            "reason": reason,
            "clock": clock,
        },
    )


_PAST = {
    "apply": "applied",
    "accept": "accepted",
    "ask-back": "returned",
    "refuse": "refused",
    "answer": "answered",
    "withdraw": "withdrawn",
    "renew": "renewed",
    "leave": "left",
    "end": "ended",
    "expire": "expired",
    "lapse": "lapsed",
}
"""Events as the trail says them."""


def _sound(institution: str, purpose: str) -> tuple[str, str]:
    institution, purpose = (text.replace("\0", "").strip() for text in (institution, purpose))
    if not institution or len(institution) > LONGEST_INSTITUTION:
        raise ActRefused(_("Name your institution, in at most %d characters.") % LONGEST_INSTITUTION)
    if not purpose or len(purpose) > LONGEST_PURPOSE:
        raise ActRefused(_("Say what you want to do here, in at most %d characters.") % LONGEST_PURPOSE)
    return institution, purpose


def _already(person: Person) -> str:
    one = current_of(person)
    label = table_of(one).state(one.state).label if one else ""
    return _("You have applied already. Your application is now: %s.") % label
