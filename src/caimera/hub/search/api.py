"""Asking and following questions as JSON; the same verbs as the pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from django.db import connections
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Status

from caimera import cohort
from caimera.hub.search import actions, queries
from caimera.hub.search.following import GATHER, KEEP_ALIVE, follow
from caimera.hub.search.report import Report, csv_of, report_of
from caimera.hub.search.schemas import (
    NewQuestion,
    ParsedProblem,
    ParsedQuestion,
    QuestionPage,
    QuestionState,
    QuestionSummary,
    QuestionToParse,
    VocabularyBody,
)
from caimera.people.access import MemberAuth, SignedInAuth, caller
from caimera.vocabulary import VOCABULARY
from caimera.web.access import own
from caimera.web.logs import current_request_id
from caimera.web.problems import refusals

router = Router(tags=["questions"])

EVENT = {
    "type": "object",
    "description": "A server-sent event; the data of `state` is a `QuestionState` in JSON.",
    "properties": {"event": {"enum": ["state", "done"]}, "data": {"type": "string"}},
    "required": ["event", "data"],
}

Gather = Annotated[
    float,
    Query(
        ge=0,
        le=5,
        description="Seconds in which further changes gather into one event; the last one waits for nobody.",
    ),
]

_EVENTS = "text/event-stream"
_member = MemberAuth()
_signed_in = SignedInAuth()


@router.post(
    "/questions",
    auth=_member,
    response={201: QuestionState, **refusals(401, 403, 413, 422, 429)},
    by_alias=True,
    summary="Ask all nodes",
    openapi_extra={
        "responses": {
            201: {
                "description": "The question, or its events where `text/event-stream` is accepted.",
                "content": {"text/event-stream": {"schema": EVENT}},
            }
        }
    },
)
def ask(
    request: HttpRequest, body: NewQuestion, gather: Gather = GATHER
) -> Status[QuestionState] | StreamingHttpResponse:
    """Put a question to every node; follow its `stream`, or read it again, to see the answers come.

    Who accepts `text/event-stream` gets the stream at once.
    """
    question = actions.ask(
        person=caller(request),
        question=body.parsed(),
        purpose=body.purpose,
        request_id=current_request_id(),
        breakdown=body.by,
    )
    if request.get_preferred_type(["application/json", _EVENTS]) == _EVENTS:
        return _stream(question.pk, gather, status=201)
    return Status(201, queries.question_state(queries.answered(question)))


@router.get(
    "/questions",
    auth=_member,
    response={200: QuestionPage, **refusals(401, 403, 422)},
    summary="List my questions",
)
def list_questions(
    request: HttpRequest, limit: int = Query(50, ge=1, le=200), offset: int = Query(0, ge=0, le=10_000_000)
) -> QuestionPage:
    """The questions you asked, newest first."""
    mine = queries.visible_questions(caller(request))
    return QuestionPage(
        count=mine.count(),
        questions=[QuestionSummary.of(question) for question in mine[offset : offset + limit]],
    )


@router.post(
    "/questions/parse",
    auth=_signed_in,
    response={200: ParsedQuestion, **refusals(401, 413, 422)},
    by_alias=True,
    summary="Read a question without asking it",
)
def parse(request: HttpRequest, body: QuestionToParse) -> ParsedQuestion:
    """The question in all its forms, or what is wrong with it and how to mend that."""
    try:
        question = body.parsed()
    except cohort.QuestionError as error:
        return ParsedQuestion(
            problems=[
                ParsedProblem(path=problem.path, message=problem.message, fix=problem.fix)
                for problem in error.problems
            ]
        )
    return ParsedQuestion(
        text=cohort.to_text(question),
        canonical=cohort.canonical_text(question),
        hash=cohort.question_hash(question),
        words=cohort.in_words(question, translate=_),
        form=cohort.to_json(question),
        lens=_as_lens(question),
    )


def _as_lens(question: cohort.Question) -> dict[str, Any] | None:
    """The query tree, unless its codes make it larger than anyone would read."""
    try:
        return cohort.to_lens(question, cohort.Dialect.BARE)
    except cohort.QuestionError:
        return None


@router.get(
    "/questions/{uuid:question_id}",
    auth=_member,
    response={200: QuestionState, **refusals(401, 403, 404)},
    by_alias=True,
    summary="Read a question and its answers",
)
@own
def read_question(request: HttpRequest, question_id: UUID) -> QuestionState:
    """Everything known of a question of yours now."""
    question = get_object_or_404(queries.visible_questions(caller(request)), pk=question_id)
    return queries.question_state(question)


@router.get(
    "/questions/{uuid:question_id}/report",
    auth=_member,
    response={200: Report, **refusals(401, 403, 404)},
    by_alias=True,
    summary="Report a question",
)
@own
def report_question(request: HttpRequest, response: HttpResponse, question_id: UUID) -> Report:
    """Question, versions, purpose, and every number with its kind and protection, to keep."""
    response["Content-Disposition"] = _attachment(question_id, "json")
    return _report(request, question_id)


@router.get(
    "/questions/{uuid:question_id}/report.csv",
    auth=_member,
    response={200: None, **refusals(401, 403, 404)},
    summary="Report a question as CSV",
    openapi_extra={
        "responses": {
            200: {
                "description": "One row for each dataset and value counted by.",
                "content": {"text/csv": {"schema": {"type": "string"}}},
            }
        }
    },
)
@own
def report_question_as_csv(request: HttpRequest, question_id: UUID) -> HttpResponse:
    """The same as a table; its columns are described in the documentation."""
    text = csv_of(_report(request, question_id))
    # Spreadsheets take a file for UTF-8 only when it begins with a byte order mark.
    response = HttpResponse(text.encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = _attachment(question_id, "csv")
    return response


def _report(request: HttpRequest, question_id: UUID) -> Report:
    question = get_object_or_404(queries.visible_questions(caller(request)), pk=question_id)
    return report_of(queries.question_state(question), timezone.now())


def _attachment(question_id: UUID, kind: str) -> str:
    return f'attachment; filename="caimera-{question_id}.{kind}"'


@router.get(
    "/questions/{uuid:question_id}/stream",
    auth=_member,
    response={200: QuestionState, **refusals(401, 403, 404)},
    by_alias=True,
    summary="Follow a question",
    openapi_extra={
        "responses": {
            200: {
                "description": "Server-sent events: `state` with the question at each change, `done` last.",
                "content": {"text/event-stream": {"schema": EVENT}},
            }
        }
    },
)
@own
def stream_question(
    request: HttpRequest, question_id: UUID, gather: Gather = GATHER
) -> StreamingHttpResponse:
    """The question now and at each change, until nobody is waited for or the deadline is past."""
    if not queries.is_visible(caller(request), question_id):
        raise Http404
    return _stream(question_id, gather)


def _stream(question_id: UUID, gather: float, status: int = 200) -> StreamingHttpResponse:
    connections.close_all()  # a stream must not hold a connection while it waits
    return StreamingHttpResponse(
        _events(question_id, gather=gather),
        status=status,
        content_type=_EVENTS,
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )


async def _events(
    question_id: UUID, *, gather: float = GATHER, keep_alive: float = KEEP_ALIVE
) -> AsyncIterator[bytes]:
    async for state in follow(question_id, gather=gather, keep_alive=keep_alive):
        if state is None:
            yield b": waiting\n\n"
        else:
            yield b"event: state\ndata: " + state.model_dump_json().encode() + b"\n\n"
    yield b"event: done\ndata: {}\n\n"


@router.get("/vocabulary", auth=None, response=VocabularyBody, summary="Read the vocabulary")
def read_vocabulary(request: HttpRequest) -> VocabularyBody:
    """Every variable a question can use, with its values, codes and help."""
    return VocabularyBody.model_validate(VOCABULARY)
