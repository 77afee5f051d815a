"""Files of cases by the API: put to a question, taken away, given out; judged and kept as the pages do."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import File, Router, Status, UploadedFile

from caimera.hub.documents.actions import give_out
from caimera.hub.documents.errors import DocumentRefused
from caimera.hub.documents.models import Document
from caimera.hub.documents.serving import attachment
from caimera.hub.onboarding import attaching, queries
from caimera.hub.onboarding.doors import OWN, THEIRS, Door
from caimera.hub.onboarding.errors import HandedIn, NoSuchCase
from caimera.hub.onboarding.schemas import DocumentBody
from caimera.people.access import NeedsAuth, SignedInAuth, caller
from caimera.web.access import own
from caimera.web.problems import refusals

router = Router(tags=["joining"])
TAKEN = {201: DocumentBody, **refusals(400, 401, 403, 404, 413, 422, 503)}
Sent = File[UploadedFile | None]
"""The file; without one, a case of others is not found all the same."""
FILE = {200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}}


@router.post(
    "/join/{uuid:case_id}/forms/{name}/files/{question}",
    auth=SignedInAuth(),
    response=TAKEN,
    summary="Put a file to a question",
)
@own
def put_own_file(request: HttpRequest, case_id: UUID, name: str, question: str, file: Sent = None) -> Status:
    """Of at most 20 MB, judged by what is in it and scanned for viruses where there is a scanner. Its `id` is
    what the form's answer holds; nobody else sees it before you hand the form in.
    """
    return _put(request, OWN, case_id, name, question, file)


@router.delete(
    "/join/{uuid:case_id}/documents/{uuid:document_id}",
    auth=SignedInAuth(),
    response={204: None, **refusals(401, 403, 404, 409)},
    summary="Take a file away",
)
@own
def remove_own_file(request: HttpRequest, case_id: UUID, document_id: UUID) -> Status:
    """Take away a file that was not handed in yet."""
    return _remove(request, OWN, case_id, document_id)


@router.get(
    "/join/{uuid:case_id}/documents/{uuid:document_id}",
    auth=SignedInAuth(),
    response=refusals(401, 404, 500),
    openapi_extra={"responses": FILE},
    summary="Read a file of a case of yours",
)
@own
def read_own_file(request: HttpRequest, case_id: UUID, document_id: UUID) -> HttpResponse:
    """The file as it was handed in, as an attachment; that you read it stands in the trail."""
    return _read(request, OWN, case_id, document_id)


@router.post(
    "/cases/{uuid:case_id}/forms/{name}/files/{question}",
    auth=NeedsAuth(queries.SEES),
    response=TAKEN,
    summary="Put a file to a question of a report",
)
def put_file(request: HttpRequest, case_id: UUID, name: str, question: str, file: Sent = None) -> Status:
    """As for your own case, into a form that your role may hand in now."""
    return _put(request, THEIRS, case_id, name, question, file)


@router.delete(
    "/cases/{uuid:case_id}/documents/{uuid:document_id}",
    auth=NeedsAuth(queries.SEES),
    response={204: None, **refusals(401, 403, 404, 409)},
    summary="Take a file away from a report",
)
def remove_file(request: HttpRequest, case_id: UUID, document_id: UUID) -> Status:
    """Take away a file of yours that was not handed in yet."""
    return _remove(request, THEIRS, case_id, document_id)


@router.get(
    "/cases/{uuid:case_id}/documents/{uuid:document_id}",
    auth=NeedsAuth(queries.SEES),
    response=refusals(401, 403, 404, 500),
    openapi_extra={"responses": FILE},
    summary="Read a file of a case",
)
def read_file(request: HttpRequest, case_id: UUID, document_id: UUID) -> HttpResponse:
    """The file as it was handed in, as an attachment; that you read it stands in the trail."""
    return _read(request, THEIRS, case_id, document_id)


def _put(
    request: HttpRequest, door: Door, case_id: UUID, name: str, question: str, file: UploadedFile | None
) -> Status:
    person = caller(request)
    queries.case_for(person, case_id, door.cases(person))
    if file is None:
        raise DocumentRefused(_("Send the file as `file` in a form of multipart/form-data."))
    made = attaching.attach(case_id=case_id, name=name, question=question, file=file, person=person)
    return Status(201, DocumentBody.of(made))


def _remove(request: HttpRequest, door: Door, case_id: UUID, document_id: UUID) -> Status:
    document, person = _document(request, door, case_id, document_id), caller(request)
    if not attaching.detach(case_id=case_id, document_id=document.pk, person=person):
        raise HandedIn
    return Status(204, None)


def _read(request: HttpRequest, door: Door, case_id: UUID, document_id: UUID) -> HttpResponse:
    document = _document(request, door, case_id, document_id)
    return attachment(document, give_out(document=document, person=caller(request)))


def _document(request: HttpRequest, door: Door, case_id: UUID, document_id: UUID) -> Document:
    """A document of a case, both of which the caller may see. Raises NoSuchCase."""
    person = caller(request)
    case = queries.case_for(person, case_id, door.cases(person))
    if (found := queries.document_of(case, document_id, person)) is None:
        raise NoSuchCase
    return found
