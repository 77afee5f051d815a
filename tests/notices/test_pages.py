"""The pages of notices, as those see them whom they are for."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from caimera.notices.actions import tell
from caimera.notices.keeping import keep
from caimera.notices.models import Letter, Notice, Place, Post, Preference, RefusedAddress
from caimera.notices.places import digest_of
from caimera.notices.sending import send_waiting
from caimera.notices.views import A_PAGE
from caimera.people.actions import forget_person
from caimera.people.models import Membership, Person
from caimera.people.queries import all_known
from tests.audit.trails import signed
from tests.hub.conftest import make_person
from tests.looking import Look, browser
from tests.notices.conftest import send_to
from tests.notices.mail_server import MailServer

pytestmark = pytest.mark.django_db


def one_for(person: Person) -> Notice:
    tell(kind="membership", event="refused", people=[person], page=reverse("people:membership"))
    return Notice.objects.filter(person=person).latest("written_at")


def counters(html: str) -> dict[str, str]:
    """The numbers at the top of a page, by the page they lead to."""
    return dict(re.findall(r'class="counter"[^>]*href="([^"]+)".*?<b>([^<]*)</b>', html))


def test_a_notice_is_listed_opened_and_then_read(rosa: Person, look: Look) -> None:
    assert "There are none yet." in look(rosa, "/me/notices")
    notice = one_for(rosa)
    html = look(rosa, "/me/notices")
    assert "Your application was refused" in html
    assert "1 notice is unread." in html
    assert counters(html)["/me/notices"] == "1"
    response = browser(rosa).get(f"/me/notices/{notice.pk}")
    assert response["Location"] == "/membership"
    assert counters(look(rosa, "/me/notices"))["/me/notices"] == "0"


def test_a_notice_of_another_is_not_there(rosa: Person, look: Look) -> None:
    notice = one_for(rosa)
    look(make_person("hugo"), f"/me/notices/{notice.pk}", 404)
    assert Notice.objects.get().read_at is None


def test_all_are_marked_as_read_at_once(rosa: Person, look: Look) -> None:
    for _ in range(A_PAGE + 1):
        one_for(rosa)
    assert "Page 1 of 2" in look(rosa, "/me/notices")
    browser(rosa).post("/me/notices/read")
    assert "0 notices are unread." in look(rosa, "/me/notices", page="2")


def test_visitors_have_neither_numbers_nor_pages(client: object, look: Look, rosa: Person) -> None:
    from django.test import Client

    visitor = Client()
    assert set(counters(visitor.get("/membership").content.decode())) == {"/basket"}
    assert set(counters(look(rosa, "/membership"))) == {"/basket", "/me/notices", "/me/waiting"}
    for address in ("/me/notices", "/me/waiting", "/me/notices/preferences", "/mail"):
        assert visitor.get(address)["Location"].startswith("/sign-in?")


def test_what_waits_is_listed_page_by_page(olga: Person, look: Look) -> None:
    since = timezone.now() - timedelta(days=60)
    for number in range(A_PAGE + 2):
        Membership.objects.create(
            person=make_person(f"person{number}", is_member=False),
            table=1,
            state="submitted",
            institution="Hospital",
            purpose="Look",
            state_since=since + timedelta(hours=number),
        )
    html = look(olga, "/me/waiting")
    assert f"{A_PAGE + 2} things wait for you." in html
    assert "Person0, Hospital" in html
    assert "overdue" in html
    assert f"Person{A_PAGE}, Hospital" not in html
    link = re.search(r'href="(\?after=[^"]+)"', html)
    assert link is not None
    rest = look(olga, f"/me/waiting{link[1]}")
    assert f"Person{A_PAGE}, Hospital" in rest
    assert "Person0, Hospital" not in rest
    assert "Nothing waits for you." in look(make_person("rosa"), "/me/waiting")


def test_preferences_are_offered_kept_and_refused(rosa: Person, server: MailServer, look: Look) -> None:
    html = look(rosa, "/me/notices/preferences")
    assert f"Mail goes to {rosa.email}." in html
    assert 'name="token-ends"' in html
    assert 'name="security"' not in html
    assert 'name="applications"' not in html, "it concerns operators only"
    page = browser(rosa)
    assert page.post("/me/notices/preferences", {"token-ends": "weekly"}).status_code == 302
    assert Preference.objects.get().how == "weekly"
    assert '<option value="weekly" selected>' in look(rosa, "/me/notices/preferences")
    refused = page.post("/me/notices/preferences", {"token-ends": "hourly"})
    assert (refused.status_code, Preference.objects.get().how) == (422, "weekly")


def test_a_person_sees_why_no_mail_reaches_them(rosa: Person, settings: Settings, look: Look) -> None:
    assert "This site sends no mail" in look(rosa, "/me/notices")
    server = MailServer()
    send_to(settings, server)
    server.close()
    Person.objects.filter(pk=rosa.pk).update(email="")
    assert "knows no e-mail address of yours" in look(rosa, "/me/notices")
    Person.objects.filter(pk=rosa.pk).update(email="rosa@gone.example")
    RefusedAddress.objects.create(
        person=rosa, address="rosa@gone.example", answer="550", since=timezone.now()
    )
    assert "takes nothing for rosa@gone.example" in look(rosa, "/me/notices")


def test_the_operators_page_says_how_the_mail_is_doing(olga: Person, settings: Settings, look: Look) -> None:
    html = look(olga, "/mail")
    assert "This site sends no mail" in html
    assert "CAIMERA_HUB_MAIL_HOST" in html
    server = MailServer()
    server.start()
    send_to(settings, server)
    one_for(olga)
    server.stop()
    send_waiting()
    html = look(olga, "/mail")
    assert "No mail goes out" in html
    assert "1, the oldest since" in html
    server.start()
    send_to(settings, server)
    Post.objects.update(due_at=None)
    server.answers[olga.email] = "550 no <such> user"
    send_waiting()
    html = look(olga, "/mail")
    assert "Mail goes out." in html
    assert "550 no &lt;such&gt; user" in html
    server.answers.clear()
    refused = RefusedAddress.objects.get()
    for form in ({"do": "address", "address": "no"}, {"do": "address"}, {"do": "nothing"}):
        browser(olga).post("/mail/again", form)
        assert RefusedAddress.objects.count() == 1
    browser(olga).post("/mail/again", {"do": "address", "address": str(refused.pk)})
    browser(olga).post("/mail/again", {"do": "test"})
    assert send_waiting() == 2
    assert not RefusedAddress.objects.exists()
    browser(olga).post("/mail/again", {"do": "all"})
    server.close()
    look(make_person("rosa"), "/mail", 403)


def test_a_sign_in_from_a_new_network_is_told_and_from_a_known_one_is_not(rosa: Person) -> None:
    from django.test import RequestFactory

    from caimera.notices.places import note_place

    def sign_in(address: str) -> int:
        note_place(request=RequestFactory().get("/", REMOTE_ADDR=address), person=rosa)
        return Notice.objects.filter(kind="security", event="new-place").count()

    assert sign_in("192.0.2.1") == 0, "the first place is not new"
    assert sign_in("192.0.77.9") == 0
    assert sign_in("198.51.100.1") == 1
    assert sign_in("198.51.100.1") == 1
    assert sign_in("2001:db8::1") == 2
    assert sign_in("2001:db8:ffff::1") == 2
    assert sign_in("") == 2
    assert Place.objects.count() == 3
    hugo = make_person("hugo")
    assert digest_of(hugo, "192.0.2.1") not in Place.objects.values_list("digest", flat=True)


def test_a_person_takes_their_notices_along_and_they_go_with_them(
    rosa: Person, server: MailServer, olga: Person
) -> None:
    signed(1)
    one_for(rosa)
    one_for(olga)
    Preference.objects.create(person=rosa, kind="token-ends", how="web")
    Place.objects.create(person=rosa, digest="0" * 64, seen_at=timezone.now())
    RefusedAddress.objects.create(person=rosa, address=rosa.email, answer="550", since=timezone.now())
    known = all_known(rosa)["notices"]
    assert [min(one) for one in known] == ["at", "chosen", "refused", "place"]
    assert known[0]["said"].startswith("Your application to become a member was refused.")
    forget_person(person=rosa, actor="system")
    for kind in (Notice, Letter, Preference, Place, RefusedAddress):
        assert not kind.objects.filter(person=rosa).exists()
    assert Notice.objects.get().person == olga


def test_housekeeping_reminds_and_drops(rosa: Person) -> None:
    Membership.objects.create(
        person=rosa,
        table=1,
        state="member",
        institution="X",
        purpose="Y",
        state_since=timezone.now(),
        until=timezone.now() + timedelta(days=5),
    )
    old = one_for(rosa)
    Notice.objects.filter(pk=old.pk).update(written_at=timezone.now() - timedelta(days=500))
    keep()
    assert [one.kind for one in Notice.objects.all()] == ["membership-ends"]
