"""Tokens of a login service that this site needs no more are revoked there (RFC 7009).

What lets them go writes them down, sealed, in its own transaction, so that nobody waits for a login service
to sign out; a worker tells the service. One that is away is asked again with growing pauses for three days;
then the tokens are deleted unsaid, and end by their own time.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from caimera.people.errors import SignInProblem
from caimera.people.login_service import Tokens, login_service
from caimera.people.models import SIGN_IN_COUNTS, AccessToken, Identity, Revocation, SignIn
from caimera.people.sealing import seal, unseal

logger = logging.getLogger(__name__)

CHANNEL = "caimera_revocations"
"""PostgreSQL notifications: one whenever tokens were let go."""
LOOK_EVERY = 60.0
"""Seconds between two looks, besides those the channel calls for."""
A_TURN = 50
"""Revocations sent before somebody else's turn."""
GIVES_UP = timedelta(days=3)
_FIRST, _LONGEST = timedelta(seconds=30), timedelta(hours=2)


def let_go(identity: Identity) -> None:
    """Hold no tokens of an identity any longer; the caller's transaction decides whether that happened."""
    if kept := identity.kept:
        revoke_later(issuer=identity.issuer, tokens=kept)
    Identity.objects.filter(pk=identity.pk).update(sealed="")
    identity.sealed = ""


def revoke_later(*, issuer: str, tokens: dict[str, Any]) -> None:
    """Write tokens down to be revoked, and wake who does it once this transaction commits."""
    Revocation.objects.create(issuer=issuer, sealed=seal("revocation", tokens))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])


@transaction.atomic
def let_go_unneeded(*, identity: Identity | None = None) -> int:
    """Let go what is held for identities, or for one, without a session or a token of this site that needs
    it: a session may have ended by itself. Returns of how many identities.
    """
    now = timezone.now()
    sessions = SignIn.objects.filter(identity=OuterRef("pk"), at__gt=now - SIGN_IN_COUNTS)
    programs = AccessToken.objects.filter(person=OuterRef("person"), revoked_at=None, until__gt=now)
    among = Identity.objects.exclude(sealed="").filter(~Exists(sessions), ~Exists(programs))
    if identity is not None:
        among = among.filter(pk=identity.pk)
    unneeded = list(among.select_for_update(skip_locked=True, of=("self",))[:A_TURN])
    for one in unneeded:
        let_go(one)
    return len(unneeded)


def revoke_waiting() -> None:
    """Tell the login services of the tokens that wait to be revoked."""
    for _each in range(A_TURN):
        if not _revoke_next():
            return


@transaction.atomic
def _revoke_next() -> bool:
    """Revoke what waits longest, past what others have in hand; False where nothing is due."""
    now = timezone.now()
    due = Revocation.objects.filter(due_at__lte=now).order_by("due_at", "id")
    if (waiting := due.select_for_update(skip_locked=True).first()) is None:
        return False
    tokens = unseal("revocation", waiting.sealed)
    try:
        if tokens is not None:
            login_service(waiting.issuer).revoke(Tokens(**tokens))
        waiting.delete()
    except SignInProblem as problem:
        logger.warning("tokens were not revoked yet: %s: %s", type(problem).__name__, problem)
        _put_off(waiting, now)
    return True


def _put_off(waiting: Revocation, now: datetime) -> None:
    """Try later, and then whatever else its login service is to be told; give up what waited too long."""
    pause = min(_FIRST * 2 ** min(waiting.attempts, 10), _LONGEST)
    same = Revocation.objects.filter(issuer=waiting.issuer, due_at__lte=now + pause)
    free = list(same.select_for_update(skip_locked=True).values_list("pk", flat=True))
    Revocation.objects.filter(pk__in=free).update(due_at=now + pause, attempts=waiting.attempts + 1)
    Revocation.objects.filter(pk__in=free, let_go_at__lt=now - GIVES_UP).delete()


def keep_tokens() -> None:
    """What a site's worker or agent does about tokens of login services, each time it looks."""
    let_go_unneeded()
    revoke_waiting()
