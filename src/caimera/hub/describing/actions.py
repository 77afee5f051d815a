"""Sheets kept and taken in; datasets written, changed and withdrawn one by one."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from caimera.dcat import Dataset
from caimera.hub.catalogue import actions as catalogue
from caimera.hub.catalogue.models import Harvest, Source
from caimera.hub.describing import queries
from caimera.hub.describing.building import built, dated, document, identifier, problems_of
from caimera.hub.describing.errors import Overtaken
from caimera.hub.describing.models import Draft
from caimera.hub.describing.parsing import Wrong
from caimera.hub.describing.sheet import Sheet
from caimera.people.models import Person


def open_source(*, title: str, person: Person) -> Source:
    """A place for the datasets of one holder, made where it is not there yet; the catalogue records it."""
    name = slugify(title)[:30].strip("-_") or "holder"
    return catalogue.add_hand(name=name, title=title, actor=person.actor)


def keep_sheet(*, source: Source, sheet: Sheet, file_name: str, person: Person) -> Draft | None:
    """Keep a sheet as a draft; where a row is no whole description, say so in its cells and keep none."""
    known = queries.known(source)
    today = timezone.now().date().isoformat()
    records = {}
    for row in sheet.rows:
        dataset_id = identifier(source.pk, row.key)
        try:
            dataset = built(row.values, dataset_id, known.get(dataset_id))
        except Wrong as problem:
            sheet.complain(row.cells.get(problem.field, f"A{row.number}"), str(problem))
            continue
        for name, sentence in problems_of(dataset).items():
            sheet.complain(row.cells.get(name, f"A{row.number}"), sentence)
        records[str(dataset_id)] = document(dated(dataset, known.get(dataset_id), today))
    if sheet.problems:
        return None
    Draft.objects.filter(made_at__lte=timezone.now() - queries.KEPT).delete()
    return Draft.objects.create(
        source=source,
        made_by_id=person.pk,
        made_at=timezone.now(),
        file_name=file_name[:200],
        records=records,
    )


def confirm(*, draft_id: UUID, seen: str, person: Person) -> Harvest:
    """Make a draft what its source publishes, if that stands as the person has `seen` it (`queries.stand`).

    Raises NothingKept, Overtaken, and what the catalogue refuses.
    """
    with transaction.atomic():
        draft = queries.draft_of(person, draft_id)
        Source.objects.select_for_update().get(pk=draft.source_id)
        if queries.stand(draft.source) != seen:
            raise Overtaken
        records = {UUID(name): turtle for name, turtle in draft.records.items()}
        taken = catalogue.take_in(
            source_id=draft.source_id, records=records, actor=person.actor, confirmed=True
        )
        draft.delete()
    return taken


def drop(*, draft_id: UUID, person: Person) -> None:
    """Forget a draft. Raises NothingKept."""
    queries.draft_of(person, draft_id).delete()


def describe(*, source: Source, dataset_id: UUID, dataset: Dataset, person: Person) -> Harvest:
    """Put one dataset beside the others of its source, or in the place of what it was."""
    base = queries.known(source).get(dataset_id)
    today = timezone.now().date().isoformat()
    records = {dataset_id: document(dated(dataset, base, today))}
    return catalogue.take_in(source_id=source.pk, records=records, actor=person.actor, whole=False)


def withdraw(*, source: Source, dataset_id: UUID, person: Person) -> Harvest:
    """Take one dataset out of the catalogue; its identifier is kept."""
    with transaction.atomic():
        Source.objects.select_for_update().get(pk=source.pk)
        left: Mapping[UUID, str] = dict(
            queries.entered(source).exclude(pk=dataset_id).values_list("id", "turtle")
        )
        return catalogue.take_in(source_id=source.pk, records=left, actor=person.actor, confirmed=True)
