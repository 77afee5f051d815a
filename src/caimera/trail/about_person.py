"""What the trail says of a person, for themselves: every record that names them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from caimera.people.chapters import Chapter
from caimera.people.models import Person
from caimera.people.queries import trail_of


def _told(person: Person) -> Sequence[Mapping[str, Any]]:
    return [
        {
            "at": record.at.isoformat(),
            "act": record.act,
            "actor": record.actor,
            "object": record.object,
            "detail": record.detail,
        }
        for record in trail_of(person)
    ]


def _left_to_the_trail(person: Person) -> None:
    """Records go by `audit.forget_person`, after everything else: those of the forgetting go, too."""


RECORDS = Chapter(
    name="trail",
    label=_("Records of the trail that name you"),
    count=lambda person: trail_of(person).count(),
    told=_told,
    forget=_left_to_the_trail,
    address="trail:mine",
)
