"""Reading notices, what people chose, and how the mail is doing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Exists, Min, OuterRef, QuerySet
from django.utils.functional import cached_property

from caimera.notices.kinds import Kind, registered, words_of
from caimera.notices.models import How, Letter, Notice, Post, Preference, RefusedAddress
from caimera.people.models import SERVICE, Person


def notices_of(person: Person) -> QuerySet[Notice]:
    """A person's own notices, newest first: which there are, and which they may open."""
    return Notice.objects.filter(person=person)


def unread(person: Person) -> int:
    """How many notices a person has not read."""
    return notices_of(person).filter(read_at=None).count()


def mail_is_set() -> bool:
    """Whether this site sends mail at all."""
    return bool(settings.SITE.mail_host)


def address_of(person: Person) -> str:
    """Where a person's mail goes, as SMTP writes it; empty where there is no address that can be one."""
    address = person.notice_email or person.email
    try:
        validate_email(address)
        name, _at, domain = address.rpartition("@")
        return Address(addr_spec=f"{name}@{domain.encode('idna').decode()}").addr_spec
    except (ValidationError, MessageError, ValueError, IndexError):
        return ""


def can_be_told(person: Person) -> bool:
    """Whether there is somebody to read it: no program's account, nobody who was forgotten."""
    return person.issuer != SERVICE and not person.is_forgotten


def kinds_for(person: Person) -> tuple[Kind, ...]:
    """The kinds that concern a person as they are now."""
    return tuple(kind for kind in registered() if not kind.permission or person.may(kind.permission))


def choices_of(person: Person) -> Mapping[str, How]:
    """What a person chose, by kind."""
    return {one.kind: How(one.how) for one in Preference.objects.filter(person=person)}


def chosen(kind: Kind, people: Collection[Person]) -> Mapping[UUID, How]:
    """How each person hears of a kind."""
    if kind.always:
        return {person.pk: How.AT_ONCE for person in people}
    own = dict(Preference.objects.filter(kind=kind.name, person__in=people).values_list("person_id", "how"))
    return {person.pk: How(own.get(person.pk, kind.usual)) for person in people}


def waiting_letters() -> QuerySet[Letter]:
    """Letters that are neither sent nor set aside."""
    return Letter.objects.filter(sent_at=None, set_aside_at=None)


def set_aside() -> QuerySet[Letter]:
    """Letters that will not be tried again unless an operator says so, the newest first."""
    return Letter.objects.filter(set_aside_at__isnull=False).order_by("-set_aside_at", "id")


def refusal_of(person: Person) -> RefusedAddress | None:
    """What the server said, if it takes nothing for the address a person has now."""
    return RefusedAddress.objects.filter(person=person, address=address_of(person)).first()


@dataclass(frozen=True)
class MailState:
    """How the mail is doing, as operators see it."""

    post: Post
    waiting: int
    oldest: datetime | None

    @cached_property
    def refused(self) -> Sequence[RefusedAddress]:
        """Addresses the server takes nothing for."""
        return list(RefusedAddress.objects.select_related("person")[:200])

    @cached_property
    def others(self) -> Sequence[Letter]:
        """Letters set aside for another reason than their address."""
        theirs = RefusedAddress.objects.filter(person=OuterRef("person"))
        return list(set_aside().exclude(Exists(theirs)).select_related("person")[:200])


def mail_state() -> MailState:
    """How the mail is doing now."""
    found = waiting_letters().aggregate(oldest=Min("written_at"))
    post = Post.objects.filter(pk=1).first() or Post()
    return MailState(post, waiting_letters().count(), found["oldest"])


@dataclass(frozen=True, slots=True)
class Shown:
    """A notice in words."""

    notice: Notice
    subject: str
    sentence: str

    @classmethod
    def of(cls, notice: Notice) -> Shown:
        """In the words of its kind."""
        return cls(notice, *words_of(notice.kind, notice.event, notice.facts))
