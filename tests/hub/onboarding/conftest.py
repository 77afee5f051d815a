"""Everyone a case meets on its way, each with a browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from caimera.people.models import Person, RoleGrant
from tests.hub.conftest import make_person
from tests.looking import browser

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def data_dir(settings: Settings, tmp_path: Path) -> Path:
    """Files go into a folder of their own."""
    settings.SITE = settings.SITE.model_copy(update={"data_dir": tmp_path})
    return tmp_path


def with_role(role: str, sub: str = "") -> Person:
    """Somebody who holds exactly one role."""
    person, now = make_person(sub or role, is_member=False), timezone.now()
    RoleGrant.objects.create(
        person=person, role=role, reason="test", until=now + timedelta(days=9), confirmed_at=now
    )
    return person


@pytest.fixture
def hugo(db: None) -> Person:
    """A person of a hospital; no member."""
    return make_person("hugo", is_member=False)


@pytest.fixture
def mine(hugo: Person) -> Client:
    """That person's browser."""
    return browser(hugo)


@pytest.fixture
def people(db: None) -> Callable[[str], Person]:
    """Somebody with a role, made when first asked for."""
    known: dict[str, Person] = {}

    def person(role: str) -> Person:
        if role not in known:
            known[role] = with_role(role)
        return known[role]

    return person


def pdf(name: str = "paper.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF, content_type="application/pdf")


INTEREST: dict[str, Any] = {
    "organisation_name": "Hospital of Nowhere",
    "organisation_address": "1 Long Road, Nowhere",
    "country": "Nowhere",
    "contact_name": "Dr Hugo Hospital",
    "job_title": "Radiologist",
    "contact_email": "hugo@example.org",
    "interests": ["share-images"],
    "capabilities": "Ten years of chest CT.",
    "cancers": ["lung", "other"],
    "other_cancers": "Thymoma",
    "modalities": ["CT"],
    "subjects": "1200",
    "way": "federation",
    "may_speak": "yes",
    "may_process": "yes",
}
TIER: dict[str, Any] = {
    "tier": "tier-2",
    "way": "federation",
    "dicom": "all",
    "one_identifier": "yes",
    "deidentified": "profile",
    "common_model": "omop",
    "outbound": "yes",
    "staff": "1,5",
}
WAREHOUSE: dict[str, Any] = {
    "image_archive": "own",
    "clinical_store": "registry",
    "volume": "12",
    "linked": "pseudonym",
    "access_board": "no",
    "logged": "yes",
}
PAPERS: dict[str, Any] = {
    "way": "federation",
    "ethics_state": "applied",
    "legal_basis": "anonymous",
    "security_contact": "security@example.org",
    "security_measures": "Patched weekly.",
    "no_patients": "yes",
}
TECHNICAL: dict[str, Any] = {
    "infrastructure": "ready",
    "security": "ready",
    "data_quality": "ready",
    "tier_reached": "tier-2",
    "advice": "accept",
    "grounds": "All is well.",
}
LEGAL: dict[str, Any] = {
    "ethics": "in-order",
    "basis": "in-order",
    "agreement": "in-order",
    "assessment": "in-order",
    "advice": "accept",
    "grounds": "All is lawful.",
}
DECISION: dict[str, Any] = {
    "decided_on": "2026-11-28",
    "tier_granted": "tier-2",
    "under_conditions": "no",
    "grounds": "Both boards advise it.",
    "no_interest": "yes",
}
SITE: dict[str, Any] = {
    "known_already": "no",
    "organisation_name": "Hospital of Nowhere",
    "country": "Nowhere",
}
SOFTWARE: dict[str, Any] = {
    "organisation_name": "Tools of Nowhere",
    "country": "Nowhere",
    "contact_name": "Hugo",
    "contact_email": "hugo@example.org",
    "software_name": "Lungfinder",
    "software_kind": "analysing",
    "software_purpose": "It finds lungs.",
    "licence": "open",
    "medical_device": "research",
    "may_speak": "yes",
    "may_process": "yes",
}
