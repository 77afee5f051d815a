"""Putting datasets into a basket, and taking them out.

A person's acts are in the trail, in their transaction. A visitor's are not: nobody knows whose they are, and
nothing but their own session changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from caimera.audit.actions import record
from caimera.hub.catalogue.baskets import (
    KEPT,
    NOWHERE,
    SESSION_KEY,
    Item,
    Origin,
    dataset_ids,
    items_of_visitor,
    most_of,
    owner_of,
)
from caimera.hub.catalogue.errors import BasketFull
from caimera.hub.catalogue.models import BasketItem
from caimera.hub.catalogue.queries import visible_records
from caimera.people.models import Person


@transaction.atomic
def put(*, request: HttpRequest, wanted: Iterable[UUID], origin: Origin = NOWHERE) -> int:
    """Put datasets into the basket of who calls, those there already left as they are; returns how many.

    Raises:
        BasketFull: they do not all fit; none is put in.
    """
    owner = owner_of(request)
    if owner is not None:
        Person.objects.select_for_update().get(pk=owner.pk)
    there = dataset_ids(request)
    added = _items(set(wanted) - there, origin.kept())
    most = most_of(owner)
    if len(there) + len(added) > most:
        raise BasketFull(most, signed_in=owner is not None)
    if owner is None:
        _keep(request, [*items_of_visitor(request), *added])
    else:
        _add(owner, added)
    return len(added)


def _items(wanted: set[UUID], origin: Origin) -> list[Item]:
    now = timezone.now()
    records = visible_records().filter(pk__in=wanted).values_list("id", "version", "digest")
    return [Item(*row, added_at=now, origin=origin) for row in records]


def _add(owner: Person, added: Sequence[Item]) -> None:
    if not added:
        return
    BasketItem.objects.bulk_create([item.as_row(owner) for item in added])
    _tell("basket.filled", owner, len(added))


@transaction.atomic
def take_out(*, request: HttpRequest, unwanted: Iterable[UUID]) -> int:
    """Take datasets out of the basket of who calls; returns how many were in it."""
    gone = set(unwanted)
    if (owner := owner_of(request)) is None:
        items = items_of_visitor(request)
        _keep(request, [item for item in items if item.dataset_id not in gone])
        return sum(item.dataset_id in gone for item in items)
    rows = BasketItem.objects.filter(owner=owner, record_id__in=gone)
    taken, _kinds = rows.delete()
    if taken:
        _tell("basket.emptied", owner, taken)
    return taken


def clear(*, request: HttpRequest) -> int:
    """Take everything out; returns how many datasets were in it."""
    return take_out(request=request, unwanted=dataset_ids(request))


@transaction.atomic
def merge(*, request: HttpRequest, person: Person) -> None:
    """Put what a visitor collected into the basket of the person they turned out to be, as far as it fits."""
    collected = items_of_visitor(request)
    request.session.pop(SESSION_KEY, None)
    if not collected:
        return
    Person.objects.select_for_update().get(pk=person.pk)
    there = set(BasketItem.objects.filter(owner=person).values_list("record_id", flat=True))
    new = [item for item in collected if item.dataset_id not in there]
    _add(person, new[: max(most_of(person) - len(there), 0)])


def _keep(request: HttpRequest, items: Sequence[Item]) -> None:
    """Write a visitor's basket; an empty one leaves nothing behind."""
    if not items:
        request.session.pop(SESSION_KEY, None)
        request.session.pop("_session_expiry", None)
        if not request.session.keys():
            request.session.flush()
        return
    request.session[SESSION_KEY] = [item.as_json() for item in items]
    request.session.set_expiry(KEPT)


def _tell(act: str, owner: Person, number: int) -> None:
    record(act=act, actor=owner.actor, object=f"person:{owner.pk}", detail={"datasets": number})
