"""What waits for the hub: written with its act, one of a kind where that is enough, gone only when taken."""

from __future__ import annotations

from threading import Thread
from uuid import UUID

import pytest
from django.db import connection, transaction

from caimera.node.outbox.actions import strike_out, tell_hub
from caimera.node.outbox.errors import OutsideTransaction
from caimera.node.outbox.models import Waiting
from caimera.node.outbox.queries import AT_ONCE, next_waiting
from caimera.protocol.messages import CatalogueChanged, RecordsGiven

RUN = UUID(int=7)


def changed(datasets: int) -> CatalogueChanged:
    return CatalogueChanged(digest="ab" * 32, datasets=datasets)


def told() -> list[object]:
    return [row.message for row in next_waiting()]


@pytest.mark.django_db
def test_messages_wait_in_the_order_they_were_written() -> None:
    messages = [RecordsGiven(run=RUN, gone=(UUID(int=number),)) for number in range(3)]
    for message in messages:
        tell_hub(message=message)
    assert told() == messages
    assert str(next_waiting()[0]).endswith(" catalogue.records-given/1")


@pytest.mark.django_db
def test_a_message_takes_the_place_of_the_one_it_makes_superfluous() -> None:
    given = RecordsGiven(run=RUN)
    tell_hub(message=changed(1), instead=True)
    tell_hub(message=given)
    tell_hub(message=changed(2), instead=True)
    assert told() == [given, changed(2)]


@pytest.mark.django_db
def test_what_came_while_a_message_was_sent_still_waits() -> None:
    tell_hub(message=changed(1), instead=True)
    sent = [row.id for row in next_waiting()]
    tell_hub(message=changed(2), instead=True)
    strike_out(ids=sent)
    assert told() == [changed(2)]
    strike_out(ids=[row.id for row in next_waiting()])
    assert told() == []


@pytest.mark.django_db
def test_many_are_sent_some_at_a_time() -> None:
    for _ in range(AT_ONCE + 1):
        tell_hub(message=RecordsGiven(run=RUN))
    assert len(next_waiting()) == AT_ONCE


@pytest.mark.django_db(transaction=True)
def test_what_did_not_happen_is_not_told() -> None:
    with pytest.raises(OutsideTransaction, match="in the transaction of what it tells"):
        tell_hub(message=changed(1), instead=True)
    with transaction.atomic():
        tell_hub(message=changed(1), instead=True)
        transaction.set_rollback(True)
    assert not Waiting.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_acts_at_the_same_time_leave_one_message() -> None:
    def act(number: int) -> None:
        with transaction.atomic():
            tell_hub(message=changed(number), instead=True)
        connection.close()

    threads = [Thread(target=act, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (message,) = told()
    assert isinstance(message, CatalogueChanged)
    assert 0 <= message.datasets < 8
