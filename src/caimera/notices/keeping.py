"""What a site's worker or agent does about notices: it reminds, sends, and drops what is old."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from caimera.notices.models import Letter, Notice, Place
from caimera.notices.reminding import remind

REMIND_EVERY = 1800.0
SEND_EVERY = 15.0
"""Seconds between two looks; letters that are written ring besides."""

KEPT = timedelta(days=400)
"""How long a notice is kept: past any end somebody is reminded of, so that none is told again."""
LETTERS_KEPT = timedelta(days=90)
PLACES_KEPT = timedelta(days=400)


def keep() -> None:
    """Write the reminders that are due, and drop what is old."""
    now = timezone.now()
    remind(now=now)
    drop_old(now=now)


def drop_old(*, now: datetime) -> None:
    """Drop notices, letters that went out or were set aside, and places nobody signed in from for long."""
    Notice.objects.filter(written_at__lt=now - KEPT).delete()
    Place.objects.filter(seen_at__lt=now - PLACES_KEPT).delete()
    old = now - LETTERS_KEPT
    Letter.objects.filter(Q(sent_at__lt=old) | Q(set_aside_at__lt=old)).delete()
