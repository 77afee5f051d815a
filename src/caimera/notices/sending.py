"""Sending what waits: digests made, letters claimed one by one, the server's answers kept.

A letter is claimed by locking its row, past those others hold, and kept as sent in the same transaction: a
sender that is killed loses none, and only what the server had taken a moment before is sent once more.
"""

from __future__ import annotations

import logging
import smtplib
from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from caimera.notices import queries
from caimera.notices.errors import AddressRefused, LetterRefused, LineLost, ServerAway, TryLater
from caimera.notices.letters import message
from caimera.notices.models import How, Letter, Notice, Post, RefusedAddress
from caimera.notices.queries import Shown
from caimera.notices.server import hand_over, line

logger = logging.getLogger(__name__)

A_TURN = 200
"""Letters sent before somebody else's turn."""
DIGEST_AT = time(6)
"""When digests are made, in UTC."""
ATTEMPTS = 26
"""How often a letter is tried that the server would rather have later: for three days and a half."""
_FIRST, _LONGEST = timedelta(minutes=1), timedelta(hours=4)
_SERVER_FIRST, _SERVER_LONGEST = timedelta(seconds=15), timedelta(minutes=15)


def pause(before: int, first: timedelta = _FIRST, longest: timedelta = _LONGEST) -> timedelta:
    """How long to wait after so many attempts in vain: twice as long each time, up to the longest."""
    return min(first * 2 ** min(before, 16), longest)


def send_waiting() -> int:
    """Make the digests that are due, and send what waits; returns how many letters went out."""
    now = timezone.now()
    if not queries.mail_is_set():
        return 0
    make_digests(now=now)
    if _resting(now) or not _due(now).exists():
        return 0
    sent = 0
    try:
        with line() as smtp:
            while sent < A_TURN and _send_next(smtp):
                sent += 1
    except ServerAway as problem:
        _note_server(str(problem))
        return sent
    _note_server("")
    return sent


def make_digests(*, now: datetime) -> int:
    """A letter for everyone with unread notices whose day or week is over; returns how many letters."""
    gathering = Notice.objects.exclude(digest="")
    if not gathering.exists():
        return 0
    with transaction.atomic():
        gathering.filter(read_at__isnull=False).update(digest="")
        over = Q(digest=How.DAILY, written_at__lt=_last(now, days=1))
        over |= Q(digest=How.WEEKLY, written_at__lt=_last(now, days=7))
        rows = Notice.objects.filter(over).select_for_update(skip_locked=True, of=("self",))
        waiting = list(rows.select_related("person").order_by("written_at", "id"))
        people = {one.person_id: one.person for one in waiting}
        written_to = [one for one in people.values() if queries.address_of(one)]
        letters = {one.pk: Letter(person=one, due_at=now) for one in written_to}
        Letter.objects.bulk_create(letters.values())
        for key in people:
            mine = [one.pk for one in waiting if one.person_id == key]
            Notice.objects.filter(pk__in=mine).update(digest="", letter=letters.get(key))
    return len(letters)


def _last(now: datetime, *, days: int) -> datetime:
    """When a digest was last due: today's hour, or Monday's."""
    at = datetime.combine(now.date(), DIGEST_AT, tzinfo=now.tzinfo)
    at -= timedelta(days=now.weekday() if days > 1 else 0)
    return at if at <= now else at - timedelta(days=days)


def _resting(now: datetime) -> bool:
    """Whether a server that was away is left alone, never longer than the longest pause."""
    post = Post.objects.filter(pk=1).first()
    return bool(post and post.due_at and now < post.due_at <= now + _SERVER_LONGEST)


def _due(now: datetime) -> QuerySet[Letter]:
    """Letters whose time has come; one that is further off than any pause was dated by a wrong clock."""
    return queries.waiting_letters().filter(Q(due_at__lte=now) | Q(due_at__gt=now + _LONGEST))


def _send_next(smtp: smtplib.SMTP) -> bool:
    """Send the next letter; False where none is due. Raises ServerAway, which is not the letter's fault."""
    with transaction.atomic():
        claimed = _due(timezone.now()).select_for_update(skip_locked=True, of=("self",))
        letter = claimed.select_related("person").order_by("due_at", "id").first()
        if letter is None:
            return False
        try:
            _send(smtp, letter)
        except LineLost as lost:
            problem: ServerAway = lost
            _put_off(letter, str(lost))
        else:
            return True
    raise problem


def _send(smtp: smtplib.SMTP, letter: Letter) -> None:
    """Send a letter and keep what became of it. Raises ServerAway."""
    to = queries.address_of(letter.person)
    notices = [Shown.of(one) for one in letter.notices.order_by("written_at", "id")]
    if not notices:
        letter.delete()
        return
    if not to:
        _set_aside(letter, "There is no address to send it to.")
        return
    if known := queries.refusal_of(letter.person):
        _set_aside(letter, known.answer)
        return
    try:
        hand_over(smtp, message(letter, notices, to=to), to=to)
    except AddressRefused as refused:
        defaults = {"answer": str(refused), "since": timezone.now()}
        RefusedAddress.objects.update_or_create(person=letter.person, address=to, defaults=defaults)
        _set_aside(letter, str(refused))
    except LetterRefused as refused:
        _set_aside(letter, str(refused))
    except TryLater as later:
        _put_off(letter, str(later))
    else:
        letter.sent_at, letter.answer = timezone.now(), ""
        letter.save(update_fields=("sent_at", "answer"))


def _put_off(letter: Letter, answer: str) -> None:
    """Try a letter again later, or, after days of that, set it aside."""
    letter.attempts += 1
    letter.due_at = timezone.now() + pause(letter.attempts - 1)
    if letter.attempts >= ATTEMPTS:
        _set_aside(letter, answer)
        return
    letter.answer = answer
    letter.save(update_fields=("attempts", "due_at", "answer"))


def _set_aside(letter: Letter, answer: str) -> None:
    logger.warning("a letter was set aside", extra={"letter": str(letter.pk), "answer": answer[:200]})
    letter.set_aside_at, letter.answer = timezone.now(), answer
    letter.save(update_fields=("attempts", "set_aside_at", "answer"))


def _note_server(problem: str) -> None:
    """Keep how the server was found, and when it is tried again if it was away."""
    now = timezone.now()
    with transaction.atomic():
        post, _made = Post.objects.select_for_update().get_or_create(pk=1)
        if problem:
            if not post.problem:
                logger.warning("no mail goes out: %s", problem)
            post.since = post.since if post.problem else now
            post.due_at = now + pause(post.failures, _SERVER_FIRST, _SERVER_LONGEST)
            post.failures += 1
        else:
            post.since, post.due_at, post.failures, post.sent_at = None, None, 0, now
        post.problem = problem
        post.save()
