"""After a breach, and for the holders of data: who and what was touched, and files that prove it."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from caimera.audit.actions import forget_person
from caimera.audit.keys import log_key
from caimera.audit.lines import read
from caimera.audit.models import Checkpoint, Record
from caimera.audit.retiring import apply_retention
from caimera.audit.touching import Wanted, touched
from caimera.audit.verifying import verify
from caimera.cohort import parse
from caimera.hub.search.actions import ask, mark_sent
from caimera.hub.search.models import NodeAnswer
from caimera.merkle import Note, open_checkpoint
from caimera.people.models import Person
from caimera.people.organisations import appoint, take_on
from caimera.trail import breach_views
from tests.audit.trails import act, harm, signed
from tests.hub.conftest import FakeNode, answer, make_person, open_dataset
from tests.hub.search.test_actions import say
from tests.looking import Look, browser
from tests.trail.conftest import with_role

pytestmark = pytest.mark.django_db(transaction=True)

DATASET = "0b2e7c1a-0000-4000-8000-000000000001"


@pytest.fixture
def breach() -> None:
    act("person:eve", "dataset.described", object=f"dataset:{DATASET}")
    act("site:hub", "question.answered", detail={"asker": "p-1", "releases": [f"{DATASET}@2", "other@1"]})
    act("person:rosa", "question.asked", object="question:1", detail={"nodes": {"trials": "waiting"}})
    act("site:trials", "question.answered", object="question:1", detail={"state": "answered"})
    act("system", "trace.datasets-used", detail={"user": "person:eve", "datasets": [DATASET]})
    old = act("person:eve", "person.signed-in")
    harm(f"UPDATE audit_record SET at = at - interval '40 days' WHERE id = {old}")


@pytest.mark.usefixtures("breach")
def test_who_and_what_was_touched_is_found_wherever_a_record_names_it() -> None:
    since = timezone.now() - timedelta(days=1)
    found = touched(Wanted(since))
    assert found.records == 5
    assert found.named == {
        "dataset": {DATASET: 3, "other": 1},
        "person": {"p-1": 1, "person:eve": 2, "person:rosa": 1},
        "site": {"hub": 1, "trials": 2},
    }
    assert touched(Wanted(until=since)).records == 1


@pytest.mark.usefixtures("breach")
@pytest.mark.parametrize(
    ("wanted", "acts"),
    [
        (Wanted(dataset=DATASET), ["dataset.described", "question.answered", "trace.datasets-used"]),
        (Wanted(persons=("person:eve",)), ["dataset.described", "person.signed-in", "trace.datasets-used"]),
        (Wanted(site="trials"), ["question.answered", "question.asked"]),
        (Wanted(site="nowhere"), []),
        (Wanted(dataset='"}) || true', site="$"), []),
    ],
)
def test_it_is_narrowed_to_a_dataset_a_person_or_a_site(wanted: Wanted, acts: list[str]) -> None:
    assert sorted(each.act for each in touched(wanted).touches) == acts


@pytest.mark.usefixtures("breach")
def test_the_page_shows_it_and_the_archive_proves_it(look: Look) -> None:
    operator = with_role("operator")
    assert "Acts" not in look(operator, "/trail/touched").partition("<main")[2].partition("Show")[2]
    page = look(operator, "/trail/touched", dataset=DATASET)
    assert "3 records" in page
    assert "<code>person:eve</code>" in page
    response = browser(operator).get("/trail/touched.zip", {"from": "2020-01-01", "dataset": DATASET})
    assert response["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        report = verify(read(archive.open("trail.jsonl")), key=log_key().verifier)
        table = list(csv.reader(io.StringIO(archive.read("touched.csv").decode("utf-8-sig"))))
        said = json.loads(archive.read("touched.json"))
    assert report.findings == []
    assert report.opened >= 6
    assert [row[1] for row in table] == ["act", *(each["act"] for each in said["touches"])]
    assert (
        said["records"] == len(said["touches"]) == 5
    )  # that somebody looked, and took it along, names it too
    exported = Record.objects.get(act="trail.exported")
    assert (exported.actor, exported.detail["dataset"]) == (operator.actor, DATASET)


def test_no_cell_of_a_table_is_a_formula() -> None:
    act("person:=cmd", "=cmd()", object="@SUM(A1)")
    operator = with_role("operator")
    response = browser(operator).get("/trail/touched.zip", {"object": "", "from": "2020-01-01"})
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        cells = [
            cell
            for row in csv.reader(io.StringIO(archive.read("touched.csv").decode("utf-8-sig")))
            for cell in row
        ]
    assert "'=cmd()" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "@", "+"))]


@pytest.mark.usefixtures("breach")
def test_more_than_a_page_can_hold_is_refused_with_a_way_out(
    look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breach_views, "MOST", 3)
    operator = with_role("operator")
    for address in ("/trail/touched", "/trail/touched.zip"):
        assert "caimera audit touched --output" in look(operator, address, 422, **{"from": "2020-01-01"})
    for address in ("/trail/touched", "/trail/touched.zip"):
        assert "Write the time as" in look(operator, address, 422, **{"from": "soon"})


@pytest.fixture
def holder_of_trials(make_node: Callable[..., FakeNode]) -> Person:
    """A delegate of the organisation that runs the node `trials`, after Rosa asked it and another node."""
    nodes: list[FakeNode] = [make_node("trials"), make_node("genomics")]
    rosa, holder = make_person("rosa"), make_person("hanna")
    organisation = take_on(name="Hospital of Trials", node_id="trials", by=None)
    appoint(organisation_id=organisation.pk, person=holder, by=None)
    question = ask(person=rosa, question=parse("modality = CT"), purpose="=low dose", request_id="r")
    mark_sent(line_ids=list(NodeAnswer.objects.values_list("pk", flat=True)))
    for node in nodes:
        say(node, answer(question.pk, open_dataset(5)))
    return holder


def test_a_holder_sees_every_use_of_their_organisations_data_under_pseudonyms(
    look: Look, holder_of_trials: Person
) -> None:
    signed(1)  # pseudonyms are made as records get their places
    page = look(holder_of_trials, "/trail/uses")
    assert page.count("question.answered, record") == 1
    assert "modality = CT" in page
    assert "=low dose" in page
    assert "pseudonym:" in page
    assert "rosa" not in page
    assert "genomics" not in page.partition("<main")[2]
    used = Record.objects.get(act="question.answered", actor="site:trials")
    other = Record.objects.get(act="question.answered", actor="site:genomics")
    assert "What it says" in look(holder_of_trials, f"/trail/records/{used.pk}")
    look(holder_of_trials, f"/trail/records/{other.pk}", 404)
    look(with_role("data-holder-delegate", "of-nobody"), f"/trail/records/{used.pk}", 404)
    look(with_role("operator"), "/trail/uses", 403)


def test_a_holder_takes_the_uses_along(holder_of_trials: Person) -> None:
    response = browser(holder_of_trials).get("/trail/uses.csv")
    (row,) = csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")))
    assert (row["act"], row["question"], row["datasets"]) == ("question.answered", "modality = CT", "trials")
    assert row["purpose"] == "'=low dose"
    assert Record.objects.get(act="trail.exported").detail == {"what": "uses", "records": 1}
    nothing = browser(holder_of_trials).get("/trail/uses.csv", {"until": "2020-01-01"})
    assert len(nothing.content.decode().splitlines()) == 1


def test_anyone_is_told_how_the_trail_is_kept_and_what_was_retired(
    settings: Settings, tmp_path: Path
) -> None:
    settings.SITE = settings.SITE.model_copy(update={"audit_retention_days": {"*": 3653, "question": 400}})
    assert "Nothing is signed yet" in Client().get("/trail/about").content.decode()
    assert Client().get("/trail/checkpoint").status_code == 404
    made = act("person:rosa")
    harm(f"UPDATE audit_record SET at = at - interval '500 days' WHERE id = {made}")
    signed(5)
    assert apply_retention(days={"question": 400}, now=timezone.now()) == 1
    forget_person(names=["person:rosa"], actor="system")
    page = " ".join(Client().get("/trail/about").content.decode().split())
    assert str(log_key().verifier) in page
    assert '<code>question</code></th><td class="number">400</td>' in page
    assert 'every other kind</th><td class="number">3653</td>' in page
    assert "Retired so far</dt><dd>1, last on" in page
    assert "Erased as people were forgotten</dt><dd>1</dd>" in page
    kept = Note.parse(Client().get("/trail/checkpoint").content.decode())
    assert open_checkpoint(kept, log_key().verifier).size == Checkpoint.objects.latest("size").size
    assert "rosa" not in page
