"""What changes about persons."""

from typing import Any, cast
from uuid import uuid4

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from caimera.audit.actions import JSON, record
from caimera.audit.actions import forget_person as forget_in_trail
from caimera.people import arriving
from caimera.people.accepting import end_visit
from caimera.people.chapters import chapters
from caimera.people.errors import ActRefused
from caimera.people.identities import check
from caimera.people.login_service import Arrival
from caimera.people.models import FORGOTTEN, SIGN_IN_COUNTS, Identity, Person, SignIn
from caimera.people.proving import keep_proof
from caimera.people.queries import all_known
from caimera.people.revoking import let_go_unneeded


@transaction.atomic
def sign_in(*, request: HttpRequest, arrival: Arrival) -> Person:
    """Remember the person and open a session for them under a new key, which ends by itself."""
    identity = check(claims=arrival.claims, tokens=arrival.tokens.as_json())
    person = identity.person
    _forget_over(request)
    login(request, cast(Any, person))
    request.session.cycle_key()
    request.session.set_expiry(timezone.now() + SIGN_IN_COUNTS)
    keep_proof(request, arrival.proof)
    SignIn.objects.create(identity=identity, session_key=str(request.session.session_key), sid=arrival.sid)
    detail: dict[str, JSON] = {
        "member": person.is_member,
        "acr": arrival.proof.acr,
        "identity": str(identity.pk),
    }
    record(act="person.signed-in", actor=person.actor, detail=detail)
    arriving.welcome(request, person)
    return person


def _forget_over(request: HttpRequest) -> None:
    """Sessions that ended by themselves, and the one this browser had, are nobody's any more."""
    over = timezone.now() - SIGN_IN_COUNTS
    mine = request.session.session_key or ""
    SignIn.objects.filter(Q(at__lt=over) | Q(session_key=mine)).delete()
    Session.objects.filter(expire_date__lt=timezone.now()).delete()


@transaction.atomic
def sign_out(*, request: HttpRequest) -> None:
    """End the session, whoever's it was; what its login service gave for it is let go and revoked."""
    opened = Identity.objects.filter(sign_ins__session_key=request.session.session_key or "").first()
    if isinstance(request.user, Person):
        end_visit(person=request.user)
        record(act="person.signed-out", actor=request.user.actor)
    end_session(request=request)
    if opened is not None:
        let_go_unneeded(identity=opened)


def end_session(*, request: HttpRequest) -> None:
    """End the session without a word of whose it was."""
    SignIn.objects.filter(session_key=request.session.session_key or "").delete()
    logout(request)


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
    person.sub, person.name, person.email = f"{FORGOTTEN}{uuid4()}", "", ""
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
    record(act="trail.read", actor=person.actor, detail={"about": "self", "records": len(known["trail"])})
    return known


@transaction.atomic
def note_failed_sign_in(*, reason: str) -> None:
    """Record that somebody, nobody knows who, could not sign in, and by which check it failed."""
    record(act="person.sign-in-refused", actor="visitor", detail={"reason": reason})


@transaction.atomic
def note_refused_tokens(*, count: int) -> None:
    """Record that so many bearer tokens opened nothing here since this process last said so."""
    record(act="token.refused", actor="visitor", detail={"tokens": count})


@transaction.atomic
def note_refusal(*, person: Person, route: str, needs: str) -> None:
    """Record that a known person was refused a route, and what it needs."""
    record(act="access.refused", actor=person.actor, object=f"route:{route}", detail={"needs": needs})
