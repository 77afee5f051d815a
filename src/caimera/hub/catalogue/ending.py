"""How runs end: applied, held for a person, or given up; written down, in the trail too."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_noop

from caimera.audit.actions import JSON, Act, record, record_all
from caimera.hub.catalogue import applying
from caimera.hub.catalogue.models import Entry, Harvest, Source
from caimera.hub.catalogue.states import ENDED, SHRUNK_FROM, TRANSITIONS, Event, State, Step

KEPT = 100
"""Runs remembered of each source."""

SUPERSEDED = gettext_noop("A newer list took its place before anyone confirmed it.")
REMOVED = gettext_noop("The source was taken out meanwhile.")
_SHRUNK = gettext_noop(
    "The list lacks %(gone)d of %(known)d datasets. Nothing was changed: if they are really withdrawn, "
    "confirm it with `caimera hub catalogue confirm %(source)s`."
)


def finish(harvest: Harvest) -> None:
    """Apply a run for which all is in, or hold it where its list shrank too much."""
    for older in harvest.source.harvests.filter(state=State.HELD.value):
        end(older, Event.SUPERSEDED, SUPERSEDED)
    shrinking = applying.shrinking(harvest)
    if shrinks_too_much(harvest, shrinking):
        numbers: dict[str, JSON] = {
            "gone": shrinking.gone,
            "known": shrinking.known,
            "source": harvest.source_id,
        }
        harvest.state, harvest.gone, harvest.sentence = (
            after(harvest, Event.SHRUNK),
            shrinking.gone,
            _SHRUNK % numbers,
        )
        harvest.save()
        record(act="catalogue.held", actor="system", object=f"source:{harvest.source_id}", detail=numbers)
    else:
        apply(harvest, Event.COMPLETE, actor="system")


def shrinks_too_much(harvest: Harvest, shrinking: applying.Shrinking) -> bool:
    """Whether a person should say that so much is really withdrawn."""
    nothing = not harvest.entries.exists()
    most = shrinking.known > SHRUNK_FROM and 2 * shrinking.gone > shrinking.known
    return bool(shrinking.gone) and (nothing or most)


def apply(harvest: Harvest, event: Event, *, actor: str) -> None:
    """Make the list the catalogue, and close the run."""
    gone = applying.apply(harvest)
    record_all(
        acts=[
            Act("record.withdrawn", actor, f"dataset:{dataset_id}", {"source": harvest.source_id})
            for dataset_id in gone
        ]
    )
    harvest.sentence = ""
    _close(harvest, event, actor)


def end(harvest: Harvest, event: Event, sentence: str) -> None:
    """Give a run up, for the reason that the sentence says."""
    harvest.sentence = sentence
    _close(harvest, event, "system")


def _close(harvest: Harvest, event: Event, actor: str) -> None:
    """Write down how a run ended, in the trail too, and drop what only its course needed."""
    harvest.state, harvest.ended_at = after(harvest, event), timezone.now()
    harvest.save()
    numbers = ("added", "changed", "gone", "unchanged", "refused")
    record(
        act="catalogue.harvested" if harvest.state == State.APPLIED else "catalogue.failed",
        actor=actor,
        object=f"source:{harvest.source_id}",
        detail={
            "run": str(harvest.pk),
            **{name: getattr(harvest, name) for name in numbers},
            "sentence": harvest.sentence,
        },
    )
    harvest.entries.exclude(step=Step.REFUSED.value).delete()
    if harvest.state == State.APPLIED:
        # The refusals of this run are those that still stand.
        Entry.objects.filter(harvest__source=harvest.source, harvest__state__in=ENDED).exclude(
            harvest=harvest
        ).delete()
    _forget_old(harvest.source)


def _forget_old(source: Source) -> None:
    kept = source.harvests.values_list("pk", flat=True)[:KEPT]
    source.harvests.filter(state__in=ENDED).exclude(pk__in=list(kept)).delete()


def after(harvest: Harvest, event: Event) -> str:
    """The state a run comes to."""
    return TRANSITIONS[State(harvest.state), event].value
