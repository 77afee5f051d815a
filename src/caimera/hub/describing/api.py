"""Describing datasets as JSON: the form's fields, judged as the form judges them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Router, Status

from caimera.hub.catalogue.errors import CatalogueError
from caimera.hub.catalogue.models import Record, Source
from caimera.hub.catalogue.reading import parsed
from caimera.hub.describing import actions, queries
from caimera.hub.describing.building import identifier, taken_apart
from caimera.hub.describing.fields import FIELD
from caimera.hub.describing.forms import filled, judged, understood
from caimera.hub.describing.schemas import AskedField, Description, Entered, EnteredWhole, Holder
from caimera.people.access import NeedsAuth, caller
from caimera.web.problems import ProblemPart, problem, refusals

router = Router(tags=["describing"], auth=NeedsAuth("datasets.describe"))
_DATASET = "/describe/{source_id}/datasets/{key}"


@router.get(
    "/describe/fields",
    response={200: list[AskedField], **refusals(401, 403)},
    summary="List the fields of a description",
)
def list_fields(request: HttpRequest) -> list[AskedField]:
    """What is asked about a dataset, with the terms that can be chosen."""
    return AskedField.every()


@router.get(
    "/describe",
    response={200: list[Holder], **refusals(401, 403)},
    summary="List the holders whose datasets are entered",
)
def list_holders(request: HttpRequest) -> list[Holder]:
    """Holders without a node. A new one is begun on the page `/describe`."""
    return [Holder.of(one) for one in queries.hands()]


@router.get(
    "/describe/{source_id}/datasets",
    response={200: list[Entered], **refusals(401, 403, 404)},
    summary="List the datasets entered for a holder",
)
def list_entered(request: HttpRequest, source_id: str) -> list[Entered]:
    """Those in the catalogue now, by title."""
    return [Entered.of(one) for one in queries.entered(_source(source_id))]


@router.get(
    _DATASET,
    response={200: EnteredWhole, **refusals(401, 403, 404)},
    summary="Read what was entered about a dataset",
)
def read_entered(request: HttpRequest, source_id: str, key: str) -> EnteredWhole:
    """Its fields as the form shows them; given back unchanged, they change nothing."""
    source = _source(source_id)
    record = get_object_or_404(queries.entered(source), pk=identifier(source.pk, key))
    form = filled(taken_apart(parsed(record.turtle, record.pk)[1]))
    return EnteredWhole.whole(record, form.given)


@router.put(
    _DATASET,
    response={200: Entered, **refusals(401, 403, 404, 422)},
    summary="Describe a dataset",
)
def put_entered(request: HttpRequest, source_id: str, key: str, body: Description) -> Entered | HttpResponse:
    """Put a dataset into the catalogue, or in the place of what it was; sent again, it changes nothing.

    `key` is a short name of yours, of which the identifier is made, or the identifier. 422 names each field
    that is wrong, with what to write instead; then nothing was changed.
    """
    source = _source(source_id)
    dataset_id = identifier(source.pk, key)
    if unknown := {name: _(_NO_SUCH) for name in body.fields if name not in FIELD}:
        return _refused(unknown)
    before = queries.entered(source).filter(pk=dataset_id).first()
    form = understood(body.written())
    dataset = judged(form, dataset_id, parsed(before.turtle, dataset_id)[1] if before else None)
    if dataset is None:
        return _refused(form.problems)
    try:
        actions.describe(source=source, dataset_id=dataset_id, dataset=dataset, person=caller(request))
    except CatalogueError as error:
        return _refused({"": str(error)})
    return Entered.of(Record.objects.get(pk=dataset_id))


_NO_SUCH = "There is no such field. /api/describe/fields lists those there are."


@router.delete(
    _DATASET,
    response={204: None, **refusals(401, 403, 404)},
    summary="Withdraw a dataset that was entered",
)
def delete_entered(request: HttpRequest, source_id: str, key: str) -> Status[None]:
    """It leaves the catalogue at once; its identifier is kept."""
    source = _source(source_id)
    dataset_id = identifier(source.pk, key)
    get_object_or_404(queries.entered(source), pk=dataset_id)
    actions.withdraw(source=source, dataset_id=dataset_id, person=caller(request))
    return Status(204, None)


def _source(source_id: str) -> Source:
    return get_object_or_404(queries.hands(), pk=source_id.replace("\x00", ""))


def _refused(problems: Mapping[str, str]) -> HttpResponse:
    return problem(
        422,
        _("The dataset was not taken in."),
        _("Correct the fields named and send it again."),
        list(_parts(problems)),
    )


def _parts(problems: Mapping[str, str]) -> Iterable[ProblemPart]:
    for name, sentence in problems.items():
        fix = str(FIELD[name].help) if name in FIELD else ""
        yield ProblemPart(path=f"fields.{name}" if name else "", message=sentence, fix=fix)
