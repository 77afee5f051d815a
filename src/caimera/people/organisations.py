"""Organisations of the federation: taken on with a site identifier, spoken for by delegates."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from caimera.audit.actions import record
from caimera.people.errors import ActRefused, Overtaken
from caimera.people.models import Biobank, Delegate, Network, Organisation, Person
from caimera.people.positions import position_of


@transaction.atomic
def take_on(
    *, name: str, country: str = "", website: str = "", node_id: str = "", by: Person | None
) -> Organisation:
    """Take an organisation on; its `id` is its site identifier for ever, `node_id` the node it runs, if any.

    Raises ActRefused without a name or for a website that is none, Overtaken where name or node is taken.
    """
    if not name.strip():
        raise ActRefused(_("Name the organisation."))
    if website and not website.startswith(("https://", "http://")):
        raise ActRefused(_("A website begins with https://."))
    made = Organisation(
        name=name.strip(), country=country.strip(), website=website.strip(), node_id=node_id.strip() or None
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise Overtaken(_("There is an organisation of this name, or one that runs this node.")) from None
    _record("organisation.taken-on", made, by, name=made.name, node=node_id)
    return made


@transaction.atomic
def place(*, organisation_id: UUID, position: str, by: Person | None) -> Organisation:
    """Say where an organisation is, `52.37, 4.90`; nothing takes it off the map. Raises ActRefused."""
    organisation = organisation_with(organisation_id)
    organisation.latitude, organisation.longitude = position_of(position)
    organisation.save(update_fields=("latitude", "longitude"))
    _record("organisation.placed", organisation, by, position=position.strip())
    return organisation


@transaction.atomic
def appoint(*, organisation_id: UUID, person: Person, by: Person | None) -> Delegate:
    """Let a person speak for an organisation; they are a data holder's delegate as long as they do."""
    organisation = organisation_with(organisation_id)
    try:
        with transaction.atomic():
            made = Delegate.objects.create(organisation=organisation, person=person)
    except IntegrityError:
        raise Overtaken(_("They speak for this organisation already.")) from None
    _record("delegate.appointed", organisation, by, person=f"person:{person.pk}")
    return made


@transaction.atomic
def dismiss(*, delegate_id: int, by: Person | None) -> Delegate:
    """Let somebody no longer speak for an organisation. Raises Overtaken where they do not."""
    found = Delegate.objects.select_for_update(of=("self",)).select_related("organisation", "person")
    one = found.filter(pk=delegate_id, ended_at=None).first()
    if one is None:
        raise Overtaken(_("They do not speak for this organisation any more."))
    one.ended_at = timezone.now()
    one.save(update_fields=("ended_at",))
    _record("delegate.dismissed", one.organisation, by, person=f"person:{one.person_id}")
    return one


@transaction.atomic
def make_network(*, name: str, organisation_ids: Sequence[UUID], by: Person | None) -> Network:
    """A network of organisations. Raises ActRefused without a name, Overtaken where there is one of it."""
    if not name.strip():
        raise ActRefused(_("Name the network."))
    members = [organisation_with(one) for one in organisation_ids]
    network, made = Network.objects.get_or_create(name=name.strip())
    if not made:
        raise Overtaken(_("There is a network of this name."))
    network.organisations.set(members)
    actor = by.actor if by else "system"
    record(act="network.made", actor=actor, object=f"network:{network.pk}", detail={"name": network.name})
    return network


@transaction.atomic
def add_biobank(*, organisation_id: UUID, name: str, website: str = "", by: Person | None) -> Biobank:
    """An imaging biobank of an organisation. Raises ActRefused without a name, Overtaken when known."""
    organisation = organisation_with(organisation_id)
    if not name.strip():
        raise ActRefused(_("Name the biobank."))
    biobank, made = Biobank.objects.get_or_create(
        organisation=organisation, name=name.strip(), defaults={"website": website}
    )
    if not made:
        raise Overtaken(_("The organisation has a biobank of this name."))
    _record("biobank.added", organisation, by, name=biobank.name)
    return biobank


def organisation_with(organisation_id: UUID) -> Organisation:
    """An organisation by its site identifier. Raises ActRefused."""
    if (found := Organisation.objects.filter(pk=organisation_id).first()) is None:
        raise ActRefused(_("There is no organisation with this site identifier."))
    return found


def organisation_of(node_id: str) -> Organisation | None:
    """The organisation that runs a node, if it is known."""
    return Organisation.objects.filter(node_id=node_id).first()


def organisations() -> Sequence[Organisation]:
    """All organisations by name, with their delegates, networks and biobanks at hand."""
    return list(Organisation.objects.prefetch_related("delegates__person", "networks", "biobanks"))


def _record(act: str, organisation: Organisation, by: Person | None, **detail: str) -> None:
    actor = by.actor if by else "system"
    record(act=act, actor=actor, object=f"organisation:{organisation.pk}", detail=detail)
