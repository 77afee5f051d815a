"""The data manager's journey: a sheet sent, mended, looked at, confirmed; a dataset in the form."""

from __future__ import annotations

import html
import io
import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from caimera.audit.models import Record as Trail
from caimera.dcat import PROFILES, TURTLE, Text
from caimera.dcat import read as read_graph
from caimera.hub.catalogue import actions as catalogue
from caimera.hub.catalogue.models import Record
from caimera.hub.catalogue.queries import visible_records
from caimera.hub.describing import actions, queries
from caimera.hub.describing.building import document, identifier, taken_apart
from caimera.hub.describing.errors import NothingKept
from caimera.hub.describing.fields import FIELDS
from caimera.hub.describing.forms import rows, texts
from caimera.hub.describing.models import Draft
from caimera.hub.describing.parsing import parse
from caimera.hub.describing.sheet import read
from caimera.hub.describing.template import template
from caimera.people.models import Person
from tests.dcat.samples import whole
from tests.hub.catalogue.holders import turtle_of
from tests.hub.describing.sheets import WHOLE, changed, sheet_of

pytestmark = pytest.mark.django_db(transaction=True)

HOLDER = "/describe/hand_the-clinic"


@pytest.fixture
def source(olga: Person) -> Any:
    return actions.open_source(title="The clinic", person=olga)


def words(response: Any) -> str:
    return html.unescape(" ".join(response.content.decode().split()))


def send(operator: Client, file: bytes, name: str = "datasets.xlsx") -> Any:
    return operator.post(HOLDER, {"sheet": SimpleUploadedFile(name, file)})


def confirm(operator: Client, file: bytes) -> None:
    sent = send(operator, file)
    assert sent.status_code == 302, words(sent)
    assert make_it_so(operator, sent["Location"])["Location"] == HOLDER


def make_it_so(operator: Client, address: str) -> Any:
    """Look at the draft, and press the button."""
    (seen,) = re.findall(r'name="seen" value="(\w+)"', words(operator.get(address)))
    return operator.post(address, {"do": "confirm", "seen": seen})


def titles() -> list[str]:
    return list(visible_records().values_list("title", flat=True))


def form_of(values: Any) -> dict[str, Any]:
    """What a browser sends for these values."""
    given = {each.name: texts(each, values.get(each.name)) for each in FIELDS}
    return {
        each.name: given[each.name] if each.list or not each.many else "\n".join(given[each.name])
        for each in FIELDS
    }


def form(**changes: Any) -> dict[str, Any]:
    (row,) = read(sheet_of(WHOLE)).rows
    return form_of({**row.values, **changes})


