"""Sources on the web: added by an operator, read by a worker, applied like any other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from urllib.parse import urlsplit

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from caimera.audit.actions import JSON, record
from caimera.dcat import DcatError, is_point, title_of
from caimera.hub.catalogue import applying, ending, queries
from caimera.hub.catalogue.applying import Listed
from caimera.hub.catalogue.errors import NotOnTheWeb, Unfetchable, UnknownSource, WalkEnded
from caimera.hub.catalogue.fetching import Fetcher
from caimera.hub.catalogue.looking import address_of_new
from caimera.hub.catalogue.models import Entry, Harvest, Kind, Proposal, Source
from caimera.hub.catalogue.reading import digest_of, unkeepable
from caimera.hub.catalogue.states import RUNNING, Event, State, Step
from caimera.hub.catalogue.walking import Found, dataset_id_of, walk

SIGN_OF_LIFE = timedelta(seconds=10)
TOGETHER = 50
"""Datasets written down at once."""
_LONGEST_ID = 36
_LOCK = 0x_CA1_0004


def add_source(*, url: str, actor: str, title: str = "", private: bool = False) -> Source:
    """Harvest a FAIR Data Point or a document of DCAT from now on; its first document is read at once.

    `private`: its address may be of a private network. Raises NotAnAddress, AlreadyThere, Unfetchable where
    it cannot be read, and DcatError where it is no RDF.
    """
    found = address_of_new(url, private=private)
    with Fetcher.opened(private=private) as fetcher:
        graph = fetcher.get(found).graph
    kind = Kind.POINT if is_point(graph) else Kind.DOCUMENT
    name = title or title_of(graph)[:200] or urlsplit(found).netloc
    with transaction.atomic():
        source = Source.objects.create(
            pk=_free_id(found), kind=kind, title=name, url=found, private_allowed=private, present=True
        )
        Proposal.objects.filter(pk=found).delete()
        detail: dict[str, JSON] = {"url": found, "kind": str(kind), "private": private}
        record(act="source.added", actor=actor, object=f"source:{source.pk}", detail=detail)
    return source


def _free_id(url: str) -> str:
    """A name after the host, with a low line, which no node's name has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    stem = "web_" + re.sub(r"[^a-z0-9]+", "-", urlsplit(url).netloc.lower()).strip("-")[: _LONGEST_ID - 4]
    names = (stem if number == 1 else f"{stem}-{number}" for number in range(1, 10_000))
    return next(name for name in names if not Source.objects.filter(pk=name).exists())


def set_harvested(*, source_id: str, harvested: bool, actor: str) -> Source:
    """Stop reading a source on the web, or go on; its records stay. Raises UnknownSource, NotOnTheWeb."""
    with transaction.atomic():
        source = _set_present(source_id, harvested)
        act = "source.resumed" if harvested else "source.stopped"
        record(act=act, actor=actor, object=f"source:{source_id}", detail={"url": source.url})
    return source


def remove_source(*, source_id: str, actor: str) -> Harvest:
    """Read a source on the web no more, and withdraw all its datasets; their identifiers are kept.

    Read again (`set_harvested`), they come back. Raises UnknownSource, NotOnTheWeb.
    """
    with transaction.atomic():
        source = _set_present(source_id, False)
        for running in source.harvests.filter(state__in=(*RUNNING, State.HELD)):
            ending.end(running, Event.SUPERSEDED, ending.REMOVED)
        now = timezone.now()
        harvest = source.harvests.create(state=State.LISTING.value, started_at=now, heard_at=now)
        harvest.state = ending.after(harvest, Event.LISTED)
        ending.apply(harvest, Event.COMPLETE, actor=actor)
        detail: dict[str, JSON] = {"url": source.url, "gone": harvest.gone}
        record(act="source.removed", actor=actor, object=f"source:{source_id}", detail=detail)
    return harvest


