"""What every worker does for the catalogue: start runs, ask, read what came, finish."""

from __future__ import annotations

from typing import cast

from django.db import transaction
from django.utils import timezone

from caimera.hub.catalogue import actions, foreign, queries
from caimera.hub.catalogue.models import Harvest
from caimera.hub.catalogue.states import State
from caimera.hub.federation.asking import Courier
from caimera.hub.federation.models import Node
from caimera.protocol.messages import CatalogueWanted, Message, RecordsWanted


def harvest(courier: Courier) -> None:
    """Lead every run as far as it goes now. Raises BrokerAway; the rest waits for the next call."""
    actions.note_sources(now=timezone.now())
    actions.begin_harvests(now=timezone.now())
    actions.end_stalled(now=timezone.now())
    ask(courier)
    while actions.read_some():
        # What came while records were read is answered before more are read, so that sources never wait.
        ask(courier)
    actions.finish_complete()


def harvest_the_web(courier: Courier) -> None:
    """Read every source on the web that is due, and what they gave; no node is asked."""
    if foreign.harvest_due(now=timezone.now(), stopped=courier.stopped.is_set):
        while actions.read_some():
            pass
        actions.finish_complete()


def ask(courier: Courier) -> None:
    """Ask the sources of running harvests for what comes next."""
    now = timezone.now()
    for pk in queries.unanswered(now).values_list("pk", flat=True):
        with transaction.atomic():
            free = queries.unanswered(now).select_for_update(skip_locked=True, of=("self",))
            found = free.select_related("source__node").filter(pk=pk).first()
            if found is not None:
                message = _question(found)
                ids = message.dataset_ids if isinstance(message, RecordsWanted) else ()
                actions.mark_asked(harvest=found, dataset_ids=ids, now=now)
                courier.tell([(cast(Node, found.source.node).card, message)])


def _question(harvest: Harvest) -> Message:
    if harvest.state == State.LISTING:
        return CatalogueWanted(run=harvest.pk, after=harvest.listed_to)
    return RecordsWanted(run=harvest.pk, dataset_ids=tuple(queries.next_wanted(harvest)))
