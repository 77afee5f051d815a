"""Pages: the organisations of the federation, for those who may see and keep them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from caimera.people import organisations as acts
from caimera.people.access import caller, needs
from caimera.people.errors import ActRefused
from caimera.people.queries import person_called
from caimera.web.identifiers import uuid_of


@needs("organisations.read")
@never_cache
@require_safe
def organisations(request: HttpRequest) -> HttpResponse:
    """Every organisation with its site identifier, delegates, networks and biobanks."""
    return _page(request)


@needs("organisations.keep")
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Take on, place, appoint, dismiss, or add a biobank or network, as the pressed button says."""
    do = request.POST.get("do", "")
    try:
        if do not in _ACTS:
            raise ActRefused(_("Press one of the buttons."))
        said = _ACTS[do](request)
    except ActRefused as refused:
        return _page(request, refused.status, problem=str(refused), sent=request.POST, did=do)
    messages.success(request, said)
    return redirect("people:organisations")


def _take_on(request: HttpRequest) -> str:
    words = {name: _words(request, name) for name in ("name", "country", "website", "node_id")}
    made = acts.take_on(by=caller(request), **words)
    return _("%(name)s is taken on. Its site identifier is %(id)s.") % {"name": made.name, "id": made.pk}


def _appoint(request: HttpRequest) -> str:
    person = person_called(request.POST.get("who", "").strip())
    acts.appoint(organisation_id=_organisation(request), person=person, by=caller(request))
    return _("%s speaks for the organisation.") % person


def _place(request: HttpRequest) -> str:
    position = _words(request, "position")
    placed = acts.place(organisation_id=_organisation(request), position=position, by=caller(request))
    return (_("%s is on the map.") if placed.position else _("%s is off the map.")) % placed.name


def _dismiss(request: HttpRequest) -> str:
    sent = request.POST.get("delegate", "")
    number = int(sent) if sent.isdecimal() and len(sent) < 12 else 0
    return _("%s speaks for it no more.") % acts.dismiss(delegate_id=number, by=caller(request)).person


def _biobank(request: HttpRequest) -> str:
    name = _words(request, "name")
    acts.add_biobank(organisation_id=_organisation(request), name=name, by=caller(request))
    return _("The biobank is added.")


def _network(request: HttpRequest) -> str:
    members = [_uuid(one) for one in request.POST.getlist("member")]
    acts.make_network(name=_words(request, "name"), organisation_ids=members, by=caller(request))
    return _("The network is made.")


_LONGEST = {"node_id": 60, "country": 100, "position": 60}

_ACTS: Mapping[str, Callable[[HttpRequest], str]] = {
    "take-on": _take_on,
    "appoint": _appoint,
    "dismiss": _dismiss,
    "place": _place,
    "biobank": _biobank,
    "network": _network,
}


def _organisation(request: HttpRequest) -> UUID:
    return _uuid(request.POST.get("organisation", ""))


def _words(request: HttpRequest, name: str) -> str:
    """What was sent, as the database can keep it."""
    return request.POST.get(name, "").replace("\0", "")[: _LONGEST.get(name, 300)]


def _uuid(text: str) -> UUID:
    if (found := uuid_of(text)) is None:
        raise ActRefused(_("There is no organisation with this site identifier."))
    return found


def _page(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    found = acts.organisations()
    shown = [
        {
            "one": one,
            "delegates": [each for each in one.delegates.all() if each.ended_at is None],
            "networks": ", ".join(each.name for each in one.networks.all()),
            "biobanks": ", ".join(each.name for each in one.biobanks.all()),
        }
        for one in found
    ]
    context = {
        "organisations": shown,
        "members": [(str(one.pk), one.name, False) for one in found],
        "keeps": caller(request).may("organisations.keep"),
        **more,
    }
    return render(request, "people/organisations.html", context, status=status)
