"""Asking the login services again, while people are signed in or their tokens are used.

What a login service takes back acts here within a minute. While it does not answer, people who are signed in
go on for the setting `login_away_minutes`, and no longer.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.utils import timezone

from caimera.people.errors import IdentityRefused, SignInProblem, TokenRefused
from caimera.people.identities import RECHECK_AFTER, away_since, check, withdraw
from caimera.people.login_service import Tokens, login_service
from caimera.people.models import Identity, Person
from caimera.people.revoking import revoke_later

logger = logging.getLogger(__name__)


def still_known(person: Person) -> Person | None:
    """The person as their login services describe them now, or said within the minute; None where one of
    them no longer vouches for them, so that they have to sign in again.
    """
    now = timezone.now()
    if person.recheck_at is None or person.recheck_at > now:
        return person
    due = Person.objects.filter(pk=person.pk, recheck_at__lte=now)
    if not due.update(recheck_at=now + RECHECK_AFTER):  # somebody else is asking at this moment
        return person
    limited_to, confirmed = person.limited_to, [_confirmed(one, now) for one in person.identities.all()]
    if not all(confirmed):
        return None
    person = Person.objects.get(pk=person.pk)
    person.limited_to = limited_to
    return person


def _confirmed(identity: Identity, now: datetime) -> bool:
    """Whether nothing is taken back from somebody who may be signed in with this identity."""
    kept = identity.kept
    if kept is None:
        if identity.entitlements and identity.checked_at <= now - RECHECK_AFTER:
            withdraw(identity=identity, for_good=True)
        return True
    try:
        claims, tokens = login_service(identity.issuer).ask_again(Tokens(**kept), sub=identity.sub)
    except (TokenRefused, IdentityRefused) as refused:
        logger.info("identity no longer confirmed: %s", refused)
        withdraw(identity=identity, for_good=True)
        return False
    except SignInProblem as problem:
        return _bridged(identity, now, problem)
    if Identity.objects.filter(pk=identity.pk, sealed=identity.sealed).exists():
        check(claims=claims, tokens=tokens.as_json())
    elif not Identity.objects.filter(pk=identity.pk).exclude(sealed="").exists():
        revoke_later(issuer=identity.issuer, tokens=tokens.as_json())  # signed out while it was asked
    return True


def _bridged(identity: Identity, now: datetime, problem: SignInProblem) -> bool:
    """Whether the last answer still counts although the login service gives no new one."""
    logger.warning("login service not asked again: %s: %s", type(problem).__name__, problem)
    if identity.checked_at > away_since(now):
        return True
    withdraw(identity=identity, for_good=False)
    return False
