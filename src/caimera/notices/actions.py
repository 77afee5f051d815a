"""Telling people, and what they do with what they are told."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from caimera.audit.actions import record
from caimera.notices import queries
from caimera.notices.errors import ChoiceRefused, OutsideTransaction
from caimera.notices.kinds import kind_called
from caimera.notices.models import How, Letter, Notice, Post, Preference, RefusedAddress
from caimera.people.models import Person
from caimera.people.queries import holders_of

CHANNEL = "caimera_notices"
"""PostgreSQL notifications: one whenever letters were written."""


def tell(
    *,
    kind: str,
    event: str,
    people: Collection[Person],
    page: str = "",
    facts: Mapping[str, str] | None = None,
    once: str = "",
) -> int:
    """Tell people something, once the transaction of what is told commits; returns how many were told.

    `page` is where it leads, `facts` what its sentence needs. Whoever was told the same `once` is not told.

    Raises OutsideTransaction, UnknownKind; nothing is written then.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction(kind)
    known = kind_called(kind)
    known.says(event)
    told = [person for person in people if queries.can_be_told(person)]
    if not told:
        return 0
    hows = queries.chosen(known, told) if queries.mail_is_set() else {}
    notices = [
        Notice(
            person=person,
            kind=known.name,
            event=event,
            facts=dict(facts or {}),
            page=page,
            once=once or None,
            digest=how if (how := hows.get(person.pk)) in (How.DAILY, How.WEEKLY) else "",
        )
        for person in told
    ]
    written = _write(notices, once)
    _send_at_once([one for one in written if hows.get(one.person_id) is How.AT_ONCE])
    return len(written)


def tell_holders(
    *,
    permission: str,
    but: Collection[str] = (),
    kind: str,
    event: str,
    page: str = "",
    facts: Mapping[str, str] | None = None,
    once: str = "",
) -> int:
    """Tell everyone with a permission, except those whom the trail calls by a name in `but`."""
    people = [one for one in holders_of(permission) if not set(one.names) & set(but)]
    return tell(kind=kind, event=event, people=people, page=page, facts=facts, once=once)


def _write(notices: Collection[Notice], once: str) -> Collection[Notice]:
    """Those of the notices that were not told before."""
    Notice.objects.bulk_create(notices, ignore_conflicts=bool(once), batch_size=1000)
    if not once:
        return notices
    kept = set(Notice.objects.filter(pk__in=[one.pk for one in notices]).values_list("pk", flat=True))
    return [one for one in notices if one.pk in kept]


def _send_at_once(notices: Collection[Notice]) -> None:
    """A letter for each notice of somebody with an address, with the notice's own identifier."""
    now = [one for one in notices if queries.address_of(one.person)]
    if not now:
        return
    Letter.objects.bulk_create([Letter(pk=one.pk, person_id=one.person_id) for one in now], batch_size=1000)
    Notice.objects.filter(pk__in=[one.pk for one in now]).update(letter_id=F("id"))
    ring()


def ring() -> None:
    """Wake who sends letters, once this transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])


@transaction.atomic
def open_notice(*, notice_id: UUID, person: Person) -> Notice | None:
    """Read one of a person's notices; None where it is not theirs, or no more."""
    notice = queries.notices_of(person).filter(pk=notice_id).first()
    if notice is not None and notice.read_at is None:
        notice.read_at = timezone.now()
        notice.save(update_fields=("read_at",))
    return notice


@transaction.atomic
def read_all(*, person: Person) -> int:
    """Mark all of a person's notices as read; returns how many were not."""
    return queries.notices_of(person).filter(read_at=None).update(read_at=timezone.now())


@transaction.atomic
def choose(*, person: Person, hows: Mapping[str, str]) -> None:
    """Keep how a person wants to hear of the kinds that concern them.

    Raises ChoiceRefused for what cannot be chosen; nothing is kept then.
    """
    open_ones = {kind.name: kind for kind in queries.kinds_for(person)}
    for name, how in hows.items():
        if name not in open_ones or how not in How.values:
            raise ChoiceRefused(_("Choose one of the ways the page offers."))
        if open_ones[name].always:
            raise ChoiceRefused(_("This kind of notice always comes by mail: %s") % open_ones[name].always)
    for name, how in hows.items():
        if how == open_ones[name].usual:
            Preference.objects.filter(person=person, kind=name).delete()
        else:
            Preference.objects.update_or_create(person=person, kind=name, defaults={"how": how})
    record(act="notices.chosen", actor=person.actor, detail=dict(sorted(hows.items())))


@transaction.atomic
def try_again(*, refused_id: int | None, by: Person) -> int:
    """Send again what was set aside, for one refused address or else for all; returns how many letters."""
    refused, letters = RefusedAddress.objects.all(), queries.set_aside()
    if refused_id is not None:
        refused = refused.filter(pk=refused_id)
        letters = letters.filter(person__in=refused.values("person"))
    again = list(letters.values_list("pk", flat=True))
    refused.delete()
    Letter.objects.filter(pk__in=again).update(
        set_aside_at=None, attempts=0, due_at=timezone.now(), answer=""
    )
    Post.objects.filter(pk=1).update(due_at=None)
    record(act="mail.tried-again", actor=by.actor, detail={"letters": len(again), "all": refused_id is None})
    ring()
    return len(again)


@transaction.atomic
def try_server_again(*, by: Person) -> None:
    """Write the operator a notice by mail, and try the server at once, whatever pause it was given."""
    Post.objects.filter(pk=1).update(due_at=None)
    record(act="mail.tested", actor=by.actor)
    tell(kind="mail-test", event="sent", people=[by], page=reverse("notices:mail"))
    ring()
