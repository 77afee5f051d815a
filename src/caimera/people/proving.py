"""Step-up: what an act demands beyond a permission, and whether whoever asks has proved it.

    @needs("roles.give", acr="https://refeds.org/profile/mfa", max_age=600)

The setting `step_up_for` asks it of any permission and any route besides. A page then sends the person to the
login service and back to where they were; what they typed into a form is kept meanwhile and shown again,
never sent by itself. The API answers 401 with the challenge of RFC 9470.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

from caimera.people.models import Person
from caimera.people.proof import Demand, Proof

_PROOF, _DEMANDED, _TYPED = "proof", "step_up", "typed"
_TYPED_COUNTS_SECONDS = 900
_TYPED_AT_MOST = 20_000
"""Characters of a form that are kept."""


def keep_proof(request: HttpRequest, proof: Proof) -> None:
    """Remember in the session how its person proved who they are."""
    request.session[_PROOF] = [proof.acr, proof.at]


def proof_of(request: HttpRequest) -> Proof:
    """How whoever asks proved who they are: what came with their token, or else stands in their session."""
    if isinstance(request.user, Person) and request.user.proof is not None:
        return request.user.proof
    acr, at = request.session.get(_PROOF, ("", None))
    return Proof(acr, at)


def unmet(request: HttpRequest, *, permission: str, own: Demand | None = None) -> Demand | None:
    """What the route, its permission or the settings demand and whoever asks has not proved, if any."""
    route = request.resolver_match.view_name if request.resolver_match else ""
    demands = [own] if own else []
    if {permission, route} & set(settings.SITE.step_up_for):
        minutes = settings.SITE.step_up_minutes
        demands.append(Demand(settings.SITE.step_up_acr, minutes * 60 or None))
    if not demands:
        return None
    proof, now = proof_of(request), time.time()
    return next((one for one in demands if not proof.meets(one, now=now)), None)


def remember_demand(request: HttpRequest, demand: Demand) -> None:
    """What the next step-up of this session has to ask for; the browser is not told to carry it."""
    request.session[_DEMANDED] = [demand.acr, demand.max_age]


def remembered_demand(request: HttpRequest) -> Demand | None:
    """What this session has to step up to."""
    kept = request.session.get(_DEMANDED)
    return Demand(*kept) if kept else None


def page_before(request: HttpRequest) -> str:
    """The page of this site whose form was sent, else the start page."""
    referer = urlsplit(request.headers.get("Referer", ""))
    if f"{referer.scheme}://{referer.netloc}" != settings.SITE.base_url:
        return "/"
    return f"{referer.path}?{referer.query}" if referer.query else referer.path or "/"


def keep_typed(request: HttpRequest) -> None:
    """Keep what was typed into a form for a quarter of an hour, in the session at this site only."""
    fields = {
        name: request.POST[name] for name in request.POST if name not in ("csrfmiddlewaretoken", "seen")
    }
    if sum(map(len, fields.values())) <= _TYPED_AT_MOST:
        until = time.time() + _TYPED_COUNTS_SECONDS
        request.session[_TYPED] = {"to": request.path, "until": until, "fields": fields}


def typed(request: HttpRequest, to: str) -> Mapping[str, str]:
    """What was typed into the form sent to this address before its person had to step up; only once."""
    kept = request.session.get(_TYPED)
    if not kept or kept["to"] != to:
        return {}
    del request.session[_TYPED]
    fields: Mapping[str, str] = kept["fields"] if kept["until"] > time.time() else {}
    return fields
