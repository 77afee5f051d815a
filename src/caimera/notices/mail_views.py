"""Pages for operators: how the mail is doing, and trying again."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from caimera.notices import actions, queries
from caimera.people.access import caller, needs


@needs("mail.keep")
@never_cache
@require_safe
def mail(request: HttpRequest) -> HttpResponse:
    """Whether mail goes out, what waits, and what was set aside."""
    context = {
        "mails": queries.mail_is_set(),
        "site_settings": settings.SITE,
        "prefix": settings.SITE.model_config.get("env_prefix", ""),
        "state": queries.mail_state(),
        "mine": queries.address_of(caller(request)),
    }
    return render(request, "notices/mail.html", context)


def _number(request: HttpRequest) -> int:
    """Which refused address a form names; what is no number names none."""
    sent = request.POST.get("address", "")
    return int(sent) if sent.isdecimal() and len(sent) < 18 else 0


@needs("mail.keep")
@require_POST
def again(request: HttpRequest) -> HttpResponse:
    """Try an address, all of them, or the server again, as the pressed button says."""
    do, by = request.POST.get("do", ""), caller(request)
    if do == "test":
        actions.try_server_again(by=by)
        messages.success(request, _("A letter to you is on its way. Look here again in a moment."))
    elif do in ("address", "all"):
        tried = actions.try_again(refused_id=_number(request) if do == "address" else None, by=by)
        said = ngettext("%d letter is tried again.", "%d letters are tried again.", tried)
        messages.success(request, said % tried)
    return redirect("notices:mail")
