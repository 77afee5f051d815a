"""The page that lays datasets side by side; which ones stands in its address."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from caimera.hub.catalogue.comparing import MOST, chosen
from caimera.hub.catalogue.comparing import compare as compared
from caimera.hub.catalogue.filters import LONGEST_TEXT, Query
from caimera.hub.catalogue.finding import find
from caimera.hub.catalogue.models import Record
from caimera.web.access import anyone

_OFFERED = 8


@anyone
@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Up to four datasets; with fewer, words find another one to add."""
    records, left_out = chosen(request.GET.getlist("dataset"))
    text = request.GET.get("text", "").replace("\x00", "").strip()[:LONGEST_TEXT]
    ids = [str(one.pk) for one in records]
    context = {
        "compared": compared(records, timezone.now()),
        "heads": [(one, _address([other for other in ids if other != str(one.pk)])) for one in records],
        "ids": ids,
        "left_out": left_out,
        "most": MOST,
        "text": text,
        "offered": _offered(text, ids) if text and len(ids) < MOST else [],
        "room": len(ids) < MOST,
    }
    return render(request, "catalogue/compare.html", context)


def _offered(text: str, ids: list[str]) -> list[tuple[Record, str]]:
    """Datasets these words are in, with the address that adds each."""
    hits = (hit.record for hit in find(Query(text=text, size=_OFFERED + MOST)).hits)
    others = [one for one in hits if str(one.pk) not in ids]
    return [(one, _address([*ids, str(one.pk)])) for one in others[:_OFFERED]]


def _address(ids: list[str]) -> str:
    asked = urlencode([("dataset", one) for one in ids])
    return f"{reverse('catalogue:compare')}?{asked}" if asked else reverse("catalogue:compare")