def _set_present(source_id: str, present: bool) -> Source:
    """A source on the web, locked, and whether it is read from now on."""
    source = Source.objects.select_for_update().filter(pk=source_id).first()
    if source is None:
        raise UnknownSource(source_id)
    if not source.url:
        raise NotOnTheWeb(source_id)
    source.present = source.wanted = present
    source.save(update_fields=("present", "wanted"))
    return source


def harvest_due(*, now: datetime, stopped: Callable[[], bool] = lambda: False) -> int:
    """Read every source on the web that is due, from its first document to its last; returns how many.

    It ends early when `stopped` says so.
    """
    return sum(_harvest(source, now, stopped) for source in queries.due_on_the_web(now) if not stopped())


def _harvest(source: Source, now: datetime, stopped: Callable[[], bool]) -> bool:
    harvest = _begun(source, now)
    if harvest is None:
        return False
    try:
        keep = partial(_keep_alive, harvest, stopped)
        with Fetcher.opened(private=source.private_allowed, before_each=keep) as fetcher:
            _read(harvest, walk(fetcher, source.kind, source.url))
    except (WalkEnded, Unfetchable, DcatError) as problem:
        _close(harvest, Event.BROKEN, _("%s The last good records stay.") % problem)
    else:
        _close(harvest, Event.LISTED)
    return True


def _keep_alive(harvest: Harvest, stopped: Callable[[], bool]) -> None:
    """Before each document: the run is still led, unless this worker is to end."""
    if stopped():
        raise WalkEnded(_("The worker was stopped meanwhile; the source is read again in some minutes."))
    now = timezone.now()
    if now - harvest.heard_at > SIGN_OF_LIFE:
        harvest.heard_at = now
        Harvest.objects.filter(pk=harvest.pk, state=State.LISTING.value).update(heard_at=now)


def _begun(source: Source, now: datetime) -> Harvest | None:
    """A run of this worker; None where another has one, or the source is to be left alone."""
    with transaction.atomic():
        locked = Source.objects.select_for_update().get(pk=source.pk)
        if not locked.present or locked.harvests.filter(state__in=RUNNING).exists():
            return None
        Source.objects.filter(pk=source.pk).update(wanted=False)
        return locked.harvests.create(state=State.LISTING.value, started_at=now, heard_at=now)


def _read(harvest: Harvest, found: Iterator[Found]) -> None:
    """Write down what a walk finds, some at a time, for as long as the run is wanted."""
    while some := list(islice(found, TOGETHER)):
        with transaction.atomic():
            current = Harvest.objects.select_for_update().get(pk=harvest.pk)
            if current.state != State.LISTING:
                return
            _enlist(current, some)
            current.heard_at = timezone.now()
            current.save(update_fields=("heard_at",))


def _enlist(harvest: Harvest, found: list[Found]) -> None:
    bad = {each.address: problem for each in found if (problem := each.problem or unkeepable(each.turtle))}
    good = [
        Listed(dataset_id_of(each.address), digest_of(each.turtle), each.turtle, each.address)
        for each in found
        if each.address not in bad
    ]
    applying.enlist(harvest, good)
    refused = (
        Entry(
            harvest=harvest,
            dataset_id=dataset_id_of(address),
            address=address[:2_000],
            digest=digest_of(""),
            step=Step.REFUSED.value,
            problem=problem.replace("\x00", ""),
        )
        for address, problem in bad.items()
    )
    Entry.objects.bulk_create(refused, ignore_conflicts=True)


def _close(harvest: Harvest, event: Event, sentence: str = "") -> None:
    """The walk is at its end: what it found is read, or the run is given up."""
    with transaction.atomic():
        current = Harvest.objects.select_for_update().get(pk=harvest.pk)
        if current.state != State.LISTING:
            return
        if event == Event.BROKEN:
            ending.end(current, event, sentence)
        else:
            current.state, current.heard_at = ending.after(current, event), timezone.now()
            current.save(update_fields=("state", "heard_at"))
