"""Errors of the API as RFC 9457 problem details: what happened, and what to do next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Annotated, Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser
from pydantic import BaseModel, ConfigDict, Field

from caimera import cohort

BODY_LIMIT = cohort.MAX_BYTES + 8 * 1024
"""Bytes a request body may have: a question, its purpose and some punctuation."""

CONTENT_TYPE = "application/problem+json"


class ProblemPart(BaseModel):
    """One thing wrong in the request."""

    model_config = ConfigDict(frozen=True)

    path: Annotated[str, Field(description="Where in the request or question.", examples=["0.1"])]
    message: str
    fix: Annotated[str, Field(description="What to write instead.")]


class Problem(BaseModel):
    """An error (RFC 9457)."""

    model_config = ConfigDict(frozen=True, title="Problem details")

    title: Annotated[str, Field(examples=["The question cannot be read."])]
    detail: Annotated[str, Field(description="What to do next.")]
    problems: list[ProblemPart] = []


class BodyTooLarge(Exception):
    """The request's body is larger than a question may be."""


class BoundedParser(Parser):
    """Reads JSON bodies up to BODY_LIMIT."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body as JSON; raises BodyTooLarge."""
        if len(request.body) > BODY_LIMIT:
            raise BodyTooLarge
        return super().parse_body(request)


def refusals(*statuses: int) -> dict[int, type[Problem]]:
    """The error answers of a route, for its description."""
    return dict.fromkeys(statuses, Problem)


def problem(status: int, title: str, detail: str, problems: Iterable[ProblemPart] = ()) -> HttpResponse:
    """A problem as a response."""
    body = Problem(title=title, detail=detail, problems=list(problems))
    return HttpResponse(body.model_dump_json(), status=status, content_type=CONTENT_TYPE)


def _question_error(request: HttpRequest, error: cohort.QuestionError) -> HttpResponse:
    parts = [ProblemPart(path=part.path, message=part.message, fix=part.fix) for part in error.problems]
    return problem(
        422, _("The question cannot be read."), _("Correct the places named and ask again."), parts
    )


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    parts = [
        ProblemPart(
            path=".".join(str(step) for step in part["loc"]),
            message=part["msg"],
            fix=_("Compare with /api/openapi.json."),
        )
        for part in error.errors
    ]
    return problem(
        422, _("The request cannot be read."), _("Correct the fields named and send it again."), parts
    )


def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(
        error.__cause__, BodyTooLarge | RequestDataTooBig
    ):  # what the parser raised, wrapped by ninja
        return _too_large(request, error)
    response = problem(error.status_code, HTTPStatus(error.status_code).phrase, str(error))
    if error.status_code == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = getattr(error, "challenge", "Bearer")
    if seconds := getattr(error, "retry_after", 0):
        response["Retry-After"] = str(seconds)
    return response


def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(404, _("Not found."), _("There is nothing here that you may see. Check the address."))


def _too_large(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(
        413, _("The request is too large."), _("A question may have at most 256 kB. Ask a shorter one.")
    )


def _unreadable(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(
        400, _("The request cannot be read."), _("Send a form of multipart/form-data with one file in it.")
    )


_ANSWERS: Mapping[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
    cohort.QuestionError: _question_error,
    ValidationError: _invalid,
    HttpError: _http_error,
    Http404: _not_found,
    RequestDataTooBig: _too_large,
    MultiPartParserError: _unreadable,
    TooManyFieldsSent: _unreadable,
    TooManyFilesSent: _unreadable,
}


class Api(NinjaAPI):
    """A JSON API that describes its errors as what they are: problems, and 429 for whoever asks too much."""

    def get_openapi_schema(self, **options: Any) -> Any:
        """The description (OpenAPI 3.1), errors under their own media type."""
        description = super().get_openapi_schema(**options)
        for operations in description["paths"].values():
            for operation in operations.values():
                _describe_errors(operation["responses"])
        return description


def _problem_response(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": description, "content": {CONTENT_TYPE: {"schema": schema}}}


_TOO_MANY = {
    **_problem_response("Too much at once; `Retry-After` says in how many seconds to try again."),
    "headers": {"Retry-After": {"schema": {"type": "integer"}}},
}


def _describe_errors(responses: dict[Any, Any]) -> None:
    for status, response in responses.items():
        content = response.get("content", {})
        if int(status) >= HTTPStatus.BAD_REQUEST and "application/json" in content:
            content[CONTENT_TYPE] = content.pop("application/json")
    responses[HTTPStatus.TOO_MANY_REQUESTS.value] = _TOO_MANY
    if HTTPStatus.UNAUTHORIZED in responses:
        responses[HTTPStatus.BAD_GATEWAY.value] = _problem_response("The login service refuses this site.")
        responses[HTTPStatus.SERVICE_UNAVAILABLE.value] = _problem_response(
            "The login service does not answer; try again in a few minutes."
        )


def translate_errors(api: NinjaAPI) -> None:
    """Let every error of the API leave as a problem."""
    for kind, answer in _ANSWERS.items():
        api.add_exception_handler(kind, answer)
