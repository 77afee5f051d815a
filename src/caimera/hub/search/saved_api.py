"""Questions kept under a name, as JSON."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Status

from caimera.hub.search import actions, queries
from caimera.hub.search.models import SavedQuestion
from caimera.hub.search.schemas import NewName, QuestionToSave, SavedBody, SavedList
from caimera.people.access import MemberAuth, caller
from caimera.web.access import own
from caimera.web.problems import refusals

router = Router(tags=["saved questions"])

_member = MemberAuth()


def _mine(request: HttpRequest, saved_id: UUID) -> SavedQuestion:
    return get_object_or_404(queries.saved_questions(caller(request)).select_related("owner"), pk=saved_id)


@router.get(
    "/saved", auth=_member, response={200: SavedList, **refusals(401, 403)}, summary="List my saved questions"
)
def list_saved(request: HttpRequest) -> SavedList:
    """The questions you keep, by name."""
    return SavedList(saved=[SavedBody.of(saved) for saved in queries.saved_questions(caller(request))])


@router.post(
    "/saved",
    auth=_member,
    response={201: SavedBody, **refusals(401, 403, 409, 413, 422)},
    summary="Keep a question under a name",
)
def save(request: HttpRequest, body: QuestionToSave) -> Status[SavedBody]:
    """The question is kept, not its answers; opened again, it is asked anew."""
    saved = actions.save_question(
        person=caller(request), name=body.name, question=body.parsed(), breakdown=body.by
    )
    return Status(201, SavedBody.of(saved))


@router.patch(
    "/saved/{uuid:saved_id}",
    auth=_member,
    response={200: SavedBody, **refusals(401, 403, 404, 409, 422)},
    summary="Rename a saved question",
)
@own
def rename(request: HttpRequest, saved_id: UUID, body: NewName) -> SavedBody:
    """Give a question you keep another name."""
    return SavedBody.of(actions.rename_question(saved=_mine(request, saved_id), name=body.name))


@router.delete(
    "/saved/{uuid:saved_id}",
    auth=_member,
    response={204: None, **refusals(401, 403, 404)},
    summary="Delete a saved question",
)
@own
def delete(request: HttpRequest, saved_id: UUID) -> Status[None]:
    """Keep it no longer; its link ends with it."""
    actions.delete_saved(saved=_mine(request, saved_id))
    return Status(204, None)


@router.put(
    "/saved/{uuid:saved_id}/link",
    auth=_member,
    response={200: SavedBody, **refusals(401, 403, 404)},
    summary="Share a saved question",
)
@own
def share(request: HttpRequest, saved_id: UUID) -> SavedBody:
    """Make a link under which any member sees the question, never its answers, and can ask it."""
    return SavedBody.of(actions.share_question(saved=_mine(request, saved_id)))


@router.delete(
    "/saved/{uuid:saved_id}/link",
    auth=_member,
    response={200: SavedBody, **refusals(401, 403, 404)},
    summary="Stop sharing a saved question",
)
@own
def unshare(request: HttpRequest, saved_id: UUID) -> SavedBody:
    """The link ends; sharing again makes another."""
    return SavedBody.of(actions.unshare_question(saved=_mine(request, saved_id)))
