"""Accepting policies: each version on its own, for one visit or for half a year."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from caimera.audit.actions import record
from caimera.people.errors import ActRefused
from caimera.people.models import SIGN_IN_COUNTS, Acceptance, Person
from caimera.people.policies import Policy, current

HALF_A_YEAR = timedelta(days=183)


def still_to_accept(person: Person) -> tuple[Policy, ...]:
    """The policies that count now and that the person has not accepted in this version, or not lately."""
    held = Acceptance.objects.filter(person=person, until__gt=timezone.now())
    accepted = set(held.values_list("policy", "version"))
    return tuple(one for one in current() if (one.name, one.version) not in accepted)


@transaction.atomic
def accept_policies(*, person: Person, accepted: Collection[str], visit: bool) -> Sequence[Acceptance]:
    """Keep that somebody accepts policies (`privacy/1`): all that count now, or nothing is kept.

    Raises ActRefused where one is missing, or was accepted in another version than the one that counts.
    """
    missing = [one.title for one in current() if one.id not in accepted]
    if missing:
        raise ActRefused(_("Read and accept: %s.") % ", ".join(missing))
    until = timezone.now() + (SIGN_IN_COUNTS if visit else HALF_A_YEAR)
    kept = [
        Acceptance(person=person, policy=one.name, version=one.version, visit=visit, until=until)
        for one in current()
    ]
    Acceptance.objects.bulk_create(kept)
    detail = {"policies": [one.id for one in current()], "until": until.isoformat()}
    record(act="policies.accepted", actor=person.actor, detail=detail)
    return kept


def end_visit(*, person: Person) -> None:
    """What was accepted for one visit ends with it."""
    now = timezone.now()
    Acceptance.objects.filter(person=person, visit=True, until__gt=now).update(until=now)