ADDRESSES = [
    "/describe",
    HOLDER,
    f"{HOLDER}/template.xlsx",
    f"{HOLDER}/dataset",
    f"{HOLDER}/dataset/{UUID(int=1)}",
    f"{HOLDER}/dataset/{UUID(int=1)}/withdraw",
    f"/describe/drafts/{UUID(int=1)}",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_only_an_operator_describes(source: Any, member: Client, address: str) -> None:
    for method in ("get", "post"):
        refused = getattr(member, method)(address)
        assert refused.status_code == 403
        assert "Describe datasets of holders without a node" in words(refused)
        assert getattr(Client(), method)(address).status_code in (302, 401)
    assert Trail.objects.filter(act="access.refused", detail__needs="datasets.describe").count() == 2


def test_a_holder_is_opened_once_and_needs_a_name(operator: Client) -> None:
    for _ in range(2):
        assert operator.post("/describe", {"title": " The  clinic "})["Location"] == HOLDER
    assert words(operator.get("/describe")).count(f'href="{HOLDER}"') == 1
    for title in ("", "\x00", "x" * 201):
        refused = operator.post("/describe", {"title": title})
        assert (refused.status_code, "Write the name of the holder" in words(refused)) == (422, True)
    assert Trail.objects.filter(act="source.added").count() == 1


def test_a_sheet_changes_nothing_before_it_is_confirmed(source: Any, operator: Client) -> None:
    sent = send(operator, sheet_of(WHOLE, {**WHOLE, "key": "lung-2", "title": "Second"}))
    shown = words(operator.get(sent["Location"]))
    assert "Added: 2" in shown
    assert "Lung CT of two clinics" in shown
    assert titles() == []
    done = operator.get(make_it_so(operator, sent["Location"])["Location"])
    assert "Taken in: 2 added, 0 changed, 0 withdrawn." in words(done)
    assert titles() == ["Lung CT of two clinics", "Second"]
    assert not Draft.objects.exists()
    (taken,) = Trail.objects.filter(act="catalogue.harvested")
    assert (taken.actor, taken.object, taken.detail["added"]) == ("person:olga", f"source:{source.pk}", 2)


def test_what_was_taken_in_conforms(source: Any, operator: Client) -> None:
    confirm(operator, sheet_of(WHOLE))
    record = Record.objects.get()
    assert record.pk == identifier(source.pk, "lung-1")
    assert record.conformance["eucaim-v2"]["state"] == "transition"
    assert (record.subjects, record.studies, record.provider) == (1200, 1500, "The clinic")
    assert record.facets["access"] == ["REMOTE_PROCESSING"]
    assert operator.get(f"/catalogue/{record.pk}").status_code == 200
    assert set(record.conformance) == set(PROFILES)


def test_the_next_sheet_adds_changes_withdraws_and_leaves_alone(source: Any, operator: Client) -> None:
    second, third = ({**WHOLE, "key": key, "title": key.title()} for key in ("second", "third"))
    confirm(operator, sheet_of(WHOLE, second, third))
    before = Record.objects.get(title="Third").digest
    sent = send(operator, sheet_of({**WHOLE, "individuals": 1300}, third, {**WHOLE, "key": "fourth"}))
    shown = words(operator.get(sent["Location"]))
    for told in ("Added: 1", "Changed: 1", "Withdrawn: 1", "1 dataset stays as it is."):
        assert told in shown
    make_it_so(operator, sent["Location"])
    assert Record.objects.get(title="Third").digest == before
    assert Record.objects.get(pk=identifier(source.pk, "second")).withdrawn_at is not None
    assert Record.objects.get(pk=identifier(source.pk, "lung-1")).subjects == 1300


def test_one_bad_cell_keeps_every_row_out_and_is_told_by_its_address(source: Any, operator: Client) -> None:
    def spoil(page: Any, letters: Any) -> None:
        page[f"{letters['individuals']}5"] = "=SUM(A1)"
        page[f"{letters['sex']}5"] = None
        page[f"{letters['acquired_to']}4"] = "2020"

    refused = send(operator, changed(spoil, WHOLE, {**WHOLE, "key": "two"}))
    shown = words(refused)
    assert refused.status_code == 422
    assert "3 cells of “datasets.xlsx” are to be mended" in shown
    assert "Sex is missing. Choose the sexes of the people in the dataset from the EUCAIM list." in shown
    assert "One date is more precise than the other." in shown
    assert (titles(), Draft.objects.count()) == ([], 0)


def test_a_sheet_without_an_answer_names_each_cell_that_needs_one(source: Any, operator: Client) -> None:
    shown = words(send(operator, sheet_of({"key": "one", "title": "Only a title"})))
    for sentence in (
        "Description is missing.",
        "Modality is missing.",
        "Publisher is missing.",
        "Access url is missing.",
    ):
        assert sentence in shown
    assert "Hdab" not in shown


@pytest.mark.parametrize("file", [b"", b"nothing", template()[:500]])
def test_a_file_that_is_none_says_what_to_do(source: Any, operator: Client, file: bytes) -> None:
    refused = send(operator, file)
    assert refused.status_code == 422
    assert "Nothing was taken in" in words(refused)
    assert operator.post(HOLDER).status_code == 422


def test_an_empty_sheet_withdraws_all_but_only_when_it_is_meant(source: Any, operator: Client) -> None:
    confirm(operator, sheet_of(WHOLE))
    sent = send(operator, template())
    assert "Withdrawn: 1" in words(operator.get(sent["Location"]))
    assert titles() == ["Lung CT of two clinics"]
    make_it_so(operator, sent["Location"])
    assert titles() == []


def test_what_changed_while_one_looked_is_shown_before_it_is_lost(source: Any, operator: Client) -> None:
    address = send(operator, sheet_of(WHOLE))["Location"]
    (seen,) = re.findall(r'name="seen" value="(\w+)"', words(operator.get(address)))
    operator.post(f"{HOLDER}/dataset", form(title="Of somebody else"))
    again = operator.post(address, {"do": "confirm", "seen": seen}, follow=True)
    assert "Somebody changed these datasets while you looked." in words(again)
    assert "Withdrawn: 1" in words(again)
    assert titles() == ["Of somebody else"]
    make_it_so(operator, address)
    assert titles() == ["Lung CT of two clinics"]


def test_a_draft_is_dropped_forgotten_after_a_day_and_nobody_elses(
    source: Any, operator: Client, olga: Person, person: Person
) -> None:
    address = send(operator, sheet_of(WHOLE))["Location"]
    draft = Draft.objects.get()
    with pytest.raises(NothingKept):
        actions.confirm(draft_id=draft.pk, seen="", person=person)
    assert "Nothing has changed." in words(operator.post(address, {"do": "drop"}, follow=True))
    address = send(operator, sheet_of(WHOLE))["Location"]
    Draft.objects.update(made_at=timezone.now() - timedelta(days=1))
    assert "Send it again." in words(operator.get(address, follow=True))
    assert "Send it again." in words(operator.post(address, {"do": "confirm"}, follow=True))
    assert titles() == []


def test_the_template_holds_what_is_entered(source: Any, operator: Client) -> None:
    confirm(operator, sheet_of(WHOLE, {**WHOLE, "key": "two", "title": "Two"}))
    page = load_workbook(io.BytesIO(operator.get(f"{HOLDER}/template.xlsx").content))["Datasets"]
    entered = {page.cell(row, 1).value: page.cell(row, 2).value for row in (4, 5)}
    assert entered == {
        str(identifier(source.pk, "lung-1")): "Lung CT of two clinics",
        str(identifier(source.pk, "two")): "Two",
    }


def test_what_was_downloaded_and_sent_again_changes_nothing(source: Any, operator: Client) -> None:
    operator.post(f"{HOLDER}/dataset", form(title="=Lung, which is no formula"))
    sent = send(operator, operator.get(f"{HOLDER}/template.xlsx").content)
    assert "1 dataset stays as it is." in words(operator.get(sent["Location"]))
    assert "Make it so" not in words(operator.get(sent["Location"]))


def test_what_no_field_shows_survives_a_change(source: Any, olga: Person, operator: Client) -> None:
    dataset = whole()
    one = UUID(int=7)
    catalogue.take_in(source_id=source.pk, records={one: turtle_of(dataset)}, actor=olga.actor)
    known = queries.known(source)[one]
    sent = operator.post(f"{HOLDER}/dataset/{one}", form_of({**taken_apart(known), "title": "Renamed"}))
    assert sent.status_code == 302, words(sent)
    now = queries.known(source)[one]
    assert now.title[0] == Text("Renamed", "en")
    assert set(now.type) == set(known.type)
    assert (now.quality, now.creator, now.other_identifier) == (
        known.quality,
        known.creator,
        known.other_identifier,
    )
    assert now.modified is not None
    assert read_graph(document(now).encode(), TURTLE)


def test_a_dataset_is_written_changed_and_withdrawn_in_the_form(source: Any, operator: Client) -> None:
    assert operator.get(f"{HOLDER}/dataset").status_code == 200
    done = operator.post(f"{HOLDER}/dataset", form(), follow=True)
    assert "“Lung CT of two clinics” is in the catalogue." in words(done)
    one = Record.objects.get().pk
    shown = words(operator.get(f"{HOLDER}/dataset/{one}"))
    assert 'value="Lung CT of two clinics"' in shown
    operator.post(f"{HOLDER}/dataset/{one}", form(title="Changed"))
    assert titles() == ["Changed"]
    assert "Withdraw “Changed”?" in words(operator.get(f"{HOLDER}/dataset/{one}/withdraw"))
    assert titles() == ["Changed"]
    operator.post(f"{HOLDER}/dataset/{one}/withdraw")
    assert titles() == []
    assert operator.get(f"{HOLDER}/dataset/{one}").status_code == 404
    assert Trail.objects.filter(act="record.withdrawn", object=f"dataset:{one}").count() == 1


def test_the_form_says_what_is_wrong_and_keeps_what_was_written(source: Any, operator: Client) -> None:
    refused = operator.post(
        f"{HOLDER}/dataset",
        {**form(), "individuals": "many", "sex": [], "minimum_age": "90", "title": "<b>kept"},
    )
    shown = words(refused)
    assert refused.status_code == 422
    for told in (
        '<a href="#individuals">Number of subjects: “many” is no whole number.',
        '<a href="#sex-1">Sex at birth: Sex is missing.',
        '<a href="#minimum_age">Youngest, in years: Minimum age',
        'value="<b>kept"',
    ):
        assert told in shown
    assert b"<b>kept" not in refused.content
    assert titles() == []


def test_another_sources_dataset_is_not_changed_here(source: Any, olga: Person, operator: Client) -> None:
    other = catalogue.add_hand(name="other", title="Other", actor=olga.actor)
    one = uuid4()
    catalogue.take_in(source_id=other.pk, records={one: turtle_of(whole())}, actor=olga.actor)
    assert operator.get(f"{HOLDER}/dataset/{one}").status_code == 404
    assert operator.get("/describe/hand_nobody").status_code == 404


def test_a_draft_is_part_of_what_a_person_is_told_and_forgotten_with_them(
    source: Any, olga: Person, operator: Client
) -> None:
    from caimera.hub.describing.about_person import DRAFTS

    send(operator, sheet_of(WHOLE))
    assert (DRAFTS.count(olga), DRAFTS.told(olga)[0]["file"]) == (1, "datasets.xlsx")
    DRAFTS.forget(olga)
    assert DRAFTS.count(olga) == 0


def test_values_survive_being_shown_and_written_again() -> None:
    (row,) = read(sheet_of(WHOLE)).rows
    shown = rows(row.values)
    for field in FIELDS:
        if field.name in row.values:
            given = shown[field.name].split("\n") if field.many else [shown[field.name]]
            assert parse(field, given) == row.values[field.name], field.name
