"""Cases as JSON: one's own below `/join`, those of others below `/cases`; the same acts as on the pages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Router, Status

from caimera.forms import FormsError, form, read_answers
from caimera.hub.documents.errors import DocumentsError
from caimera.hub.onboarding import actions, queries
from caimera.hub.onboarding.doors import OWN, THEIRS, Door
from caimera.hub.onboarding.errors import OnboardingError
from caimera.hub.onboarding.schemas import (
    Begun,
    CaseBody,
    CaseEvent,
    CaseLine,
    CaseList,
    DraftBody,
    DraftChange,
)
from caimera.people.access import NeedsAuth, SignedInAuth, caller
from caimera.web.access import own
from caimera.web.problems import ProblemPart, problem, refusals

router = Router(tags=["joining"])
MOST = 200
"""Cases in one answer."""
MOVED = {200: CaseBody, **refusals(401, 403, 404, 409, 422)}


def answer_refusals(api: NinjaAPI) -> None:
    """Let what cannot be done with a case leave as a problem that says why, question by question."""
    for each in (OnboardingError, DocumentsError):
        api.add_exception_handler(each, _refused)


def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    parts = [
        ProblemPart(path=name, message=sentence, fix=_("Compare with the form's page."))
        for name, sentence in getattr(error, "problems", {}).items()
    ]
    return problem(error.status, _("This cannot be done."), str(error), parts)


@router.get(
    "/join", auth=SignedInAuth(), response={200: CaseList, **refusals(401)}, summary="List your cases"
)
def list_own_cases(request: HttpRequest) -> CaseList:
    """The cases you began, the newest first."""
    found = queries.own(caller(request)).order_by("-opened_at")[:MOST]
    return CaseList(cases=[CaseLine.of(one) for one in found])


@router.post(
    "/join",
    auth=SignedInAuth(),
    response={201: CaseBody, **refusals(401, 404, 422)},
    summary="Begin to join",
)
def begin_case(request: HttpRequest, body: Begun) -> Status:
    """Begin a case for your organisation, or go on with the one you are writing."""
    made = actions.begin(name=body.workflow, person=caller(request))
    return Status(201, CaseBody.seen_by(caller(request), made))


@router.get(
    "/join/{uuid:case_id}",
    auth=SignedInAuth(),
    response={200: CaseBody, **refusals(401, 404)},
    summary="Read a case of yours",
)
@own
def read_own_case(request: HttpRequest, case_id: UUID) -> CaseBody:
    """Where it stands, what was handed in, what happened, and what you may do."""
    return _read(request, OWN, case_id)


@router.post(
    "/join/{uuid:case_id}/events", auth=SignedInAuth(), response=MOVED, summary="Move a case of yours"
)
@own
def move_own_case(request: HttpRequest, case_id: UUID, body: CaseEvent) -> CaseBody:
    """Hand in a form, answer, withdraw or hand over. What is not possible says what is."""
    return _move(request, OWN, case_id, body)


@router.get(
    "/join/{uuid:case_id}/forms/{name}",
    auth=SignedInAuth(),
    response={200: DraftBody, **refusals(401, 404)},
    summary="Read what you wrote into a form",
)
@own
def read_own_draft(request: HttpRequest, case_id: UUID, name: str) -> DraftBody:
    """What you saved last, and what would be wrong with it if you handed it in now."""
    case = queries.case_for(caller(request), case_id, queries.own(caller(request)))
    draft = queries.draft_of(case, name, caller(request))
    return _draft(name, draft.given if draft else {})


@router.put(
    "/join/{uuid:case_id}/forms/{name}",
    auth=SignedInAuth(),
    response={200: DraftBody, **refusals(401, 404, 422)},
    summary="Keep what you wrote into a form",
)
@own
def keep_own_draft(request: HttpRequest, case_id: UUID, name: str, body: DraftChange) -> DraftBody:
    """Keep it, right or wrong; nobody else sees it before you hand it in."""
    case = queries.case_for(caller(request), case_id, queries.own(caller(request)))
    draft = actions.save_draft(case_id=case.pk, name=name, person=caller(request), given=body.given)
    return _draft(name, draft.given)


@router.get(
    "/cases",
    auth=NeedsAuth(queries.SEES),
    response={200: CaseList, **refusals(401, 403)},
    summary="List who wants to join",
)
def list_cases(request: HttpRequest, waiting: bool = False) -> CaseList:
    """The cases your roles take part in; with `waiting`, those whose next step is yours. Due first."""
    person = caller(request)
    found = queries.theirs(person)
    if waiting:
        found = found.filter(waits_for__overlap=sorted(person.roles))
    return CaseList(cases=[CaseLine.of(one) for one in found.order_by("due", "state_since", "id")[:MOST]])


@router.get(
    "/cases/{uuid:case_id}",
    auth=NeedsAuth(queries.SEES),
    response={200: CaseBody, **refusals(401, 403, 404)},
    summary="Read who wants to join",
)
def read_case(request: HttpRequest, case_id: UUID) -> CaseBody:
    """Where it stands, what was handed in, what happened, and what your roles may do."""
    return _read(request, THEIRS, case_id)


@router.post(
    "/cases/{uuid:case_id}/events",
    auth=NeedsAuth(queries.SEES),
    response=MOVED,
    summary="Move a case of others",
)
def move_case(request: HttpRequest, case_id: UUID, body: CaseEvent) -> CaseBody:
    """Invite, return, report, decide: as your roles may. 409 with the state where it has moved on."""
    return _move(request, THEIRS, case_id, body)


def _read(request: HttpRequest, door: Door, case_id: UUID) -> CaseBody:
    person = caller(request)
    return CaseBody.seen_by(person, queries.case_for(person, case_id, door.cases(person)))


def _move(request: HttpRequest, door: Door, case_id: UUID, body: CaseEvent) -> CaseBody:
    person = caller(request)
    queries.case_for(person, case_id, door.cases(person))
    if not body.event:
        raise OnboardingError(_("Name an event: one of those you may cause stands in `you_may`."))
    moved = actions.step(
        case_id=case_id, event=body.event, by=person, given=body.answers, reason=body.reason, seen=body.seen
    )
    return CaseBody.seen_by(person, moved)


def _draft(name: str, given: Any) -> DraftBody:
    try:
        asked = form(name)
    except FormsError as unknown:
        raise Http404 from unknown
    return DraftBody(form=asked.id, given=given, problems=read_answers(asked, given).problems)
