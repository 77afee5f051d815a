"""Pages: the front door, the four roles, documents, the site's own word. Open to anyone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from caimera.hub.dashboard import legal, places
from caimera.hub.dashboard.figures import TIERS
from caimera.hub.dashboard.mapping import map_of
from caimera.hub.dashboard.queries import neighbours, snapshot
from caimera.hub.dashboard.roles import ROLES
from caimera.hub.dashboard.telling import front
from caimera.people.models import SIGN_IN_COUNTS
from caimera.web.access import anyone


@anyone
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The federation in numbers, by tier; what is new; who is there; where to go from here."""
    chosen = request.GET.get("tier", "")
    tier = int(chosen) if chosen in map(str, TIERS) else TIERS[0]
    known = snapshot()
    there = neighbours(known, now=timezone.now())
    context = {
        "front": front(known.tiers[tier], tier),
        "news": known.news,
        "roles": ROLES.values(),
        "neighbours": there,
        "map": map_of(there, Path(settings.NODE_MODULES_DIR)),
        "services": list(places.services()),
        "documents": list(places.documents()),
    }
    return render(request, "dashboard/home.html", context)


@anyone
@require_safe
def role(request: HttpRequest, slug: str) -> HttpResponse:
    """What somebody in this role gets, what is asked of them, and the steps."""
    if (found := ROLES.get(slug)) is None:
        raise Http404
    steps = [(step, places.address_of(step.page) if step.page else "") for step in found.steps]
    others = [other for other in ROLES.values() if other is not found]
    return render(request, "dashboard/role.html", {"role": found, "steps": steps, "others": others})


@anyone
@require_safe
def documents(request: HttpRequest) -> HttpResponse:
    """What can be read about the platform, and the services of this site."""
    context = {"documents": list(places.documents()), "services": list(places.services())}
    return render(request, "dashboard/documents.html", context)


@anyone
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What this site keeps of people, why, for how long, and what they can do about it."""
    context = {
        "session_hours": settings.SESSION_COOKIE_AGE // 3600,
        "session_cookie": settings.SESSION_COOKIE_NAME,
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "timezone_cookie": "timezone",
        "checked_hours": SIGN_IN_COUNTS.seconds // 3600,
        "kept_years": round(max(settings.SITE.audit_retention_days.values()) / 365),
        "issuer": settings.SITE.oidc_issuer,
    }
    return _word(request, "privacy", legal.privacy(), context)


@anyone
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """How far this site is open to everyone, how that was found out, and whom to tell of barriers."""
    return _word(request, "accessibility", legal.accessibility(), {})


@anyone
@require_safe
def imprint(request: HttpRequest) -> HttpResponse:
    """Who answers for this site."""
    return _word(request, "imprint", legal.imprint(), {"security": bool(legal.security_txt())})


def _word(request: HttpRequest, name: str, statements: Any, context: dict[str, Any]) -> HttpResponse:
    said = [statement for statement in statements if statement.text]
    unsaid = [statement for statement in statements if not statement.text]
    context = {**context, "said": said, "unsaid": unsaid}
    return render(request, f"dashboard/{name}.html", context)


@anyone
@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Whom to tell of a weakness (RFC 9116); 404 until the operator has said it."""
    text = legal.security_txt()
    plain = "text/plain; charset=utf-8"
    return HttpResponse(text or legal.security_unset(), content_type=plain, status=200 if text else 404)
