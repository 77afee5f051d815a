"""Pages: what I was told, what waits for me, and how I want to be told."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caimera.notices import actions, counting, queries
from caimera.notices import waiting as waits
from caimera.notices.errors import ChoiceRefused
from caimera.notices.kinds import HOWS, Kind
from caimera.notices.models import How
from caimera.notices.queries import Shown
from caimera.people.access import caller, signed_in
from caimera.web.access import own
from caimera.web.counters import MOST

A_PAGE = 25


@signed_in
@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """What I was told, newest first."""
    person = caller(request)
    page = Paginator(queries.notices_of(person), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "rows": [Shown.of(one) for one in page],
        "page": page,
        "unread": queries.unread(person),
        **_mail_of(request),
    }
    return render(request, "notices/mine.html", context)


def _mail_of(request: HttpRequest) -> dict[str, Any]:
    """Whether mail reaches whoever looks, and if not, why."""
    address = queries.address_of(caller(request))
    return {
        "mails": queries.mail_is_set(),
        "address": address,
        "refusal": queries.refusal_of(caller(request)),
    }


@signed_in
@own
@never_cache
@require_safe
def open_one(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """To what a notice is about; it is read from then on."""
    notice = actions.open_notice(notice_id=notice_id, person=caller(request))
    if notice is None:
        raise Http404
    return redirect(notice.page or "notices:mine")


@signed_in
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """All of them are read."""
    done = actions.read_all(person=caller(request))
    said = ngettext("%d notice is read now.", "%d notices are read now.", done)
    messages.success(request, said % done)
    return redirect("notices:mine")


@signed_in
@never_cache
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """Everything whose next step is mine, who waits longest first."""
    person, mark = caller(request), waits.Mark.read(request.GET.get("after", ""))
    found = waits.page(person, after=mark, size=A_PAGE)
    today = timezone.now().date()
    rows = [(one, bool(one.item.due and one.item.due < today)) for one in found.items]
    context = {
        "rows": rows,
        "number": counting.waiting(request),
        "at_most": MOST,
        "later": bool(mark),
        "next": str(found.next or ""),
    }
    return render(request, "notices/waiting.html", context)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """How I want to hear of each kind that concerns me."""
    person = caller(request)
    if request.method != "POST":
        return _preferences(request)
    open_ones = [kind for kind in queries.kinds_for(person) if not kind.always]
    hows = {kind.name: request.POST[kind.name] for kind in open_ones if kind.name in request.POST}
    try:
        actions.choose(person=person, hows=hows)
    except ChoiceRefused as refused:
        return _preferences(request, refused.status, problem=str(refused))
    messages.success(request, _("Kept. It holds for what you are told from now on."))
    return redirect("notices:preferences")


def _preferences(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    person = caller(request)
    own_choices = queries.choices_of(person)
    kinds = queries.kinds_for(person)
    context = {
        "open": [_choice(kind, own_choices.get(kind.name, kind.usual)) for kind in kinds if not kind.always],
        "always": [kind for kind in kinds if kind.always],
        **_mail_of(request),
        **more,
    }
    return render(request, "notices/preferences.html", context, status=status)


def _choice(kind: Kind, how: How) -> dict[str, Any]:
    return {"kind": kind, "how": how.value, "options": [(one.value, words) for one, words in HOWS.items()]}
