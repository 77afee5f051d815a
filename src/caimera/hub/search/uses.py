"""Every use of an organisation's data that the hub knows of: the questions its node answered."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from caimera.audit.models import Record
from caimera.audit.queries import pseudonyms_of, trail
from caimera.people.models import Delegate, Person
from caimera.trail.holdings import Holdings, Use


def _nodes(person: Person) -> list[str]:
    """The nodes run by the organisations a person speaks for."""
    spoken_for = Delegate.objects.filter(person=person, ended_at=None, organisation__node_id__isnull=False)
    return [str(node) for node in spoken_for.values_list("organisation__node_id", flat=True)]


def _uses(person: Person, dataset: str) -> QuerySet[Record]:
    sites = [f"site:{node}" for node in _nodes(person) if dataset in ("", node)]
    return trail().filter(act="question.answered", actor__in=sites)


def _told(records: Sequence[Record]) -> Sequence[Use]:
    """What the node said, and from the asking of the same question who asked it, and what for."""
    asked = {
        one.object: one
        for one in Record.objects.filter(
            act="question.asked", object__in={record.object for record in records}
        )
    }
    names = pseudonyms_of({one.actor for one in asked.values()})
    return [_use(record, asked.get(record.object), names) for record in records]


def _use(record: Record, asked: Record | None, names: dict[str, str]) -> Use:
    said = asked.detail if asked else {}
    return Use(
        record_id=record.pk,
        at=record.at,
        act=record.act,
        asker=names.get(asked.actor, "") if asked else "",
        purpose=said.get("purpose", ""),
        question=said.get("canonical", ""),
        datasets=(record.actor.removeprefix("site:"),),
        outcome=record.detail.get("reason") or record.detail.get("state", ""),
    )


def _datasets(person: Person) -> Sequence[tuple[str, str]]:
    """At the hub uses are known by the node; which of its datasets were counted, the node's own page says."""
    return [(node, node) for node in _nodes(person)]


HOLDINGS = Holdings(uses=_uses, told=_told, datasets=_datasets)
