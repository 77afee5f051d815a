"""Files of a case: put to a question, taken away, seen by those who may, given out as attachments."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from caimera.audit.queries import trail
from caimera.hub.documents.models import Document
from caimera.hub.onboarding import attaching
from caimera.hub.onboarding.errors import NoSuchCase
from caimera.hub.onboarding.models import Case, Draft
from caimera.people.models import Person
from tests.hub.conftest import make_person
from tests.hub.onboarding.conftest import PAPERS, PDF, pdf
from tests.hub.onboarding.journeys import People, advance
from tests.looking import browser

pytestmark = pytest.mark.django_db

FORM = "document-checklist"


@pytest.fixture
def case(hugo: Person, people: People) -> Case:
    return advance(people, hugo, "documents")


def save(client: Client, case: Case, **sent: object) -> str:
    response = client.post(f"/join/{case.pk}/forms/{FORM}", {**PAPERS, "do": "save", **sent}, follow=True)
    return response.content.decode()


def test_a_file_is_added_kept_and_taken_away(mine: Client, case: Case) -> None:
    page = save(mine, case, **{"file-training": pdf("Zeugnis Köln.pdf")})
    document = Document.objects.get()
    assert "Zeugnis Köln.pdf" in page
    assert "not scanned for viruses" in page
    assert Draft.objects.get().given["training"] == [str(document.pk)]
    page = save(mine, case, training=str(document.pk), without=str(document.pk))
    assert "Zeugnis" not in page
    assert not Document.objects.exists()
    assert "training" not in Draft.objects.get().given


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (SimpleUploadedFile("report.pdf", b"MZ" + bytes(99)), "not what its name says"),
        (SimpleUploadedFile("report.exe", b"MZ" + bytes(99)), "Files of this kind are not taken"),
    ],
)
def test_a_file_that_will_not_do_is_told_at_its_question_and_the_rest_is_kept(
    mine: Client, case: Case, file: SimpleUploadedFile, sentence: str
) -> None:
    response = mine.post(f"/join/{case.pk}/forms/{FORM}", {**PAPERS, "do": "file", "file-training": file})
    page = response.content.decode()
    assert response.status_code == 422
    assert 'href="#q-training"' in page
    assert sentence in page
    assert Draft.objects.get().given["security_contact"] == ["security@example.org"]
    assert not Document.objects.exists()


def test_a_file_is_an_attachment_and_its_reading_stands_in_the_trail(mine: Client, case: Case) -> None:
    save(mine, case, **{"file-training": pdf("Zeugnis Köln.pdf")})
    document = Document.objects.get()
    response = mine.get(f"/join/{case.pk}/documents/{document.pk}")
    assert response.content == PDF
    assert response["Content-Disposition"] == "attachment; filename*=UTF-8''Zeugnis%20K%C3%B6ln.pdf"
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "no-store" in response["Cache-Control"]
    assert trail(act="document.read").get().object == f"document:{document.pk}"


def test_boards_read_what_was_handed_in_and_nobody_a_draft(
    mine: Client, case: Case, people: People, hugo: Person
) -> None:
    save(mine, case, **{"file-training": pdf("draft.pdf")})
    drafted = Document.objects.get()
    support = browser(people("engagement"))
    assert support.get(f"/cases/{case.pk}/documents/{drafted.pk}").status_code == 404
    assert support.get(f"/cases/{case.pk}/forms/{FORM}").status_code == 404
    files = {f"file-{name}": pdf(f"{name}.pdf") for name in ("impact_assessment", "sharing_agreement")}
    mine.post(
        f"/join/{case.pk}/forms/{FORM}",
        {**PAPERS, **files, "training": str(drafted.pk), "do": "file", "seen": case.version},
    )
    case.refresh_from_db()
    assert case.state == "in-review"
    legal = browser(people("legal-board"))
    page = legal.get(f"/cases/{case.pk}/forms/{FORM}").content.decode()
    strangers = [people("operator"), make_person("stranger"), people("stakeholder")]
    for document in Document.objects.all():
        assert document.name in page
        assert legal.get(f"/cases/{case.pk}/documents/{document.pk}").content == PDF
        for stranger in strangers:
            client = browser(stranger)
            assert client.get(f"/join/{case.pk}/documents/{document.pk}").status_code == 404
            assert client.get(f"/cases/{case.pk}/documents/{document.pk}").status_code in (403, 404)


def test_files_of_others_cannot_be_named_as_ones_own(mine: Client, case: Case, people: People) -> None:
    other = make_person("other", is_member=False)
    others = advance(people, other, "documents")
    foreign = attaching.attach(
        case_id=others.pk, name=FORM, question="training", file=pdf("secret.pdf"), person=other
    )
    page = save(mine, case, training=str(foreign.pk))
    assert "secret.pdf" not in page
    assert "training" not in Draft.objects.get(case=case).given
    save(mine, case, without=str(foreign.pk))
    assert Document.objects.filter(pk=foreign.pk).exists()
    assert mine.get(f"/join/{case.pk}/documents/{foreign.pk}").status_code == 404


def test_files_go_only_where_they_are_asked_for(case: Case, hugo: Person, data_dir: Path) -> None:
    for name, question in ((FORM, "security_contact"), (FORM, "nothing"), ("decision", "grounds")):
        with pytest.raises(NoSuchCase):
            attaching.attach(case_id=case.pk, name=name, question=question, file=pdf(), person=hugo)
    assert not attaching.detach(case_id=case.pk, document_id=uuid4(), person=hugo)
    assert not [path for path in data_dir.rglob("*") if path.is_file()]


def test_a_site_without_a_scanner_that_answers_takes_no_file(
    mine: Client, case: Case, settings: object
) -> None:
    settings.SITE = settings.SITE.model_copy(update={"clamd": "unix:/nowhere"})  # type: ignore[attr-defined]
    page = save(mine, case, **{"file-training": pdf()})
    assert "cannot be checked for viruses at the moment" in page
    assert not Document.objects.exists()


def test_saving_in_between_answers_in_a_word(mine: Client, case: Case) -> None:
    address, headers = f"/join/{case.pk}/forms/{FORM}", {"X-Autosave": "1"}
    saved = mine.post(address, {**PAPERS}, headers=headers)
    assert saved.json().keys() == {"saved"}
    assert Draft.objects.get().given["security_contact"] == ["security@example.org"]
    late = mine.post(f"/join/{case.pk}/forms/decision", {}, headers=headers)
    assert late.status_code == 409
    assert mine.get(f"/join/{case.pk}/forms/tax-return").status_code == 404
    assert mine.post(f"/join/{case.pk}/forms/tax-return").status_code == 404
