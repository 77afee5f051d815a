"""What this room knows of a person: what they were told, what they chose, from how many places they came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from caimera.notices.models import Letter, Notice, Place, Preference, RefusedAddress
from caimera.notices.queries import Shown, notices_of
from caimera.people.chapters import Chapter
from caimera.people.models import Person


def _told(person: Person) -> Sequence[Mapping[str, Any]]:
    return [
        *(_notice(Shown.of(one)) for one in notices_of(person).select_related("letter")),
        *({"kind": one.kind, "chosen": one.how} for one in Preference.objects.filter(person=person)),
        *({"refused": one.address, "since": one.since.isoformat()} for one in person.refused_addresses.all()),
        *({"place": one.digest, "seen_at": one.seen_at.isoformat()} for one in person.places.all()),
    ]


def _notice(one: Shown) -> Mapping[str, Any]:
    sent = one.notice.letter.sent_at if one.notice.letter else None
    read = one.notice.read_at
    return {
        "kind": one.notice.kind,
        "said": one.sentence,
        "at": one.notice.written_at.isoformat(),
        "read_at": read and read.isoformat(),
        "mailed_at": sent and sent.isoformat(),
    }


def _forget(person: Person) -> None:
    for kind in (Notice, Letter, Preference, Place, RefusedAddress):
        kind._default_manager.filter(person=person).delete()


NOTICES = Chapter(
    name="notices",
    label=_("Notices you were given, and how you want them"),
    count=lambda person: notices_of(person).count(),
    told=_told,
    forget=_forget,
    address="notices:mine",
)
