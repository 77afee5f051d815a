"""Pages: every use of what a data holder holds, and the same as a file for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import asdict, fields

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from caimera.audit.leaves import instant
from caimera.audit.paging import page_of
from caimera.people.access import caller, needs
from caimera.trail import actions
from caimera.trail.asking import narrowed, sought
from caimera.trail.holdings import Use, holdings
from caimera.web.spreadsheets import harmless

MOST_ROWS = 100_000
"""Uses in one file; the newest. Narrow the time for older ones."""


@needs("uses.see")
@never_cache
@require_safe
def uses(request: HttpRequest) -> HttpResponse:
    """Every use of the reader's data, newest first."""
    person, wanted = caller(request), sought(request.GET)
    found = narrowed(holdings().uses(person, wanted.sent["dataset"]), wanted)
    page = page_of(found, before=wanted.before, after=wanted.after)
    actions.note_reading(person=person, what="uses", records=len(page.records), **wanted.told)
    titles = dict(holdings().datasets(person))
    context = {
        "uses": [
            (use, [titles.get(one, one) for one in use.datasets]) for use in holdings().told(page.records)
        ],
        "page": page,
        "sent": wanted.sent,
        "since": wanted.sent["from"],
        "problems": wanted.problems,
        "narrowed": wanted.address,
        "datasets": [("", "every dataset"), *titles.items()],
    }
    return render(request, "trail/uses.html", context, status=422 if wanted.problems else 200)


@needs("uses.see")
@never_cache
@require_safe
def uses_as_csv(request: HttpRequest) -> HttpResponse:
    """The same as CSV; times in UTC, persons under pseudonyms."""
    person, wanted = caller(request), sought(request.GET)
    found = narrowed(holdings().uses(person, wanted.sent["dataset"]), wanted)
    told = holdings().told(list(found[:MOST_ROWS]))
    actions.note_export(person=person, what="uses", detail={"records": len(told), **wanted.told})
    response = HttpResponse(_csv(told).encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{settings.SITE.site_id}-uses.csv"'
    return response


def _csv(told: Iterable[Use]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, [each.name for each in fields(Use)])
    writer.writeheader()
    for use in told:
        row = {**asdict(use), "at": instant(use.at), "datasets": " ".join(use.datasets)}
        writer.writerow({name: harmless(value) for name, value in row.items()})
    return text.getvalue()
