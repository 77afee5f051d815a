"""Who may describe datasets here: for now, the operators of the hub."""

from __future__ import annotations

import functools
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from caimera.people.access import View, caller, member
from caimera.people.actions import note_refusal
from caimera.web.access import mark

GROUP = "operators"
"""The group inside the membership group."""


def operator(view: View) -> View:
    """The page needs an operator of the hub; a member who is none is told so, and the trail."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        person = caller(request)
        if person.in_group(GROUP):
            return view(request, *args, **kwargs)  # type: ignore[no-any-return]
        route = request.resolver_match.view_name if request.resolver_match else request.path
        note_refusal(person=person, route=route, needs=GROUP)
        return render(request, "describing/refused.html", status=403)

    return mark(member(guarded), "operator")  # type: ignore[return-value]
