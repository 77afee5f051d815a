"""What people entered, and what a draft would change of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from caimera.dcat import Dataset
from caimera.hub.catalogue.models import Kind, Record, Source
from caimera.hub.catalogue.queries import visible_records
from caimera.hub.catalogue.reading import digest_of, parsed
from caimera.hub.describing.errors import NothingKept
from caimera.hub.describing.models import Draft
from caimera.people.models import Person

KEPT = timedelta(days=1)
"""How long a draft waits."""


def hands() -> QuerySet[Source]:
    """The sources that people fill."""
    return Source.objects.filter(kind=Kind.HAND).order_by("title")


def entered(source: Source) -> QuerySet[Record]:
    """The datasets that people entered at a source, by title."""
    return visible_records().filter(source=source).order_by("title", "id")


def known(source: Source) -> dict[UUID, Dataset]:
    """Everything that stands in the catalogue from a source."""
    return {record.pk: parsed(record.turtle, record.pk)[1] for record in entered(source)}


def draft_of(person: Person, draft_id: UUID) -> Draft:
    """A person's draft. Raises NothingKept."""
    fresh = Draft.objects.filter(made_by_id=person.pk, made_at__gt=timezone.now() - KEPT)
    found = fresh.select_related("source").filter(pk=draft_id).first()
    if found is None:
        raise NothingKept
    return found


def stand(source: Source) -> str:
    """Says by another text that a source holds something else than before."""
    held = sorted(f"{one} {digest}" for one, digest in entered(source).values_list("id", "digest"))
    return digest_of("\n".join(held))


@dataclass(frozen=True, slots=True)
class Change:
    """A dataset by its identifier and title."""

    id: UUID
    title: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What a draft would make of a source."""

    added: Sequence[Change]
    changed: Sequence[Change]
    gone: Sequence[Change]
    unchanged: int

    @property
    def any(self) -> bool:
        """Whether confirming would change anything."""
        return bool(self.added or self.changed or self.gone)


def changes(source: Source, records: Mapping[str, str]) -> Changes:
    """The records a draft holds against those that stand in the catalogue."""
    here = dict(entered(source).values_list("id", "digest"))
    titles = dict(entered(source).values_list("id", "title"))
    given = {UUID(name): turtle for name, turtle in records.items()}
    added = [one for one in given if one not in here]
    changed = [one for one, turtle in given.items() if one in here and here[one] != digest_of(turtle)]
    return Changes(
        added=[Change(one, _title(given[one], one)) for one in added],
        changed=[Change(one, _title(given[one], one)) for one in changed],
        gone=[Change(one, titles[one]) for one in here if one not in given],
        unchanged=len(given) - len(added) - len(changed),
    )


def _title(turtle: str, dataset_id: UUID) -> str:
    title = parsed(turtle, dataset_id)[1].title
    return title[0].value if title else str(dataset_id)
