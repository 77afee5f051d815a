"""Letters go out once: through refusals, a server that is away for a day, several senders, and a crash."""

from __future__ import annotations

import smtplib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from unittest.mock import patch

import pytest
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import Settings

from caimera.notices import sending
from caimera.notices.actions import choose, open_notice, tell, try_again, try_server_again
from caimera.notices.keeping import LETTERS_KEPT, drop_old
from caimera.notices.models import Letter, Notice, Post, RefusedAddress
from caimera.notices.queries import mail_state, refusal_of, set_aside, waiting_letters
from caimera.notices.sending import ATTEMPTS, make_digests, pause, send_waiting
from caimera.people.models import Person
from tests.hub.conftest import make_person
from tests.notices.conftest import send_to
from tests.notices.mail_server import MailServer

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock() -> Iterator[list[datetime]]:
    """What time it is for who sends; the tests turn it."""
    hands = [timezone.now() + timedelta(seconds=1)]
    with patch.object(sending.timezone, "now", lambda: hands[0]):
        yield hands


def told(*people: Person) -> None:
    with transaction.atomic():
        tell(kind="membership", event="refused", people=people, page="/membership")


def everybody(number: int) -> list[Person]:
    return [make_person(f"person{one}") for one in range(number)]


def test_each_gets_their_letter_and_no_second(server: MailServer, rosa: Person) -> None:
    told(*everybody(7), rosa)
    assert send_waiting() == 8
    assert send_waiting() == 0
    assert sorted(server.to()) == sorted([f"person{one}@example.org" for one in range(7)] + [rosa.email])
    state = mail_state()
    assert (state.waiting, state.post.problem) == (0, "")
    assert state.post.sent_at is not None


def test_a_server_away_for_a_day_loses_nothing_and_repeats_nothing(
    server: MailServer, clock: list[datetime], settings: Settings
) -> None:
    server.stop()
    before, people = clock[0], everybody(3)
    looks = 0
    while clock[0] < before + timedelta(days=1):
        if looks % 20 == 0:
            told(*people)
        assert send_waiting() == 0
        clock[0] += timedelta(minutes=5)
        looks += 1
    post = mail_state().post
    assert "refused" in post.problem.lower()
    assert post.since == before
    assert post.failures < 110, "it is not tried each time somebody looks"
    server.start()
    send_to(settings, server)
    clock[0] += timedelta(minutes=16)
    written = Letter.objects.count()
    assert written == 45
    assert send_waiting() == written
    assert set(Counter(str(one["Message-ID"]) for one in server.letters).values()) == {1}
    assert len(server.letters) == written
    assert mail_state().post.problem == ""


def test_a_letter_is_tried_for_more_than_two_days_with_growing_pauses(
    server: MailServer, clock: list[datetime], rosa: Person
) -> None:
    server.answers[rosa.email] = "451 greylisted, come later"
    told(rosa)
    began, pauses = clock[0], []
    while waiting_letters().exists():
        send_waiting()
        if (letter := Letter.objects.get()).set_aside_at is None:
            pauses.append(letter.due_at - clock[0])
            clock[0] = letter.due_at
    assert pauses == sorted(pauses)
    assert pauses[:4] == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]
    assert clock[0] - began > timedelta(days=2)
    assert len(pauses) == ATTEMPTS - 1
    assert set_aside().get().answer == "451 greylisted, come later"
    assert not RefusedAddress.objects.exists()


def test_what_was_put_off_arrives_when_it_is_taken(
    server: MailServer, clock: list[datetime], rosa: Person
) -> None:
    server.answers[rosa.email] = "451 come later"
    told(rosa, make_person("hugo"))
    assert send_waiting() == 2, "both were dealt with"
    assert server.to() == ["hugo@example.org"]
    del server.answers[rosa.email]
    send_waiting()
    assert len(server.letters) == 1, "not before its pause is over"
    clock[0] += pause(0)
    send_waiting()
    assert server.to() == ["hugo@example.org", rosa.email]


