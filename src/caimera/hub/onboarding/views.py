"""Pages: my cases, the cases a role takes part in, one case, and what can be done with it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from caimera.forms import form
from caimera.hub.onboarding import actions, queries
from caimera.hub.onboarding.doors import OWN, Door
from caimera.hub.onboarding.errors import Incomplete, NoSuchCase, OnboardingError
from caimera.hub.onboarding.models import Case
from caimera.people.access import caller, needs, signed_in
from caimera.people.errors import ActRefused
from caimera.workflow import CLOCK, Refused, Workflow, workflow

A_PAGE = 50
LONGEST_REASON = 2_000
REFUSALS = (OnboardingError, ActRefused, Refused)
"""What may be said to somebody instead of doing it; each carries its `status`."""


@signed_in
@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """My own cases, and the ways to begin one."""
    cases = [(one, queries.table_of(one)) for one in queries.own(caller(request)).order_by("-opened_at")]
    shown = [(one, table.title, table.state(one.state)) for one, table in cases]
    tables = [workflow(name) for name in queries.WORKFLOWS]
    context = {
        "cases": shown,
        "ways": [(table, course(table), WHO_BEGINS[table.name]) for table in tables],
        "sees": caller(request).may(queries.SEES),
    }
    return render(request, "onboarding/mine.html", context)


@signed_in
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Begin a case, and go to its first form."""
    try:
        case = actions.begin(name=request.POST.get("workflow", ""), person=caller(request))
    except NoSuchCase:
        messages.error(request, _("Press one of the buttons."))
        return redirect("onboarding:mine")
    first = queries.table_of(case).ways(case.state, (queries.APPLICANT,))[0]
    return redirect(OWN.address("form", case, name=first.form))


_LISTS = ("waiting", "open", "ended")


@needs(queries.SEES)
@never_cache
@require_safe
def theirs(request: HttpRequest) -> HttpResponse:
    """The cases my roles take part in: those that wait for me, all that are open, those that ended."""
    person, show = caller(request), request.GET.get("show", "")
    show = show if show in _LISTS else _LISTS[0]
    words = " ".join(request.GET.get("text", "").replace("\0", "").split())[:100]
    among = queries.theirs(person).filter(title__icontains=words) if words else queries.theirs(person)
    page = Paginator(_listed(among, show, sorted(person.roles)), A_PAGE).get_page(request.GET.get("page"))
    today = timezone.now().date()
    rows = [(one, *_said(one), bool(one.due and one.due < today)) for one in page]
    context = {"show": show, "lists": _LISTS, "rows": rows, "page": page, "text": words}
    return render(request, "onboarding/theirs.html", context)


def _listed(among: QuerySet[Case], show: str, roles: list[str]) -> QuerySet[Case]:
    found = among.select_related("applicant")
    if show == "ended":
        return found.filter(waits_for=[]).order_by("-state_since", "id")
    wanted = Q(waits_for__overlap=roles) if show == "waiting" else ~Q(waits_for=[])
    return found.filter(wanted).order_by("due", "state_since", "id")


def _said(case: Case) -> tuple[str, str]:
    table = queries.table_of(case)
    return table.title, table.state(case.state).label


@never_cache
@require_safe
def case(request: HttpRequest, door: Door, case_id: UUID) -> HttpResponse:
    """One case: where it stands, what whoever looks may do, what was handed in, what happened."""
    return case_page(request, door, case_id)


@require_POST
def move(request: HttpRequest, door: Door, case_id: UUID) -> HttpResponse:
    """Cause the event of the pressed button; 409 when the case has moved on, 422 without a reason."""
    person, event = caller(request), request.POST.get("event", "")
    queries.case_for(person, case_id, door.cases(person))
    reason = request.POST.get("reason", "")[:LONGEST_REASON]
    if not event:
        return case_page(request, door, case_id, 422, problem=_("Press one of the buttons."))
    try:
        done = actions.step(case_id=case_id, event=event, by=person, reason=reason, seen=seen(request))
    except Incomplete as missing:
        return case_page(request, door, case_id, 422, problem=str(missing), reason=reason)
    except REFUSALS as refused:
        return case_page(request, door, case_id, refused.status, problem=str(refused), reason=reason)
    return after(request, door, done)


