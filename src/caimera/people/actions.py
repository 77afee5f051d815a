"""What changes about persons."""

from typing import Any, cast
from uuid import uuid4

from django.conf import settings
from django.contrib.auth import login, logout
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from caimera.audit.actions import forget_person as forget_in_trail
from caimera.audit.actions import record
from caimera.people import arriving
from caimera.people.accepting import end_visit
from caimera.people.chapters import chapters
from caimera.people.claims import Claims
from caimera.people.entitlements import groups
from caimera.people.errors import ActRefused
from caimera.people.models import SIGN_IN_COUNTS, Person, membership_group
from caimera.people.queries import all_known


@transaction.atomic
def sign_in(*, request: HttpRequest, claims: Claims) -> Person:
    """Remember the person and open a session for them under a new key, which ends by itself."""
    person = check(claims=claims)
    login(request, cast(Any, person))
    request.session.cycle_key()
    request.session.set_expiry(timezone.now() + SIGN_IN_COUNTS)
    record(act="person.signed-in", actor=person.actor, detail={"member": person.is_member})
    arriving.welcome(request, person)
    return person


@transaction.atomic
def sign_out(*, request: HttpRequest) -> None:
    """End the session, whoever's it was."""
    if isinstance(request.user, Person):
        end_visit(person=request.user)
        record(act="person.signed-out", actor=request.user.actor)
    logout(request)


def end_session(*, request: HttpRequest) -> None:
    """End the session without a word of whose it was."""
    logout(request)


@transaction.atomic
def check(*, claims: Claims) -> Person:
    """Keep what the login service says about a person now; membership gained or lost is recorded."""
    group = membership_group()
    is_member = group in groups(claims.entitlements, trusted=(group.authority,))
    known = Person.objects.select_for_update().filter(issuer=claims.issuer, sub=claims.sub).first()
    person, _made = Person.objects.update_or_create(
        issuer=claims.issuer,
        sub=claims.sub,
        defaults={
            "name": claims.name,
            "email": claims.email,
            "entitlements": list(claims.entitlements),
            "in_membership_group": is_member,
            "checked_at": timezone.now(),
        },
    )
    if is_member != (known is not None and known.in_membership_group):
        act = "membership.gained" if is_member else "membership.lost"
        record(act=act, actor=person.actor, object=f"person:{person.pk}")
    return person


@transaction.atomic
def expect_person(*, sub: str) -> Person:
    """Know somebody of this site's login service, who may not have signed in yet, to give them a role."""
    person, made = Person.objects.get_or_create(
        issuer=settings.SITE.oidc_issuer,
        sub=sub,
        defaults={"checked_at": timezone.now() - SIGN_IN_COUNTS},
    )
    if made:
        record(act="person.expected", actor="system", object=f"person:{person.pk}")
    return person


@transaction.atomic
def correct_profile(*, person: Person, shown_name: str, notice_email: str) -> Person:
    """Keep what is a person's own to say: what they are called, where notices go. Raises ActRefused."""
    shown_name, notice_email = (text.replace("\0", "").strip() for text in (shown_name, notice_email))
    if len(shown_name) > 200 or not shown_name.isprintable():
        raise ActRefused(_("A name has at most 200 characters, all of them printable."))
    try:
        if notice_email:
            validate_email(notice_email)
    except ValidationError:
        raise ActRefused(_("This is no e-mail address: %s") % notice_email[:100]) from None
    person.shown_name, person.notice_email = shown_name, notice_email
    person.save(update_fields=("shown_name", "notice_email"))
    record(act="profile.corrected", actor=person.actor)
    return person


def forget_person(*, person: Person, actor: str) -> Person:
    """Take back what this site knows of a person: name, address, entitlements, and their names in the trail.

    Their sessions end with the next look, and what belongs to them stays under a person nobody can tell. Who
    signs in again is somebody new. Raises NotInPlaceYet; then nothing was forgotten.
    """
    names = person.names
    person.sub, person.name, person.email = f"forgotten:{uuid4()}", "", ""
    person.shown_name, person.notice_email = "", ""
    person.sessions_ended += 1
    person.entitlements, person.in_membership_group, person.member_until = [], False, None
    person.checked_at = timezone.now() - SIGN_IN_COUNTS
    with transaction.atomic():
        for chapter in chapters():
            chapter.forget(person)
        forget_in_trail(names=names, actor=actor)
        person.save()
    return person


@transaction.atomic
def tell_all(*, person: Person) -> dict[str, Any]:
    """Everything this site knows of a person, for themselves; that they read it stands in the trail, too."""
    known = all_known(person)
    note_reading(person=person, records=len(known["trail"]))
    return known


@transaction.atomic
def note_reading(*, person: Person, records: int) -> None:
    """Record that a person looked at what the trail says of them."""
    record(act="trail.read", actor=person.actor, detail={"about": "self", "records": records})


@transaction.atomic
def note_refusal(*, person: Person, route: str, needs: str) -> None:
    """Record that a known person was refused a route, and what it needs."""
    record(act="access.refused", actor=person.actor, object=f"route:{route}", detail={"needs": needs})
