"""Harvesting: what sources say, step by step, until their list is the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from itertools import pairwise
from typing import cast
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from caimera.audit.actions import record
from caimera.dcat import DcatError
from caimera.hub.catalogue import applying, ending, queries
from caimera.hub.catalogue.applying import Listed
from caimera.hub.catalogue.errors import (
    NotByHand,
    NothingToConfirm,
    NotWanted,
    OutOfOrder,
    RecordsRefused,
    UnknownSource,
    WouldWithdraw,
)
from caimera.hub.catalogue.models import Entry, Harvest, Kind, Source
from caimera.hub.catalogue.reading import Reading, digest_of, reading, unkeepable
from caimera.hub.catalogue.states import RUNNING, Event, State, Step
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

_STALLED = gettext_noop(
    "The source said nothing for too long. Its last good records stay; it is asked again."
)
_BROKEN = gettext_noop("The list could not be followed to its end. The last good records stay.")

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
        ending.end(harvest, Event.BROKEN, _BROKEN)
        raise OutOfOrder(letter.issuer)
    applying.enlist(harvest, [Listed(entry.dataset_id, entry.digest) for entry in said.entries])
    harvest.listed_to = ids[-1] if ids else harvest.listed_to
    if not said.more:
        harvest.state = ending.after(harvest, Event.LISTED)
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
    _keep(given, _CHANGED)
    Entry.objects.filter(pk__in=gone).delete()
    _go_on(harvest)


def _given(entry: Entry, record: DatasetRecord) -> Entry:
    """A record as it came, unless it cannot even be kept."""
    if problem := unkeepable(record.turtle):
        return _refused(entry, problem)
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
            run = locked.harvests.create(state=State.LISTING.value, started_at=now, heard_at=now)
            if locked.kind == Kind.HAND:
                _list_itself(run)
            locked.wanted = False
            locked.save(update_fields=("wanted",))
            begun += 1
    return begun


def _list_itself(harvest: Harvest) -> None:
    """What people entered is read again as it stands."""
    applying.enlist_the_rest(harvest)
    harvest.state = ending.after(harvest, Event.LISTED)
    harvest.save()


def end_stalled(*, now: datetime) -> None:
    """Give up runs whose source fell silent, and say so; its records stay."""
    for pk in queries.stalled(now).values_list("pk", flat=True):
        with transaction.atomic():
            harvest = queries.stalled(now).select_for_update(of=("self",)).filter(pk=pk).first()
            if harvest is not None:
                ending.end(harvest, Event.STALLED, _STALLED)


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
        _keep_read(entries)
    return len(entries)


def _keep_read(entries: Sequence[Entry]) -> None:
    """Write what was read of entries, and what was refused without its Turtle."""
    ready = [each for each in entries if each.step == Step.READY.value]
    _keep(ready, ("step", *_READ))
    _keep([each for each in entries if each.step != Step.READY.value], _CHANGED)


def _keep(entries: Sequence[Entry], columns: Sequence[str]) -> None:
    """Write columns of entries that are there; see `applying.keep`."""
    applying.keep(
        [{"id": each.pk, **{name: getattr(each, name) for name in columns}} for each in entries], columns
    )


def _read(entry: Entry) -> None:
    try:
        found = reading(entry.turtle, entry.dataset_id)
    except (DcatError, ValueError) as problem:
        _refused(entry, str(problem) or type(problem).__name__)
        return
    for name in _READ:
        setattr(entry, name, getattr(found, name))
    entry.step = Step.READY.value


def finish_complete() -> int:
    """Apply every run for which all is in, or hold it where its list shrank too much; returns how many."""
    finished = 0
    for pk in queries.complete().values_list("pk", flat=True):
        with transaction.atomic():
            harvest = queries.complete().select_for_update(of=("self",)).filter(pk=pk).first()
            if harvest is None:
                continue
            ending.finish(harvest)
            finished += 1
    return finished


def confirm_harvest(*, source_id: str, actor: str) -> Harvest:
    """Apply a list that shrank, as a person says that is right. Raises UnknownSource, NothingToConfirm."""
    with transaction.atomic():
        source = _known(source_id)
        harvest = source.harvests.select_for_update().filter(state=State.HELD.value).first()
        if harvest is None:
            raise NothingToConfirm(source_id)
        ending.apply(harvest, Event.CONFIRMED, actor=actor)
    return harvest


def add_hand(*, name: str, title: str, actor: str) -> Source:
    """The source of what people of `name` enter by hand, made where it is not there yet."""
    with transaction.atomic():
        source, made = Source.objects.get_or_create(
            pk=f"hand_{name}", defaults={"kind": Kind.HAND, "title": title, "present": True, "wanted": False}
        )
        if made:
            record(act="source.added", actor=actor, object=f"source:{source.pk}", detail={"title": title})
    return source


def take_in(
    *, source_id: str, records: Mapping[UUID, str], actor: str, whole: bool = True, confirmed: bool = False
) -> Harvest:
    """Make the records a person gives, in Turtle, what the source publishes: all of them or none.

    `whole`: what is not among them is withdrawn; else the others stay as they are. Raises UnknownSource,
    NotByHand, RecordsRefused with a sentence for each, and WouldWithdraw unless that is `confirmed`.
    """
    with transaction.atomic():
        harvest = _opened(source_id)
        unkept = {name: problem for name, turtle in records.items() if (problem := unkeepable(turtle))}
        kept = [(name, turtle) for name, turtle in records.items() if name not in unkept]
        applying.enlist(harvest, [Listed(name, digest_of(turtle), turtle) for name, turtle in kept])
        if not whole:
            applying.enlist_the_rest(harvest)
        harvest.state = ending.after(harvest, Event.LISTED)
        _read_all(harvest, unkept)
        shrinking = applying.shrinking(harvest)
        if not confirmed and ending.shrinks_too_much(harvest, shrinking):
            raise WouldWithdraw(shrinking.gone, shrinking.known)
        ending.apply(harvest, Event.COMPLETE, actor=actor)
    return harvest


def _opened(source_id: str) -> Harvest:
    """A run of a source that people fill, in place of any other."""
    source = Source.objects.select_for_update().filter(pk=_known(source_id).pk).get()
    if source.kind != Kind.HAND:
        raise NotByHand(source_id)
    for running in source.harvests.filter(state__in=(*RUNNING, State.HELD)):
        ending.end(running, Event.SUPERSEDED, ending.SUPERSEDED)
    now = timezone.now()
    return source.harvests.create(state=State.LISTING.value, started_at=now, heard_at=now)


def _read_all(harvest: Harvest, unkept: Mapping[UUID, str]) -> None:
    """Read everything at once. Raises RecordsRefused for what could not be read, or not even be kept."""
    entries = list(harvest.entries.filter(step=Step.GIVEN.value))
    for entry in entries:
        _read(entry)
    _keep_read(entries)
    refused = dict(harvest.entries.filter(step=Step.REFUSED.value).values_list("dataset_id", "problem"))
    if refused or unkept:
        raise RecordsRefused({**refused, **unkept})


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