def after(request: HttpRequest, door: Door, done: Case) -> HttpResponse:
    """Say how a case stands now, and go where whoever moved it can still see it."""
    said = {"what": done, "state": queries.table_of(done).state(done.state).label}
    messages.success(request, _("Done. %(what)s is now: %(state)s.") % said)
    if door.cases(caller(request)).filter(pk=done.pk).exists():
        return redirect(door.address("case", done))
    return redirect("onboarding:mine")


def case_page(
    request: HttpRequest, door: Door, case_id: UUID, status: int = 200, **more: Any
) -> HttpResponse:
    """The page of a case as it stands now, with a problem where there is one."""
    person = caller(request)
    found = queries.case_for(person, case_id, door.cases(person))
    table, roles = queries.table_of(found), queries.roles_in(found, person)
    filed, steps = queries.filed(found), _steps(found)
    ways = [
        (way, [form_title(one) for one in way.requires if one not in filed])
        for way in table.ways(found.state, roles)
    ]
    labels = {role.name: role.label for role in table.roles}
    context = {
        "door": door.name,
        "case": found,
        "table": table,
        "state": table.state(found.state),
        "course": course(table, found),
        "turn": [labels[name] for name in found.waits_for if name != queries.APPLICANT or door.name != "own"],
        "is_theirs": bool(set(found.waits_for) & set(roles)),
        "overdue": bool(found.due and found.due < timezone.now().date()),
        "forms": [
            (way, form_title(way.form), missing) for way, missing in ways if way.form and way.event != ASIDE
        ],
        "aside": [way for way, _missing in ways if way.event == ASIDE],
        "reasoned": [way for way, _missing in ways if not way.form and way.reason],
        "plain": [(way, missing) for way, missing in ways if not way.form and not way.reason],
        "filings": _filings(found),
        "steps": steps,
        "asked": steps[-1][0].reason if steps and queries.APPLICANT in found.waits_for else "",
        "filed": filed,
        **more,
    }
    return render(request, "onboarding/case.html", context, status=status)


WHO_BEGINS = {
    "data-holder": _lazy(
        "For a hospital, biobank or registry that has images of cancer. They stay in your house, on a node "
        "of your own, or are handed over de-identified."
    ),
    "software-provider": _lazy(
        "For who makes software that prepares, analyses or learns from images, and lets it run where the "
        "data lie."
    ),
}
"""By workflow: for whom it is, and what it is about."""


def course(table: Workflow, case: Case | None = None) -> list[tuple[str, str]]:
    """The way a case goes when all goes well: each state's label and whether it is `past`, `now` or `ahead`.
    Nothing for a case that ended another way.
    """
    states = [one.name for one in table.course]
    if case is None:
        return [(one.label, "ahead") for one in table.course]
    if case.state not in states and table.state(case.state).final:
        return []
    been = [one for one in case.steps.values_list("state", flat=True) if one in states]
    here = states.index(case.state if case.state in states else been[-1] if been else states[0])
    return [
        (one.label, "past" if place < here else "now" if place == here else "ahead")
        for place, one in enumerate(table.course)
    ]


ASIDE = "hand-over"
"""An event that is no step on the way, and stands apart on the page."""


def form_title(name: str) -> str:
    """What a form is called now."""
    return form(name).title


def _filings(found: Case) -> list[tuple[str, Any]]:
    last = {one.form: one for one in found.filings.select_related("by")}
    return [(queries.form_of(one).title, one) for one in last.values() if one.form != ASIDE]


def _steps(found: Case) -> list[tuple[Any, str, str, str]]:
    """What happened: each with its event, as what somebody did it, and the new state where there is one."""
    table, before = queries.table_of(found), ""
    labels = {one.name: one.label for one in table.roles}
    labels |= {CLOCK: _("the clock"), queries.APPLICANT: _("applicant")}
    events, shown = {way.event: way.label for way in table.transitions}, []
    for one in found.steps.select_related("by"):
        after = table.state(one.state).label if one.state != before else ""
        shown.append((one, events[one.event], labels.get(one.role, one.role), after))
        before = one.state
    return shown


def seen(request: HttpRequest) -> int | None:
    """The version the page showed that a form was sent from; what is no number was never shown: -1."""
    sent = request.POST.get("seen")
    if sent is None:
        return None
    return int(sent) if sent.isdecimal() and len(sent) < 9 else -1
