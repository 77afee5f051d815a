"""What waits for somebody in the rooms below: memberships, roles to confirm, organisations nobody serves."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from caimera.notices.models import Post, RefusedAddress
from caimera.notices.waiting import Item, Provider
from caimera.people.membership import RENEWABLE, table_of
from caimera.people.models import Delegate, Membership, Organisation, Person, RoleGrant
from caimera.workflow import Calendar


def _applications(person: Person) -> QuerySet[Membership] | None:
    if not person.may("members.decide"):
        return None
    return Membership.objects.filter(state="submitted").exclude(person=person).select_related("person")


def _application(one: Membership, _person: Person) -> Item:
    page = reverse("people:one-membership", args=[one.pk])
    title = f"{one.person}, {one.institution}"
    return Item(_("Decide on an application to become a member"), title, page, _due(one))


def _due(one: Membership) -> date | None:
    deadline = table_of(one).deadline(one.state)
    return deadline.due(one.state_since.date(), Calendar()) if deadline else None


def _own_membership(person: Person) -> QuerySet[Membership]:
    """A question to answer, or a membership whose end is near enough to renew it."""
    renewable = Q(state="member", until__lte=timezone.now() + RENEWABLE)
    return Membership.objects.filter(Q(state="returned") | renewable, person=person)


def _own(one: Membership, _person: Person) -> Item:
    page = reverse("people:membership")
    if one.state == "returned":
        return Item(_("Answer the question about your application"), one.institution, page, _due(one))
    return Item(_("Renew your membership"), one.institution, page, one.until and one.until.date())


def _roles(person: Person) -> QuerySet[RoleGrant] | None:
    if not person.may("roles.give"):
        return None
    open_ones = RoleGrant.objects.filter(confirmed_at=None, ended_at=None, until__gt=timezone.now())
    others = open_ones.exclude(person=person).filter(Q(asked_by=None) | ~Q(asked_by=person))
    return others.select_related("person")


def _role(one: RoleGrant, _person: Person) -> Item:
    title = f"{one.person}, {one.label}"
    return Item(_("Confirm or decline a role"), title, reverse("people:role-holders"))


def _organisations(person: Person) -> QuerySet[Organisation] | None:
    if not person.may("organisations.keep"):
        return None
    speaking = Delegate.objects.filter(organisation=OuterRef("pk"), ended_at=None)
    return Organisation.objects.filter(~Exists(speaking))


def _organisation(one: Organisation, _person: Person) -> Item:
    return Item(_("Appoint somebody who speaks for it"), one.name, reverse("people:organisations"))


def _addresses(person: Person) -> QuerySet[RefusedAddress] | None:
    return RefusedAddress.objects.all() if person.may("mail.keep") else None


def _address(one: RefusedAddress, _person: Person) -> Item:
    return Item(_("See why mail to an address is refused"), one.address, reverse("notices:mail"))


def _server(person: Person) -> QuerySet[Post] | None:
    """A mail server that is away longer than a server is restarted."""
    return Post.objects.filter(failures__gt=6).exclude(problem="") if person.may("mail.keep") else None


def _post(one: Post, _person: Person) -> Item:
    return Item(_("See why no mail goes out"), one.problem, reverse("notices:mail"))


ALL = (
    Provider("applications", "state_since", _applications, _application),
    Provider("membership", "state_since", _own_membership, _own),
    Provider("roles", "asked_at", _roles, _role),
    Provider("organisations", "taken_on_at", _organisations, _organisation),
    Provider("addresses", "since", _addresses, _address),
    Provider("mail", "since", _server, _post),
)
