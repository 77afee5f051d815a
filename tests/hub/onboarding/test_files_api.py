"""Files of a case by the API: judged, bounded, seen and given out as by the pages."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from caimera.audit.queries import trail
from caimera.hub.documents.models import Document
from caimera.hub.onboarding import attaching
from caimera.hub.onboarding.models import Case
from caimera.people.models import Person
from caimera.people.personal_tokens import make_token
from tests.hub.conftest import make_person
from tests.hub.documents.conftest import docx
from tests.hub.onboarding.conftest import PAPERS, PDF, TECHNICAL, pdf
from tests.hub.onboarding.journeys import People, advance, given
from tests.looking import browser

pytestmark = pytest.mark.django_db

FORM = "document-checklist"


@pytest.fixture
def case(hugo: Person, people: People) -> Case:
    return advance(people, hugo, "documents")


def put(
    client: Client, case: Case, file: SimpleUploadedFile, *, form: str = FORM, question: str = "training"
) -> HttpResponse:
    door = "cases" if form.endswith("-report") else "join"
    return client.post(f"/api/{door}/{case.pk}/forms/{form}/files/{question}", {"file": file})


def test_files_go_with_the_form_and_boards_read_them(mine: Client, case: Case, people: People) -> None:
    files = {}
    for question in ("impact_assessment", "training", "sharing_agreement"):
        answer = put(mine, case, pdf(f"{question}.pdf"), question=question)
        assert answer.status_code == 201
        files[question] = [answer.json()["id"]]
    told = answer.json()
    made = Document.objects.get(pk=told["id"])
    assert (told["name"], told["media_type"], told["size"], told["sha256"], told["scanned"]) == (
        "sharing_agreement.pdf",
        "application/pdf",
        len(PDF),
        made.sha256,
        False,
    )
    sent = {"event": "file-documents", "answers": {**given(PAPERS), **files}, "seen": case.version}
    moved = mine.post(f"/api/join/{case.pk}/events", sent, content_type="application/json")
    assert (moved.status_code, moved.json()["state"]) == (200, "in-review")
    legal = browser(people("legal-board"))
    filed = next(
        one for one in legal.get(f"/api/cases/{case.pk}").json()["filed"] if one["form"].startswith(FORM)
    )
    (document_id,) = filed["answers"]["training"]
    read = legal.get(f"/api/cases/{case.pk}/documents/{document_id}")
    assert (read.status_code, read.content) == (200, PDF)
    assert read["Content-Disposition"].startswith("attachment;")
    assert read["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in read["Cache-Control"]
    assert trail(act="document.read").get().actor == people("legal-board").actor
    kept = mine.delete(f"/api/join/{case.pk}/documents/{document_id}")
    assert kept.status_code == 409
    assert "was handed in, so it stays" in kept.json()["detail"]
    assert Document.objects.filter(pk=document_id).exists()


def test_a_token_opens_the_same_door(hugo: Person, case: Case) -> None:
    _row, words = make_token(person=hugo, name="uploader", scopes=[], days=1)
    client = Client(headers={"Authorization": f"Bearer {words}"})
    assert put(client, case, pdf()).status_code == 201
    assert put(Client(), case, pdf()).status_code == 401


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("report.pdf", b"MZ" + bytes(99), "not what its name says"),
        ("report.exe", b"MZ" + bytes(99), "Files of this kind are not taken"),
        ("report.pdf", b"", "is empty"),
        ("bomb.docx", docx(**{"word/media/a.bin": bytes(300_000_000)}), "unpack"),
    ],
)
def test_a_file_that_will_not_do_is_a_problem_that_says_why(
    mine: Client, case: Case, name: str, content: bytes, sentence: str
) -> None:
    answer = put(mine, case, SimpleUploadedFile(name, content))
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert sentence in answer.json()["detail"]
    assert not Document.objects.exists()


def test_a_file_of_more_than_20_megabytes_is_refused(mine: Client, case: Case) -> None:
    answer = put(mine, case, SimpleUploadedFile("large.pdf", PDF + bytes(20_000_001)))
    assert answer.status_code == 422
    assert "more than 20 MB" in answer.json()["detail"]


def test_without_a_scanner_that_answers_nothing_is_taken(
    mine: Client, case: Case, settings: Settings
) -> None:
    settings.SITE = settings.SITE.model_copy(update={"clamd": "unix:/nowhere"})
    answer = put(mine, case, pdf())
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert "cannot be checked for viruses at the moment" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "multipart/form-data; boundary=x"),
        (
            b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nno file\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
        (b"no parts", "multipart/form-data"),
        (b"{}", "application/json"),
        (PDF, "application/pdf"),
    ],
)
def test_what_brings_no_file_is_refused(mine: Client, case: Case, body: bytes, kind: str) -> None:
    address = f"/api/join/{case.pk}/forms/{FORM}/files/training"
    answer = mine.post(address, body, content_type=kind)
    assert answer.status_code in (400, 422)
    assert answer["Content-Type"] == "application/problem+json"


def test_a_board_puts_files_to_its_report(mine: Client, case: Case, people: People, hugo: Person) -> None:
    case = advance(people, make_person("ida"), "in-review")
    technical = browser(people("technical-board"))
    question = "report_file"
    answer = put(technical, case, pdf("findings.pdf"), form="technical-report", question=question)
    assert answer.status_code == 201
    kept = answer.json()["id"]
    address = f"/api/cases/{case.pk}/documents/{kept}"
    legal = browser(people("legal-board"))
    assert legal.get(address).status_code == 404, "a draft is nobody else's"
    sent = {"event": "report-technical", "answers": {**given(TECHNICAL), question: [kept]}}
    assert (
        technical.post(f"/api/cases/{case.pk}/events", sent, content_type="application/json").status_code
        == 200
    )
    assert legal.get(address).content == PDF
    assert mine.get(f"/api/join/{case.pk}/documents/{kept}").status_code == 404


def test_a_file_is_taken_away_by_whoever_put_it_there_alone(mine: Client, case: Case, people: People) -> None:
    document_id = put(mine, case, pdf()).json()["id"]
    others: list[tuple[Client, str]] = [
        (browser(make_person("stranger")), "join"),
        (browser(people("engagement")), "cases"),
    ]
    for client, door in others:
        address = f"/api/{door}/{case.pk}/documents/{document_id}"
        assert client.delete(address).status_code == 404
        assert client.get(address).status_code == 404
    address = f"/api/join/{case.pk}/documents/{document_id}"
    assert mine.delete(address).status_code == 204
    assert not Document.objects.exists()
    assert mine.delete(address).status_code == 404


def test_files_go_only_where_they_are_asked_for(mine: Client, case: Case) -> None:
    wrong: list[dict[str, Any]] = [
        {"question": "security_contact"},
        {"question": "nothing"},
        {"form": "tax-return"},
        {"form": "decision"},
    ]
    for where in wrong:
        assert put(mine, case, pdf(), **where).status_code == 404
    elsewhere = f"/api/join/{uuid4()}/forms/{FORM}/files/training"
    assert mine.post(elsewhere, {"file": pdf()}).status_code == 404
    assert not Document.objects.exists()


def test_a_form_holds_so_many_files_and_no_more(
    mine: Client, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attaching, "MOST_WAITING", 2)
    assert [put(mine, case, pdf()).status_code for _ in range(3)] == [201, 201, 422]
    assert Document.objects.count() == 2
