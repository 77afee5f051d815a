"""Every use of this node's data, as its holder reads it: questions, changes, what tracers report."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q, QuerySet

from caimera.audit.models import Record
from caimera.audit.queries import kinds, trail
from caimera.node.datasets.models import Dataset, Release
from caimera.node.datasets.queries import holds_data
from caimera.people.models import Person
from caimera.trail.holdings import Holdings, Use
from caimera.trail.tracing import DATASETS, TRACES

_QUESTIONS = ("question.answered", "question.refused")


def _uses(person: Person, dataset: str) -> QuerySet[Record]:
    if not holds_data(person):
        return Record.objects.none()
    if dataset:
        return trail().filter(_of(dataset))
    changes = [kind for kind in kinds() if kind.startswith("dataset.")]
    return trail().filter(act__in=(*_QUESTIONS, *changes, *TRACES))


def _of(dataset: str) -> Q:
    """Records about one dataset: its changes, what tracers say of it, and questions that any version met."""
    said = Q(object=f"dataset:{dataset}") | Q(act__in=tuple(TRACES), detail__contains={DATASETS: [dataset]})
    for name in _releases(dataset):
        said |= Q(act__in=_QUESTIONS, detail__contains={"releases": [name]})
    return said


def _releases(dataset: str) -> list[str]:
    try:
        known = Release.objects.filter(dataset_id=UUID(dataset)).values_list("version", flat=True)
    except ValueError:
        return []
    return [f"{dataset}@{version}" for version in known]


def _told(records: Sequence[Record]) -> Sequence[Use]:
    return [_use(record) for record in records]


def _use(record: Record) -> Use:
    said = record.detail
    released = [name.partition("@")[0] for name in said.get("releases", ())]
    of_object = [record.object.removeprefix("dataset:")] if record.object.startswith("dataset:") else []
    return Use(
        record_id=record.pk,
        at=record.at,
        act=record.act,
        asker=said.get("asker") or ("" if record.actor.startswith("person:") else record.actor),
        purpose=said.get("purpose", "") or said.get("toolName", ""),
        question=said.get("question", "") or said.get("details", ""),
        datasets=tuple(released or said.get(DATASETS, ()) or of_object),
        outcome=said.get("reason", "") or record.act.partition(".")[2],
    )


def _datasets(person: Person) -> Sequence[tuple[str, str]]:
    found = Dataset.objects.all() if holds_data(person) else Dataset.objects.none()
    return [(str(each.pk), each.title) for each in found]


HOLDINGS = Holdings(uses=_uses, told=_told, datasets=_datasets)
