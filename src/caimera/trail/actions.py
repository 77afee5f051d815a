"""Reading the trail is itself an act."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from caimera.audit.actions import JSON, record
from caimera.people.models import Person


@transaction.atomic
def note_reading(*, person: Person, what: str, **detail: JSON) -> None:
    """Record that a person read the trail: which page, what they looked for, how much they saw."""
    record(act="trail.read", actor=person.actor, detail={"page": what, **detail})


@transaction.atomic
def note_export(*, person: Person, what: str, detail: Mapping[str, JSON]) -> None:
    """Record that a person took a part of the trail along."""
    record(act="trail.exported", actor=person.actor, detail={"what": what, **detail})
