"""What holders and operators are told of the catalogue, and what of it waits for an operator."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from caimera.audit import following
from caimera.audit.models import Record
from caimera.hub.catalogue.models import Entry, Harvest, Kind, Proposal, Source
from caimera.hub.catalogue.states import State, Step
from caimera.notices.actions import tell, tell_holders
from caimera.notices.from_people import on
from caimera.notices.kinds import Kind as NoticeKind
from caimera.notices.kinds import Says
from caimera.notices.reminding import Reminder, tell_once
from caimera.notices.waiting import Item, Provider
from caimera.people.models import Person
from caimera.people.queries import holders_of

AWAY = timedelta(days=3)
"""How long a source is away before operators are told."""
_KEEPS = "sources.keep"

OWN_DATASETS = NoticeKind(
    name="own-datasets",
    label=_("Your organisation's datasets in the catalogue"),
    help=_("When datasets of your organisation leave the catalogue, or are refused by it."),
    permission="uses.see",
    events={
        "withdrawn": Says(
            _("Datasets of your organisation were withdrawn"),
            _("Datasets of your organisation are no longer in the catalogue: %(number)s."),
        ),
        "refused": Says(
            _("Datasets of your organisation were refused"),
            _(
                "Datasets of your organisation could not be taken into the catalogue: %(number)s. The "
                "page says why."
            ),
        ),
    },
)

SOURCES = NoticeKind(
    name="sources",
    label=_("Sources of the catalogue"),
    help=_("When a source is away for three days, waits for you to confirm, or has datasets refused."),
    permission=_KEEPS,
    events={
        "away": Says(
            _("A source of the catalogue is away"),
            _("The source %(source)s was last read on %(until)s. Its datasets stay as they were."),
        ),
        "held": Says(
            _("A source lost most of its datasets"),
            _(
                "The list of the source %(source)s lacks %(number)s of %(all)s datasets. Nothing was "
                "changed: confirm it if they are really withdrawn."
            ),
        ),
        "refused": Says(
            _("Datasets of a source were refused"),
            _(
                "Of the source %(source)s, datasets could not be taken into the catalogue: %(number)s. "
                "The page says why."
            ),
        ),
    },
)

KINDS = (OWN_DATASETS, SOURCES)


def register() -> None:
    """Follow the ends of harvests."""
    following.register("catalogue.harvested", "notices", _harvested)
    following.register("catalogue.held", "notices", _held)


def _source(record: Record) -> Source | None:
    return Source.objects.filter(pk=record.object.removeprefix("source:")).first()


def _page(source_id: str) -> str:
    return reverse("catalogue:source", args=[source_id])


def _harvested(record: Record) -> None:
    """Tell of what a run took away, and of what it refused unless that was told before."""
    gone, refused = (int(str(record.detail.get(name, 0))) for name in ("gone", "refused"))
    source = _source(record) if gone or refused else None
    if source is None:
        return
    delegates = _delegates(source)
    if gone:
        _tell_delegates(delegates, source, "withdrawn", gone, f"withdrawn {record.detail['run']}")
    if refused:
        once = f"refused {source.pk} {_refusals(str(record.detail['run']))}"
        _tell_delegates(delegates, source, "refused", refused, once)
        if source.kind in (Kind.POINT, Kind.DOCUMENT):
            facts = {"source": source.pk, "number": str(refused)}
            page = _page(source.pk)
            tell_holders(
                permission=_KEEPS, kind=SOURCES.name, event="refused", page=page, facts=facts, once=once
            )


def _refusals(run: str) -> str:
    """What a run refused and why, in short: another where anything of it changed."""
    found = Entry.objects.filter(harvest_id=UUID(run), step=Step.REFUSED.value).order_by("dataset_id")
    digest = hashlib.sha256()
    for dataset_id, said, problem in found.values_list("dataset_id", "digest", "problem"):
        digest.update(f"{dataset_id} {said} {problem}\n".encode())
    return digest.hexdigest()[:32]


def _delegates(source: Source) -> list[Person]:
    """Who speaks for the organisation that runs a node."""
    if source.node_id is None:
        return []
    speaking = Q(delegacies__ended_at=None, delegacies__organisation__node_id=source.node_id)
    return list(Person.objects.filter(speaking).distinct())


def _tell_delegates(people: list[Person], source: Source, event: str, number: int, once: str) -> None:
    facts, page = {"number": str(number)}, _page(source.pk)
    tell(kind=OWN_DATASETS.name, event=event, people=people, page=page, facts=facts, once=once)


def _held(record: Record) -> None:
    if not {"source", "gone", "known"} <= record.detail.keys():
        return
    source, gone, known = (str(record.detail[name]) for name in ("source", "gone", "known"))
    facts = {"source": source, "number": gone, "all": known}
    once = f"held {source} {gone}/{known} {record.at:%Y-%m-%d}"
    tell_holders(
        permission=_KEEPS, kind=SOURCES.name, event="held", page=_page(source), facts=facts, once=once
    )


def remind(now: datetime) -> None:
    """Tell operators of sources that are away for days."""
    nodes = Q(kind=Kind.NODE, node__revoked_at=None, node__last_heard_at__lt=now - AWAY)
    web = Q(kind__in=(Kind.POINT, Kind.DOCUMENT), present=True, seen_at__lt=now - AWAY)
    away = Source.objects.filter(nodes | web).annotate(heard_at=F("node__last_heard_at"))
    last = {one.pk: getattr(one, "heard_at", None) or one.seen_at for one in away}
    operators = holders_of(_KEEPS) if last else []
    tell_once(
        Reminder(
            person,
            SOURCES.name,
            "away",
            _page(source_id),
            {"source": source_id, "until": on(at)},
            f"away {source_id} {at:%Y-%m-%d}",
        )
        for source_id, at in last.items()
        if at
        for person in operators
    )


def _held_runs(person: Person) -> QuerySet[Harvest] | None:
    if not person.may(_KEEPS):
        return None
    return Harvest.objects.filter(state=State.HELD.value).select_related("source__node")


def _held_run(run: Harvest, _person: Person) -> Item:
    return Item(_("Say whether so much is really withdrawn"), run.source.name, _page(run.source_id))


def _proposals(person: Person) -> QuerySet[Proposal] | None:
    return Proposal.objects.all() if person.may(_KEEPS) else None


def _proposal(one: Proposal, _person: Person) -> Item:
    return Item(_("Look at a source that offers itself"), one.url, reverse("catalogue:add-source"))


WAITING = (
    Provider("held", "started_at", _held_runs, _held_run),
    Provider("proposals", "first_at", _proposals, _proposal),
)