def test_a_refused_address_is_set_aside_told_and_not_tried_again(server: MailServer, rosa: Person) -> None:
    server.answers[rosa.email] = "550 5.1.1 no such user"
    told(rosa, make_person("hugo"))
    send_waiting()
    assert server.to() == ["hugo@example.org"]
    refused = refusal_of(rosa)
    assert refused is not None
    assert refused.answer == "550 5.1.1 no such user"
    with patch.object(smtplib.SMTP, "sendmail") as sendmail:
        told(rosa)
        send_waiting()
    assert not sendmail.called
    assert set_aside().count() == 2
    assert mail_state().others == []


def test_another_address_gets_mail_and_an_operator_tries_the_old_one_again(
    server: MailServer, rosa: Person, olga: Person
) -> None:
    server.answers[rosa.email] = "550 no such user"
    told(rosa)
    send_waiting()
    rosa.notice_email = "elsewhere@example.org"
    rosa.save()
    told(rosa)
    send_waiting()
    assert server.to() == ["elsewhere@example.org"]
    server.answers.clear()
    rosa.notice_email = ""
    rosa.save()
    refused = RefusedAddress.objects.get()
    assert try_again(refused_id=refused.pk + 1, by=olga) == 0
    assert try_again(refused_id=RefusedAddress.objects.get().pk, by=olga) == 1
    send_waiting()
    assert server.to() == ["elsewhere@example.org", "rosa@example.org"]


def test_a_letter_the_server_does_not_like_is_set_aside_alone(server: MailServer, rosa: Person) -> None:
    server.data_answers[rosa.email] = "554 looks like spam"
    told(rosa, make_person("hugo"))
    send_waiting()
    assert server.to() == ["hugo@example.org"]
    assert [one.answer for one in mail_state().others] == ["554 looks like spam"]
    server.data_answers.clear()
    assert try_again(refused_id=None, by=make_person("olga")) == 1
    send_waiting()
    assert len(server.letters) == 2


def test_a_sender_the_server_refuses_is_nobodys_letters_fault(
    server: MailServer, settings: Settings, rosa: Person
) -> None:
    told(rosa)
    with patch.object(
        smtplib.SMTP, "sendmail", side_effect=smtplib.SMTPSenderRefused(553, b"who are you", "hub@site.test")
    ):
        send_waiting()
    letter = Letter.objects.get()
    assert (letter.attempts, letter.sent_at, letter.set_aside_at) == (0, None, None)
    assert mail_state().post.problem == "553 who are you"


def test_a_line_that_breaks_puts_off_that_letter_and_lets_others_go_first(
    server: MailServer, clock: list[datetime], rosa: Person
) -> None:
    told(rosa)
    with patch.object(smtplib.SMTP, "sendmail", side_effect=smtplib.SMTPServerDisconnected("gone")):
        send_waiting()
    assert Letter.objects.get().attempts == 1
    assert mail_state().post.problem == "gone"
    clock[0] += timedelta(seconds=20)
    told(make_person("hugo"))
    send_waiting()
    assert server.to() == ["hugo@example.org"]
    clock[0] += timedelta(minutes=1)
    send_waiting()
    assert server.to() == ["hugo@example.org", rosa.email]


def test_a_crash_after_the_servers_word_is_recognised_by_the_message_id(
    server: MailServer, rosa: Person
) -> None:
    told(rosa)
    with patch.object(Letter, "save", side_effect=SystemExit), pytest.raises(SystemExit):
        send_waiting()
    assert len(server.letters) == 1
    assert waiting_letters().count() == 1
    send_waiting()
    first, second = server.letters
    assert first["Message-ID"] == second["Message-ID"] == f"<{Notice.objects.get().pk}@testserver>"
    assert first.as_bytes() == second.as_bytes()
    assert send_waiting() == 0


@pytest.mark.django_db(transaction=True)
def test_several_senders_at_once_send_each_letter_once(server: MailServer) -> None:
    told(*everybody(40))

    def send(_number: int) -> int:
        try:
            return send_waiting()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as senders:
        sent = list(senders.map(send, range(4)))
    assert sum(sent) == 40
    assert len(set(server.to())) == len(server.letters) == 40


