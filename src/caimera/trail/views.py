"""Pages: the trail as a role may read it, what it says of oneself, and one record with its proof."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from caimera.audit.errors import TrailDamaged
from caimera.audit.models import Record
from caimera.audit.paging import Page, page_of
from caimera.audit.proofs import Proof, check, written
from caimera.audit.proving import proof_of
from caimera.people.access import caller, needs, signed_in
from caimera.people.models import Person
from caimera.people.queries import trail_of
from caimera.trail import actions
from caimera.trail.asking import narrowed, sought
from caimera.trail.queries import names_for, one_record, tells_all, visible_kinds, visible_records
from caimera.web.access import own


@needs("trail.see")
@never_cache
@require_safe
def records(request: HttpRequest) -> HttpResponse:
    """The records a role may read, by time, kind, person, object and request; newest first."""
    person = caller(request)
    wanted = sought(request.GET, by_name=person.may("trail.all"))
    page = page_of(narrowed(visible_records(person), wanted), before=wanted.before, after=wanted.after)
    actions.note_reading(person=person, what="records", records=len(page.records), **wanted.told)
    context = {
        "rows": rows(person, page),
        "page": page,
        "sent": wanted.sent,
        "since": wanted.sent["from"],
        "problems": wanted.problems,
        "narrowed": wanted.address,
        "kinds": _choices(visible_kinds(person)),
        "sees_all": person.may("trail.all"),
    }
    return render(request, "trail/records.html", context, status=422 if wanted.problems else 200)


@signed_in
@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Every record that names the reader, and where else in the trail they may look."""
    person, wanted = caller(request), sought(request.GET)
    page = page_of(trail_of(person), before=wanted.before, after=wanted.after)
    actions.note_reading(person=person, what="mine", about="self", records=len(page.records))
    context = {
        "rows": rows(person, page),
        "page": page,
        "sees": person.may("trail.see"),
        "sees_all": person.may("trail.all"),
        "holds": person.may("uses.see"),
    }
    return render(request, "trail/mine.html", context)


@signed_in
@own
@never_cache
@require_safe
def one(request: HttpRequest, record_id: int) -> HttpResponse:
    """One record: what it says as far as the reader may see it, its leaf, and its proof."""
    person = caller(request)
    record = _readable(person, record_id)
    actions.note_reading(person=person, what="record", record=record_id)
    opened, names = tells_all(person, record), names_for(person, [record])
    proof, problem = _proof(person, record, opened=opened)
    context = {
        "record": record,
        "who": names.of(record.actor),
        "what": names.of(record.object),
        "said": [(key, _shown(value)) for key, value in record.detail.items()] if opened else None,
        "proof": proof,
        "verdict": check(proof) if proof else None,
        "problem": problem,
    }
    return render(request, "trail/record.html", context)


@signed_in
@own
@never_cache
@require_safe
def proof(request: HttpRequest, record_id: int) -> HttpResponse:
    """The proof of one record as a file, which is verified offline."""
    person = caller(request)
    record = _readable(person, record_id)
    found, problem = _proof(person, record, opened=tells_all(person, record))
    if found is None:
        return HttpResponse(f"{problem}\n", status=409, content_type="text/plain; charset=utf-8")
    actions.note_export(person=person, what="proof", detail={"record": record_id})
    response = HttpResponse(written(found), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{found.site}-record-{record_id}.json"'
    return response


def rows(person: Person, page: Page) -> Sequence[tuple[Record, str, str]]:
    """Each record of a page with who did it and to what, as its reader may see it."""
    names = names_for(person, page.records)
    return [(record, names.of(record.actor), names.of(record.object)) for record in page.records]


def _readable(person: Person, record_id: int) -> Record:
    record = one_record(person, record_id)
    if record is None:
        raise Http404
    return record


def _proof(person: Person, record: Record, *, opened: bool) -> tuple[Proof | None, str]:
    persons = {record.actor, record.object} if person.may("trail.all") else set(person.names)
    try:
        found = proof_of(record, opened=opened, persons=persons)
    except TrailDamaged as damage:
        return None, str(damage)
    return found, "" if found else _("It is signed within a minute or two. Load this page again then.")


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)


def _choices(kinds: Sequence[str]) -> list[tuple[str, str]]:
    """Each noun, and below it its acts."""
    nouns = sorted({kind.partition(".")[0] for kind in kinds})
    listed = [(noun, [kind for kind in kinds if kind.startswith(f"{noun}.")]) for noun in nouns]
    return [
        ("", _("every kind")),
        *(
            (value, words)
            for noun, acts in listed
            for value, words in [(noun, noun), *((a, f"– {a}") for a in acts)]
        ),
    ]
