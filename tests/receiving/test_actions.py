"""Letters count once, and what is refused is counted without filling the trail."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from caimera.audit.queries import trail
from caimera.protocol.envelope import Letter
from caimera.protocol.messages import Presence
from caimera.receiving.actions import forget_expired_nonces, refuse_messages, spend_nonces
from caimera.receiving.models import Refusal, UsedNonce

pytestmark = pytest.mark.django_db


def letter(nonce: str, *, issuer: str = "trials") -> Letter:
    said = Presence(software="caimera 0.1.0", vocabulary="2026.11", variables={}, dataset_count=0)
    expires = timezone.now() + timedelta(minutes=1)
    return Letter(
        message=said, issuer=issuer, asker=None, nonce=nonce, expires_at=expires, request_id="request-1"
    )


def test_a_letter_counts_once_within_a_batch_and_after_it() -> None:
    first = [letter("a"), letter("b"), letter("a"), letter("a", issuer="genomics")]
    assert spend_nonces(letters=first) == [True, True, False, True]
    assert spend_nonces(letters=[letter("b"), letter("c"), letter("c")]) == [False, True, False]
    kept = set(UsedNonce.objects.values_list("site", "nonce"))
    assert kept == {("trials", "a"), ("trials", "b"), ("genomics", "a"), ("trials", "c")}


def test_noise_is_counted_but_cannot_fill_the_trail() -> None:
    for _ in range(4):
        refuse_messages(site="trials", code="malformed", sentence="No JSON.", object="node:trials")
    refuse_messages(site="trials", code="malformed", sentence="No JSON.", object="node:trials", times=3)
    assert Refusal.objects.get().count == 7
    (told,) = trail(act="message.refused")
    assert (told.object, told.detail["count"]) == ("node:trials", 1)

    Refusal.objects.update(told_at=timezone.now() - timedelta(seconds=61))
    refuse_messages(site="trials", code="malformed", sentence="No JSON.", object="node:trials")
    assert [record.detail["count"] for record in trail(act="message.refused")] == [8, 1]


def test_sites_and_kinds_are_counted_apart() -> None:
    for site, code in (("trials", "malformed"), ("trials", "expired"), ("", "malformed")):
        refuse_messages(site=site, code=code, sentence="Not so.")
    assert sorted(map(str, Refusal.objects.all())) == [
        "malformed 1",
        "trials expired 1",
        "trials malformed 1",
    ]
    assert trail(act="message.refused").count() == 3


def test_nonces_are_forgotten_when_their_letters_are_long_expired() -> None:
    now = timezone.now()
    for minutes in (1, 30):
        UsedNonce.objects.create(
            site="trials", nonce=f"{minutes}", expires_at=now - timedelta(minutes=minutes)
        )

    assert forget_expired_nonces(now=now) == 1
    assert UsedNonce.objects.get().nonce == "1"
