"""Foreign points that tell of themselves, as the reference implementation of FAIR Data Points does."""

from __future__ import annotations

import time

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from caimera.audit.actions import record
from caimera.hub.catalogue.errors import TooManyProposals
from caimera.hub.catalogue.models import Proposal, Source
from caimera.hub.catalogue.states import RETRY
from caimera.hub.catalogue.web_address import checked
from caimera.web.limits import Limit

A_MINUTE = 10
"""Messages of one address."""
MOST = 1_000
"""Points remembered that no operator has added yet."""

_limit = Limit()


def propose(*, url: str, sender: str) -> None:
    """Remember a point that told of itself, or harvest again soon one that is a source.

    Raises TooManyProposals, and NotAnAddress where it is not a web address of somebody else.
    """
    if _limit.wait(sender, a_minute=A_MINUTE, now=time.monotonic()):
        raise TooManyProposals
    found = checked(url, private=False, own=settings.SITE.base_url)
    now = timezone.now()
    with transaction.atomic():
        source = Source.objects.filter(url=found).first()
        if source is not None:
            if not source.harvests.filter(started_at__gt=now - RETRY).exists():
                Source.objects.filter(pk=source.pk).update(wanted=True)
            return
        if Proposal.objects.filter(pk=found).update(last_at=now):
            return
        if Proposal.objects.count() >= MOST:
            raise TooManyProposals
        Proposal.objects.get_or_create(pk=found, defaults={"first_at": now, "last_at": now})
        record(act="source.proposed", actor="visitor", object=f"point:{found}", detail={})
