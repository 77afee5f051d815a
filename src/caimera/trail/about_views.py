"""Page: how this site's trail is kept, for how long, and how anyone checks it; and its checkpoint."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.db.models import Sum
from django.db.models.expressions import RawSQL
from django.db.models.fields import BigIntegerField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from caimera.audit.exporting import signed_note
from caimera.audit.keys import log_key
from caimera.audit.models import Checkpoint, Cosignature, Record
from caimera.audit.queries import LEAST_KEPT, trail
from caimera.audit.verifying import ERASED
from caimera.web.access import anyone

_POSITIONS = """(
    SELECT coalesce(sum((part ->> 1)::bigint - (part ->> 0)::bigint + 1), 0)
    FROM jsonb_array_elements(audit_record.detail -> 'positions') AS part
)"""


@anyone
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """The key, the latest checkpoint, how long each kind is kept, and what was erased so far."""
    latest = Checkpoint.objects.last()
    cosigned = Cosignature.objects.filter(size=latest.size).order_by("site") if latest else ()
    context = {
        "key": str(log_key().verifier),
        "latest": latest,
        "cosigned": cosigned,
        "kept": _kept(settings.SITE.audit_retention_days),
        "least": LEAST_KEPT.days,
        "retired": _erased(leaves=True),
        "forgotten": _erased(leaves=False),
        "last": trail(act=ERASED).filter(detail__leaves=True).first(),
        "address": f"{settings.SITE.base_url}/trail/checkpoint",
    }
    return render(request, "trail/about.html", context)


@anyone
@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The latest checkpoint with its cosignatures (C2SP): what a stranger keeps to hold the site to."""
    latest = Checkpoint.objects.last()
    if latest is None:
        raise Http404
    return HttpResponse(str(signed_note(latest)), content_type="text/plain; charset=utf-8")


def _kept(days: Mapping[str, int]) -> list[tuple[str, int]]:
    """Kinds by name, all others last."""
    return sorted(days.items(), key=lambda each: (each[0] == "*", each[0]))


def _erased(*, leaves: bool) -> int:
    """How many records were erased so far, retired with their leaves or not."""
    said = Record.objects.filter(act=ERASED, detail__leaves=leaves).order_by()
    counted = said.annotate(number=RawSQL(_POSITIONS, [], BigIntegerField()))  # noqa: S611 - no parameter
    return int(counted.aggregate(all=Sum("number"))["all"] or 0)
