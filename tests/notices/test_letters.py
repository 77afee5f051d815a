"""What stands in a letter: nothing typed, nothing secret, and never a header somebody else wrote."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from django.conf import settings as django_settings
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from caimera.notices.kinds import registered
from caimera.notices.letters import MOST, message, message_id
from caimera.notices.models import Letter, Notice
from caimera.notices.queries import Shown, address_of
from caimera.notices.sending import send_waiting
from caimera.people import membership
from caimera.people.models import Person
from caimera.people.policies import current
from tests.hub.conftest import make_person
from tests.notices.mail_server import MailServer

HEADERS = [
    "Subject",
    "From",
    "To",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "Content-Type",
    "Content-Transfer-Encoding",
    "MIME-Version",
]


def letter() -> Letter:
    return Letter(id=uuid.UUID(int=7), written_at=datetime(2026, 11, 28, 9, tzinfo=UTC))


def shown(subject: str, sentence: str) -> Shown:
    return Shown(Notice(written_at=datetime(2026, 11, 27, tzinfo=UTC)), subject, sentence)


@pytest.fixture
def site(settings: Settings) -> None:
    settings.SITE = settings.SITE.model_copy(update={"mail_sender": "hub@site.test"})


texts = st.text(st.characters(codec="utf-8"), max_size=80)
broken = st.sampled_from(["", "\r\n", "\n", "\r", "\0", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])


@given(name=texts, subject=texts, end=broken)
def test_nothing_can_add_a_header(name: str, subject: str, end: str) -> None:
    bad = f"{name}{end}Bcc: all@example.org{end}{end}body"
    site = django_settings.SITE.model_copy(update={"site_name": bad, "mail_sender": "hub@site.test"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(django_settings, "SITE", site)
        made = message(letter(), [shown(f"{subject}{end}Bcc: all@example.org", "Fine.")], to="rosa@x.org")
    read = message_from_bytes(made.as_bytes(), policy=policy.default)
    assert sorted(read.keys()) == sorted(HEADERS)
    assert read["To"] == "rosa@x.org"
    assert "Fine." in read.get_content()


@given(address=st.emails() | texts | st.builds("{}{}Bcc: all@example.org".format, st.emails(), broken))
def test_an_address_is_one_address_or_none(address: str) -> None:
    found = address_of(Person(email=address))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            django_settings, "SITE", django_settings.SITE.model_copy(update={"mail_sender": "hub@site.test"})
        )
        if found:
            made = message(letter(), [shown("Fine", "Fine.")], to=found)
            read = message_from_bytes(made.as_bytes(), policy=policy.default)
            assert [one.addr_spec for one in read["To"].addresses] == [found]
            assert sorted(read.keys()) == sorted(HEADERS)
        else:
            assert found == ""


@pytest.mark.usefixtures("site")
def test_the_same_letter_is_the_same_bytes_and_says_what_it_is() -> None:
    notices = [shown("A policy has changed", "There is a new version.")]
    first, second = (message(letter(), notices, to="rosa@x.org") for _ in range(2))
    assert first.as_bytes() == second.as_bytes()
    assert first["Message-ID"] == message_id(letter()) == f"<{uuid.UUID(int=7)}@testserver>"
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Subject"] == "[Test hub] A policy has changed"
    assert first.get_content_type() == "text/plain"


@pytest.mark.usefixtures("site")
def test_a_long_digest_says_how_many_more_there_are() -> None:
    notices = [shown("One", f"Number {one}.") for one in range(MOST + 3)]
    text = message(letter(), notices, to="rosa@x.org").get_content()
    assert f"Number {MOST - 1}." in text
    assert f"Number {MOST}." not in text
    assert "And 3 more:\nhttp://testserver/me/notices" in text


@pytest.mark.django_db
def test_a_letter_carries_nothing_anybody_typed(server: MailServer, rosa: Person, olga: Person) -> None:
    eve = make_person("eve", is_member=False)
    Person.objects.filter(pk=eve.pk).update(name="Eve http://evil.example")
    bait = "http://evil.example/login"
    accepted = [policy.id for policy in current()]
    one = membership.apply(person=eve, institution=bait, purpose=bait, accepted=accepted)
    membership.step(membership_id=one.pk, event="refuse", by=olga, reason=bait)
    send_waiting()
    assert sorted(server.to()) == ["eve@example.org", "olga@example.org"]
    for letter in server.letters:
        assert "evil" not in letter.as_string()
        links = [word for word in letter.get_content().split() if "://" in word]
        assert all(link.startswith("http://testserver/me/notices") for link in links)


def test_no_kind_names_more_than_dates_roles_and_numbers() -> None:
    known = {"until", "role", "policy", "source", "number", "all", "workflow", "state", "due", "days"}
    for kind in registered():
        for says in kind.events.values():
            facts = {part.partition(")")[0] for part in str(says.sentence).split("%(")[1:]}
            assert facts <= known, kind.name
            assert "%" not in str(says.subject), kind.name
