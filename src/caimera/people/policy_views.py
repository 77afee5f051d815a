"""Pages: the policies in every version, and accepting those that count now."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from caimera.people.accepting import accept_policies, still_to_accept
from caimera.people.access import caller, own_page, signed_in
from caimera.people.errors import ActRefused
from caimera.people.policies import current, policies, policy
from caimera.web.access import anyone


@anyone
@require_safe
def all_policies(request: HttpRequest) -> HttpResponse:
    """The policies that count now."""
    return render(request, "people/policies.html", {"policies": current()})


@anyone
@require_safe
def one_policy(request: HttpRequest, name: str, version: int | None = None) -> HttpResponse:
    """One version of a policy."""
    if (found := policy(name, version)) is None:
        raise Http404
    versions = [one for one in policies() if one.name == name]
    return render(request, "people/policy.html", {"policy": found, "versions": versions})


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest) -> HttpResponse:
    """Accept the policies, for this visit or for half a year; afterwards to `next`."""
    target = own_page(request.POST.get("next") or request.GET.get("next"))
    ticked, problem = request.POST.getlist("accept"), ""
    if request.method == "POST":
        try:
            accept_policies(person=caller(request), accepted=ticked, visit=request.POST.get("for") == "visit")
            return redirect(target)
        except ActRefused as refused:
            problem = str(refused)
    context = {
        "policies": [(one, one.id in ticked) for one in current()],
        "missing": still_to_accept(caller(request)),
        "target": target,
        "problem": problem,
    }
    return render(request, "people/accept_policies.html", context, status=422 if problem else 200)
