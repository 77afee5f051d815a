"""Harvesting: what sources say, step by step, until their list is the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from itertools import pairwise
from typing import cast
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from caimera.audit.actions import JSON, Act, record, record_all
from caimera.dcat import DcatError
from caimera.hub.catalogue import applying, queries
from caimera.hub.catalogue.errors import NothingToConfirm, NotWanted, OutOfOrder, UnknownSource
from caimera.hub.catalogue.models import Entry, Harvest, Source
from caimera.hub.catalogue.reading import LONGEST, Reading, digest_of, reading
from caimera.hub.catalogue.states import ENDED, RUNNING, SHRUNK_FROM, TRANSITIONS, Event, State, Step
from caimera.hub.federation.errors import MessageRefused
from caimera.hub.federation.handlers import Refused
from caimera.hub.federation.models import Node
from caimera.hub.federation.queries import is_present
from caimera.protocol.envelope import Letter
from caimera.protocol.messages import CatalogueListed, DatasetRecord, RecordsGiven

CHANNEL = "caimera_catalogue"
"""PostgreSQL notifications: one whenever a harvest can go on, with its source."""

MOST_DATASETS = 100_000
"""Of one source."""
READ_TOGETHER = 50
"""Records read in one transaction."""
KEPT = 100
"""Runs remembered of each source."""

_STALLED = gettext_noop(
    "The source said nothing for too long. Its last good records stay; it is asked again."
)
_BROKEN = gettext_noop("The list could not be followed to its end. The last good records stay.")
_SUPERSEDED = gettext_noop("A newer list took its place before anyone confirmed it.")
_SHRUNK = gettext_noop(
    "The list lacks %(gone)d of %(known)d datasets. Nothing was changed: if they are really withdrawn, "
    "confirm it with `caimera hub catalogue confirm %(source)s`."
)

_CHANGED = ("step", "problem", "turtle", "digest")
_READ = tuple(each.name for each in fields(Reading))


def hear_changes(*, letters: Sequence[Letter]) -> Sequence[Refused]:
    """Nodes say that what they publish changed: harvest them as soon as it suits."""
    for node_id in {letter.issuer for letter in letters}:
        _source_of(node_id)
        Source.objects.filter(pk=node_id).update(wanted=True)
        _ring(node_id)
    return ()


def hear_lists(*, letters: Sequence[Letter]) -> Sequence[Refused]:
    """Take parts of lists that running harvests wait for; one that was taken before changes nothing."""
    return _taken(letters, _take_list)


def hear_records(*, letters: Sequence[Letter]) -> Sequence[Refused]:
    """Keep records that running harvests wait for, to be read by the worker."""
    return _taken(letters, _take_records)


def _taken(letters: Sequence[Letter], take: Callable[[Letter, Harvest], None]) -> list[Refused]:
    refused = []
    for letter in letters:
        try:
            take(letter, _running(letter))
        except MessageRefused as reason:
            refused.append(Refused(letter, reason))
    return refused


def _running(letter: Letter) -> Harvest:
    """The harvest a letter belongs to, locked. Raises NotWanted."""
    run = cast(CatalogueListed | RecordsGiven, letter.message).run
    running = Harvest.objects.select_for_update().filter(source__node_id=letter.issuer, state__in=RUNNING)
    if (harvest := running.filter(pk=run).first()) is None:
        raise NotWanted(letter.issuer, run)
    return harvest


def _take_list(letter: Letter, harvest: Harvest) -> None:
    said = cast(CatalogueListed, letter.message)
    if harvest.state != State.LISTING or said.after != harvest.listed_to:
        return
    ids = [entry.dataset_id for entry in said.entries]
    before = [harvest.listed_to, *ids] if harvest.listed_to else ids
    ordered = all(first < second for first, second in pairwise(before))
    endless = said.more and not ids
    if not ordered or endless or harvest.entries.count() + len(ids) > MOST_DATASETS:
        _end(harvest, Event.BROKEN, _BROKEN)
        raise OutOfOrder(letter.issuer)
    Entry.objects.bulk_create(
        Entry(harvest=harvest, dataset_id=entry.dataset_id, digest=entry.digest, step=Step.LISTED.value)
        for entry in said.entries
    )
    harvest.listed_to = ids[-1] if ids else harvest.listed_to
    if not said.more:
        applying.compare(harvest)
        harvest.state = _after(harvest, Event.LISTED)
    _go_on(harvest)


def _take_records(letter: Letter, harvest: Harvest) -> None:
    said = cast(RecordsGiven, letter.message)
    asked = harvest.entries.filter(step=Step.WANTED.value, dataset_id__in=harvest.asked_for)
    wanted = {entry.dataset_id: entry for entry in asked}
    given = [_given(wanted[each.dataset_id], each) for each in said.records if each.dataset_id in wanted]
    gone = [wanted[dataset_id].pk for dataset_id in said.gone if dataset_id in wanted]
    left = [wanted[dataset_id] for dataset_id in said.left if dataset_id in wanted]
    if left and not (given or gone):
        # Asked again it would be left out again, for ever.
        given = [_refused(left[0], "The record is too large for one message. Publish a shorter one.")]
    if not (given or gone):
        return
    Entry.objects.bulk_update(given, _CHANGED)
    Entry.objects.filter(pk__in=gone).delete()
    _go_on(harvest)


def _given(entry: Entry, record: DatasetRecord) -> Entry:
    """A record as it came, unless it cannot even be kept."""
    if "\x00" in record.turtle or len(record.turtle) > LONGEST:
        return _refused(entry, "The record holds NUL characters. Publish it as plain Turtle.")
    if digest_of(record.turtle) != record.digest:
        return _refused(entry, "The record does not have the digest that came with it. Publish it again.")
    entry.step, entry.turtle, entry.digest = Step.GIVEN.value, record.turtle, record.digest
    return entry


def _refused(entry: Entry, problem: str) -> Entry:
    entry.step, entry.problem, entry.turtle = Step.REFUSED.value, problem, ""
    return entry


def _go_on(harvest: Harvest) -> None:
    """The source led on: what comes next is asked for at once."""
    harvest.heard_at, harvest.asked_at, harvest.asked_for = timezone.now(), None, []
    harvest.save()
    _ring(harvest.source_id)


def _source_of(node_id: str) -> Source:
    source, _ = Source.objects.get_or_create(pk=node_id, defaults={"node_id": node_id})
    return source


def _ring(source_id: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, source_id])


def note_sources(*, now: datetime) -> None:
    """See which nodes are there; one that came is harvested, one that is new becomes a source."""
    known = {source.pk: source for source in Source.objects.all()}
    for node in Node.objects.all():
        present = node.revoked_at is None and is_present(node, now)
        if node.pk not in known and node.revoked_at is None:
            known[node.pk] = _source_of(node.pk)
        if node.pk in known and known[node.pk].present != present:
            changes = {"present": True, "wanted": True} if present else {"present": False}
            Source.objects.filter(pk=node.pk).update(**changes)


def begin_harvests(*, now: datetime) -> int:
    """Start a run for every source that is due; returns how many."""
    begun = 0
    for source in queries.due_sources(now):
        with transaction.atomic():
            locked = Source.objects.select_for_update().get(pk=source.pk)
            if locked.harvests.filter(state__in=RUNNING).exists():
                continue
            locked.harvests.create(state=State.LISTING.value, started_at=now, heard_at=now)
            locked.wanted = False
            locked.save(update_fields=("wanted",))
            begun += 1
    return begun


def end_stalled(*, now: datetime) -> None:
    """Give up runs whose source fell silent, and say so; its records stay."""
    for pk in queries.stalled(now).values_list("pk", flat=True):
        with transaction.atomic():
            harvest = queries.stalled(now).select_for_update(of=("self",)).filter(pk=pk).first()
            if harvest is not None:
                _end(harvest, Event.STALLED, _STALLED)


def mark_asked(*, harvest: Harvest, dataset_ids: Sequence[UUID], now: datetime) -> None:
    """Remember what was asked, and when."""
    harvest.asked_at, harvest.asked_for = now, list(dataset_ids)
    harvest.save(update_fields=("asked_at", "asked_for"))


def read_some() -> int:
    """Read records that came; a broken one is refused with its reason. Returns how many were read.

    The harvest's own row is not locked meanwhile, so that hearing does not wait for reading.
    """
    with transaction.atomic():
        waiting = Entry.objects.select_for_update(skip_locked=True).filter(
            step=Step.GIVEN.value, harvest__state=State.FETCHING.value
        )
        entries = list(waiting.order_by("pk")[:READ_TOGETHER])
        for entry in entries:
            _read(entry)
        Entry.objects.bulk_update(entries, [*_CHANGED, *_READ])
    return len(entries)


def _read(entry: Entry) -> None:
    try:
        found = reading(entry.turtle, entry.dataset_id)
    except (DcatError, ValueError) as problem:
        _refused(entry, str(problem) or type(problem).__name__)
        return
    for name, value in asdict(found).items():
        setattr(entry, name, value)
    entry.step = Step.READY.value


def finish_complete(*, now: datetime) -> int:
    """Apply every run for which all is in, or hold it where its list shrank too much; returns how many."""
    finished = 0
    for pk in queries.complete().values_list("pk", flat=True):
        with transaction.atomic():
            harvest = queries.complete().select_for_update(of=("self",)).filter(pk=pk).first()
            if harvest is None:
                continue
            _finish(harvest, now)
            finished += 1
    return finished


def _finish(harvest: Harvest, now: datetime) -> None:
    for older in harvest.source.harvests.filter(state=State.HELD.value):
        _end(older, Event.SUPERSEDED, _SUPERSEDED)
    shrinking = applying.shrinking(harvest)
    nothing = not harvest.entries.exists()
    most = shrinking.known > SHRUNK_FROM and 2 * shrinking.gone > shrinking.known
    if shrinking.gone and (nothing or most):
        numbers: dict[str, JSON] = {
            "gone": shrinking.gone,
            "known": shrinking.known,
            "source": harvest.source_id,
        }
        harvest.state, harvest.gone, harvest.sentence = (
            _after(harvest, Event.SHRUNK),
            shrinking.gone,
            _SHRUNK % numbers,
        )
        harvest.save()
        record(act="catalogue.held", actor="system", object=f"source:{harvest.source_id}", detail=numbers)
    else:
        _apply(harvest, Event.COMPLETE, now, actor="system")


def confirm_harvest(*, source_id: str, actor: str) -> Harvest:
    """Apply a list that shrank, as a person says that is right. Raises UnknownSource, NothingToConfirm."""
    with transaction.atomic():
        source = _known(source_id)
        harvest = source.harvests.select_for_update().filter(state=State.HELD.value).first()
        if harvest is None:
            raise NothingToConfirm(source_id)
        _apply(harvest, Event.CONFIRMED, timezone.now(), actor=actor)
    return harvest


def want_harvest(*, source_id: str = "") -> list[str]:
    """Have one source, or all, harvested as soon as they can be reached. Raises UnknownSource."""
    sources = [_known(source_id)] if source_id else list(Source.objects.all())
    for source in sources:
        Source.objects.filter(pk=source.pk).update(wanted=True)
        _ring(source.pk)
    return [source.pk for source in sources]


def _known(source_id: str) -> Source:
    source = Source.objects.filter(pk=source_id).first()
    if source is None:
        raise UnknownSource(source_id)
    return source


def _apply(harvest: Harvest, event: Event, now: datetime, *, actor: str) -> None:
    gone = applying.apply(harvest, now)
    record_all(
        acts=[
            Act("record.withdrawn", actor, f"dataset:{dataset_id}", {"source": harvest.source_id})
            for dataset_id in gone
        ]
    )
    harvest.sentence = ""
    _close(harvest, event, now, actor)


def _end(harvest: Harvest, event: Event, sentence: str) -> None:
    harvest.sentence = sentence
    _close(harvest, event, timezone.now(), "system")


def _close(harvest: Harvest, event: Event, now: datetime, actor: str) -> None:
    """Write down how a run ended, in the trail too, and drop what only its course needed."""
    harvest.state, harvest.ended_at = _after(harvest, event), now
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


def _after(harvest: Harvest, event: Event) -> str:
    return TRANSITIONS[State(harvest.state), event].value