def test_what_cannot_be_sent_any_more_holds_nothing_up(server: MailServer, rosa: Person) -> None:
    hugo, ida = make_person("hugo"), make_person("ida")
    told(hugo, ida, rosa)
    Person.objects.filter(pk=hugo.pk).update(email="")
    Notice.objects.filter(person=ida).delete()
    send_waiting()
    assert server.to() == [rosa.email]
    assert set_aside().get().person == hugo
    assert not waiting_letters().exists()


MONDAY = datetime.fromisoformat("2026-11-30T05:00:00+00:00")


@pytest.mark.parametrize(
    ("how", "written", "looked", "expected"),
    [
        ("daily", -1.0, 0.5, 0),
        ("daily", -1.0, 1.5, 1),
        ("daily", 1.5, 2.0, 0),
        ("daily", 1.5, 25.5, 1),
        ("weekly", -1.0, 1.5, 1),
        ("weekly", 1.5, 25.5, 0),
        ("weekly", 1.5, 6 * 24 + 23, 0),
        ("weekly", 1.5, 7 * 24 + 1.5, 1),
        ("daily", -1.0, 24 * 9, 1),
    ],
)
def test_a_digest_is_made_when_its_hour_is_over(
    server: MailServer, rosa: Person, how: str, written: float, looked: float, expected: int
) -> None:
    """Hours from five o'clock on a Monday; digests are due at six."""
    choose(person=rosa, hows={"token-ends": how})
    tell(kind="token-ends", event="7", people=[rosa])
    Notice.objects.update(written_at=MONDAY + timedelta(hours=written))
    assert make_digests(now=MONDAY + timedelta(hours=looked)) == expected
    assert make_digests(now=MONDAY + timedelta(hours=looked)) == 0


def test_a_digest_tells_in_one_letter_what_is_unread(server: MailServer, rosa: Person) -> None:
    choose(person=rosa, hows={"token-ends": "daily", "membership-ends": "daily"})
    for kind in ("token-ends", "membership-ends", "token-ends"):
        tell(kind=kind, event="7", people=[rosa], facts={"until": "1 May 2027"}, page="/me/tokens")
    read, *unread = Notice.objects.order_by("written_at", "id")
    open_notice(notice_id=read.pk, person=rosa)
    Notice.objects.update(written_at=timezone.now() - timedelta(days=2))
    assert send_waiting() == 1
    (letter,) = server.letters
    assert letter["Subject"] == "[Test hub] 2 unread notices"
    text = letter.get_content()
    assert all(f"http://testserver/me/notices/{one.pk}" in text for one in unread)
    assert str(read.pk) not in text
    assert send_waiting() == 0


def test_a_clock_that_was_ahead_does_not_hold_letters_back(
    server: MailServer, clock: list[datetime], rosa: Person
) -> None:
    told(rosa)
    ahead = clock[0] + timedelta(days=400)
    Letter.objects.update(due_at=ahead)
    Post.objects.create(due_at=ahead, problem="away", failures=3)
    assert send_waiting() == 1
    assert server.to() == [rosa.email]


def test_a_site_without_mail_sends_none_and_one_that_has_it_again_sends_what_waited(
    server: MailServer, settings: Settings, rosa: Person
) -> None:
    told(rosa)
    send_to(settings, server, mail_host="")
    assert send_waiting() == 0
    send_to(settings, server)
    assert send_waiting() == 1


def test_an_operator_writes_to_themselves_and_does_not_wait_for_the_pause(
    server: MailServer, olga: Person
) -> None:
    Post.objects.create(due_at=timezone.now() + timedelta(minutes=10), problem="away", failures=9)
    assert send_waiting() == 0
    try_server_again(by=olga)
    assert send_waiting() == 1
    assert server.letters[0]["Subject"] == "[Test hub] This is a test"


def test_old_notices_and_letters_go_and_what_waits_stays(server: MailServer, rosa: Person) -> None:
    told(rosa)
    send_waiting()
    told(rosa)
    now = timezone.now()
    drop_old(now=now + LETTERS_KEPT + timedelta(days=1))
    assert Letter.objects.count() == waiting_letters().count() == 1
    assert Notice.objects.count() == 2
    drop_old(now=now + timedelta(days=401))
    assert not Notice.objects.exists()
