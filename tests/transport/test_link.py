"""Links over a real broker: who may say what, what comes back, and what happens in bad weather."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from pathlib import Path

import pytest

from caimera.demo.broker import Broker
from caimera.transport import (
    MAX_PAYLOAD,
    Arrival,
    BadAddress,
    BadBrokerKey,
    BadSubject,
    BrokerRefuses,
    BrokerUnreachable,
    Departure,
    Link,
    LinkState,
    MessageTooLarge,
    NotPermitted,
    Tally,
    new_broker_key,
    subjects,
)
from tests.transport.parties import Ear, Federation, until

pytestmark = pytest.mark.asyncio

CLOSED, CONNECTED, RECONNECTING = LinkState.CLOSED, LinkState.CONNECTED, LinkState.RECONNECTING


async def test_a_question_goes_out_and_an_answer_comes_back(federation: Federation) -> None:
    hub, north = await federation.linked("hub"), await federation.linked("north")
    answers = Ear()

    async def reply(arrival: Arrival) -> None:
        await north.publish(subjects.answer("north", "q1"), b"answer to " + arrival.data)

    await hub.subscribe(subjects.ANSWERS, answers)
    await north.subscribe(subjects.question("north"), reply)
    await hub.publish(subjects.question("north"), b"question")
    assert await answers.heard()
    assert answers.arrivals == [Arrival("fed.r.north.q1", b"answer to question")]


async def test_the_broker_says_at_once_that_a_node_is_absent(federation: Federation) -> None:
    hub = await federation.linked("hub")
    told = Ear()
    await hub.subscribe(subjects.UNDELIVERED, told)
    await hub.publish(subjects.question("north"), b"question", reply=subjects.undelivered("north", "q1"))
    assert await told.heard()
    assert told.arrivals == [Arrival("fed.u.north.q1", b"", undelivered=True)]


async def test_nothing_is_undelivered_when_the_node_listens(federation: Federation) -> None:
    hub, north = await federation.linked("hub"), await federation.linked("north")
    told, questions = Ear(), Ear()
    await hub.subscribe(subjects.UNDELIVERED, told)
    await north.subscribe(subjects.question("north"), questions)
    await hub.publish(subjects.question("north"), b"question", reply=subjects.undelivered("north", "q1"))
    await hub.publish(subjects.question("south"), b"question", reply=subjects.undelivered("south", "q1"))
    assert await questions.heard()
    assert await told.heard()
    assert [arrival.subject for arrival in told.arrivals] == ["fed.u.south.q1"]


@pytest.mark.parametrize(
    "pattern", ["fed.q.south", "fed.q.>", ">", "fed.r.>", "fed.u.>", "_INBOX.>", "$SYS.>"]
)
async def test_a_node_hears_no_subject_but_its_own(federation: Federation, pattern: str) -> None:
    north = await federation.linked("north")
    with pytest.raises(NotPermitted, match="does not let north hear"):
        await north.subscribe(pattern, Ear())
    assert north.tally == Tally(violations=1)
    assert north.state is CONNECTED


@pytest.mark.parametrize("subject", ["fed.r.south.q1", "fed.hb.south", "fed.q.north", "fed.u.north.q1"])
async def test_a_node_cannot_speak_as_another(
    federation: Federation, subject: str, caplog: pytest.LogCaptureFixture
) -> None:
    hub, north = await federation.linked("hub"), await federation.linked("north")
    heard = Ear()
    for pattern in (subjects.ANSWERS, subjects.PRESENCES, subjects.UNDELIVERED):
        await hub.subscribe(pattern, heard)
    await north.publish(subject, b"forged-data")
    assert await until(lambda: north.tally.violations == 1)
    await north.publish(subjects.presence("north"), b"here")
    assert await heard.heard()
    assert [arrival.subject for arrival in heard.arrivals] == ["fed.hb.north"]
    assert f'publish to "{subject}"' in caplog.text
    assert "forged-data" not in caplog.text


async def test_the_hub_cannot_speak_as_a_node(federation: Federation) -> None:
    hub = await federation.linked("hub")
    await hub.publish(subjects.presence("north"), b"here")
    assert await until(lambda: hub.tally.violations == 1)


async def test_a_key_nobody_enrolled_is_refused_in_clear_words(federation: Federation) -> None:
    seed, _ = new_broker_key()
    link = federation.link("north", seed=seed)
    with pytest.raises(BrokerRefuses, match=r"does not know the key of north\. Enrol this site") as caught:
        await link.open()
    assert seed not in str(caught.value)
    assert (link.state, federation.states["north"]) == (CLOSED, [])


async def test_a_broker_that_is_not_there_is_named_and_may_be_tried_again(broker: Broker) -> None:
    seed, public = new_broker_key()
    federation = Federation(broker, {"hub": (seed, public)})
    link = federation.link("hub")
    with pytest.raises(BrokerUnreachable, match=broker.url):
        await link.open(wait=0.3)
    federation.configure()
    broker.start()
    await link.open()
    assert link.state is CONNECTED
    await link.close()


async def test_opening_waits_for_a_broker_that_comes_a_little_later(broker: Broker) -> None:
    seed, public = new_broker_key()
    federation = Federation(broker, {"hub": (seed, public)})
    federation.configure()
    link = federation.link("hub")
    opening = asyncio.create_task(link.open(wait=20))
    await asyncio.sleep(0.2)
    await asyncio.to_thread(broker.start)
    await opening
    assert federation.states["hub"] == [CONNECTED]
    await link.close()


async def test_links_come_back_after_the_broker_was_killed(federation: Federation) -> None:
    hub, north = await federation.linked("hub"), await federation.linked("north")
    questions = Ear()
    await north.subscribe(subjects.question("north"), questions)
    process = federation.broker.process
    assert process is not None
    process.kill()
    process.wait()
    assert await until(lambda: hub.state is north.state is RECONNECTING)
    with pytest.raises(BrokerUnreachable, match="is down"):
        await hub.publish(subjects.question("north"), b"lost")
    answers = Ear()
    await hub.subscribe(subjects.ANSWERS, answers)
    federation.broker.start()
    assert await until(lambda: hub.state is north.state is CONNECTED)
    await hub.publish(subjects.question("north"), b"after")
    await north.publish(subjects.answer("north", "q1"), b"answer")
    assert await questions.heard()
    assert await answers.heard()
    assert [arrival.data for arrival in questions.arrivals] == [b"after"]
    assert federation.states["hub"] == federation.states["north"] == [CONNECTED, RECONNECTING, CONNECTED]


async def test_a_revoked_node_is_cut_at_once_and_the_others_stay(
    federation: Federation, caplog: pytest.LogCaptureFixture
) -> None:
    hub, north, south = [await federation.linked(site) for site in ("hub", "north", "south")]
    heard = Ear()
    await hub.subscribe(subjects.PRESENCES, heard)
    federation.configure("south")
    federation.broker.reload()
    assert await until(lambda: north.state is RECONNECTING)
    with pytest.raises(BrokerUnreachable):
        await north.publish(subjects.presence("north"), b"here")
    assert await until(lambda: "does not know the key of north" in caplog.text)
    await south.publish(subjects.presence("south"), b"here")
    assert await heard.heard()
    assert federation.states["hub"] == federation.states["south"] == [CONNECTED]


async def test_a_node_admitted_again_comes_back_with_its_subscriptions(federation: Federation) -> None:
    hub, north = await federation.linked("hub"), await federation.linked("north")
    questions = Ear()
    await north.subscribe(subjects.question("north"), questions)
    federation.configure()
    federation.broker.reload()
    assert await until(lambda: north.state is RECONNECTING)
    federation.configure("north")
    federation.broker.reload()
    assert await until(lambda: north.state is CONNECTED)
    await hub.publish(subjects.question("north"), b"question")
    assert await questions.heard()


async def test_a_subject_lost_meanwhile_is_told_and_the_link_comes_back(
    federation: Federation, caplog: pytest.LogCaptureFixture
) -> None:
    north = await federation.linked("north")
    await north.subscribe(subjects.question("north"), Ear())
    process = federation.broker.process
    assert process is not None
    process.kill()
    process.wait()
    federation.keys["north"], federation.keys["south"] = federation.keys["south"], federation.keys["north"]
    federation.configure("north", "south")
    federation.broker.start()
    assert await until(lambda: federation.states["north"] == [CONNECTED, RECONNECTING, CONNECTED])
    assert "lost a subject it heard before" in caplog.text


async def test_a_handler_that_fails_harms_nobody_else(
    federation: Federation, caplog: pytest.LogCaptureFixture
) -> None:
    hub, north = await federation.linked("hub"), await federation.linked("north")
    heard = Ear()

    async def fail_once(arrival: Arrival) -> None:
        await heard(arrival)
        if len(heard.arrivals) == 1:
            raise RuntimeError("the handler's own words")

    await hub.subscribe(subjects.PRESENCES, fail_once)
    await north.publish(subjects.presence("north"), b"secret-data")
    assert await until(lambda: hub.tally.failed == 1)
    await north.publish(subjects.presence("north"), b"secret-data")
    assert await heard.heard(2)
    assert hub.state is CONNECTED
    record = next(record for record in caplog.records if record.levelno == logging.ERROR)
    assert record.getMessage() == "The handler of a message on fed.hb.north failed."
    assert "secret-data" not in caplog.text


async def test_so_many_handlers_run_at_once_and_no_more(
    federation: Federation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("caimera.transport.delivery.CONCURRENCY", 3)
    hub, north = await federation.linked("hub"), await federation.linked("north")
    running, most, done = 0, 0, 0
    gate = asyncio.Event()

    async def busy(_: Arrival) -> None:
        nonlocal running, most, done
        running, most = running + 1, max(most, running + 1)
        await gate.wait()
        running, done = running - 1, done + 1

    await hub.subscribe(subjects.PRESENCES, busy)
    for _ in range(10):
        await north.publish(subjects.presence("north"), b"here")
    assert await until(lambda: running == 3)
    gate.set()
    assert await until(lambda: done == 10)
    assert most == 3


async def test_what_a_slow_site_cannot_hold_is_dropped_and_counted(
    federation: Federation, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("caimera.transport.delivery.CONCURRENCY", 1)
    monkeypatch.setattr("caimera.transport.connection._WAITING_MESSAGES", 2)
    hub, north = await federation.linked("hub"), await federation.linked("north")
    gate, heard = asyncio.Event(), Ear()

    async def slow(arrival: Arrival) -> None:
        await gate.wait()
        await heard(arrival)

    await hub.subscribe(subjects.PRESENCES, slow)
    for _ in range(20):
        await north.publish(subjects.presence("north"), b"secret-data")
    assert await until(lambda: hub.tally.dropped > 0)
    gate.set()
    assert await until(lambda: len(heard.arrivals) + hub.tally.dropped == 20)
    assert "too slow for a message on fed.hb.north" in caplog.text
    assert "secret-data" not in caplog.text
    assert hub.state is CONNECTED


async def test_a_message_over_the_limit_is_refused_before_it_is_sent(federation: Federation) -> None:
    hub, north = await federation.linked("hub"), await federation.linked("north")
    questions = Ear()
    await north.subscribe(subjects.question("north"), questions)
    with pytest.raises(MessageTooLarge, match="4000001 bytes"):
        await hub.publish(subjects.question("north"), bytes(MAX_PAYLOAD + 1))
    await hub.publish(subjects.question("north"), bytes(MAX_PAYLOAD))
    assert await questions.heard()
    assert len(questions.arrivals[0].data) == MAX_PAYLOAD


async def test_closing_lets_a_running_handler_answer(federation: Federation) -> None:
    hub, north = await federation.linked("hub"), await federation.linked("north")
    answers, started = Ear(), asyncio.Event()

    async def answer_slowly(_: Arrival) -> None:
        started.set()
        await asyncio.sleep(0.1)
        await north.publish(subjects.answer("north", "q1"), b"last words")

    await hub.subscribe(subjects.ANSWERS, answers)
    await north.subscribe(subjects.question("north"), answer_slowly)
    await hub.publish(subjects.question("north"), b"question")
    await started.wait()
    await north.close()
    assert await answers.heard()
    assert federation.states["north"] == [CONNECTED, CLOSED]


async def test_closing_does_not_wait_for_ever(
    federation: Federation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("caimera.transport.link._GRACE", 0.05)
    hub, north = await federation.linked("hub"), await federation.linked("north")
    started, cancelled = asyncio.Event(), asyncio.Event()

    async def never_end(_: Arrival) -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    await north.subscribe(subjects.question("north"), never_end)
    await hub.publish(subjects.question("north"), b"question")
    await started.wait()
    await north.close()
    assert cancelled.is_set()
    assert north.tally.failed == 0


async def test_a_handler_may_close_its_own_link(federation: Federation) -> None:
    hub, north = await federation.linked("hub"), await federation.linked("north")

    async def leave(_: Arrival) -> None:
        await north.close()

    await north.subscribe(subjects.question("north"), leave)
    await hub.publish(subjects.question("north"), b"go")
    assert await until(lambda: north.state is CLOSED)


async def test_a_connection_that_ends_between_two_acts_is_told_and_made_good(federation: Federation) -> None:
    hub, north = await federation.linked("hub"), await federation.linked("north")
    heard = Ear()
    assert hub._connection is not None
    await hub._connection.close()
    with pytest.raises(BrokerUnreachable):
        await hub.publish(subjects.question("north"), b"question")
    await hub.subscribe(subjects.PRESENCES, heard)
    assert await until(lambda: federation.states["hub"] == [CONNECTED, RECONNECTING, CONNECTED])
    await north.publish(subjects.presence("north"), b"here")
    assert await heard.heard()


async def test_a_link_without_a_listener_for_its_state_lives_as_well(federation: Federation) -> None:
    link = Link(url=federation.broker.url, seed=federation.keys["north"][0], name="north")
    await link.open()
    await link.close()
    assert link.state is CLOSED


async def test_a_subject_has_one_handler(federation: Federation) -> None:
    north = await federation.linked("north")
    await north.subscribe(subjects.question("north"), Ear())
    with pytest.raises(BadSubject, match="hears fed.q.north already"):
        await north.subscribe(subjects.question("north"), Ear())


async def test_a_closed_link_says_so_and_may_be_opened_again(federation: Federation) -> None:
    link = await federation.linked("north")
    await link.open()
    await link.close()
    await link.close()
    with pytest.raises(BrokerUnreachable):
        await link.publish(subjects.presence("north"), b"here")
    with pytest.raises(BrokerUnreachable):
        await link.subscribe(subjects.question("north"), Ear())
    await link.open()
    assert federation.states["north"] == [CONNECTED, CLOSED, CONNECTED]


async def test_a_link_may_be_closed_while_the_broker_is_away(federation: Federation) -> None:
    link = await federation.linked("north")
    federation.broker.stop()
    assert await until(lambda: link.state is RECONNECTING)
    await link.close()
    assert link.state is CLOSED


@pytest.mark.parametrize("url", ["", "127.0.0.1:4222", "http://127.0.0.1", "nats://", "ws://127.0.0.1:1"])
async def test_an_address_of_another_form_is_refused(url: str) -> None:
    seed, _ = new_broker_key()
    with pytest.raises(BadAddress, match="nats://host:port"):
        Link(url=url, seed=seed, name="hub")


async def test_a_seed_of_another_form_is_refused_and_never_shown(federation: Federation) -> None:
    seed, public = new_broker_key()
    with pytest.raises(BadBrokerKey):
        Link(url="nats://127.0.0.1:1", seed=public, name="hub")
    assert seed not in repr(Link(url="nats://127.0.0.1:1", seed=seed, name="hub"))


async def test_what_was_delivered_the_broker_has(federation: Federation) -> None:
    hub, north = await federation.linked("hub"), await federation.linked("north")
    heard = Ear()
    await north.subscribe(subjects.question("north"), heard)
    await hub.deliver([Departure(subjects.question("north"), str(number).encode()) for number in range(50)])
    assert await heard.heard(50)
    assert sorted(int(arrival.data) for arrival in heard.arrivals) == list(range(50))


async def test_a_delivery_that_says_where_is_told_of_nobody(federation: Federation) -> None:
    hub = await federation.linked("hub")
    told = Ear()
    await hub.subscribe(subjects.UNDELIVERED, told)
    await hub.deliver(
        [Departure(subjects.question("north"), b"question", reply=subjects.undelivered("north", "q1"))]
    )
    assert await told.heard()


async def test_nothing_is_delivered_over_a_link_that_is_down(federation: Federation) -> None:
    hub = await federation.linked("hub")
    federation.broker.stop()
    assert await until(lambda: hub.state is LinkState.RECONNECTING)
    with pytest.raises(BrokerUnreachable, match="comes back by itself"):
        await hub.deliver([Departure(subjects.question("north"), b"question")])


def stands_still(pid: int) -> bool:
    """Whether all threads of a process have heard that they are to stop: until then some go on."""
    stats = [task.read_text() for task in Path(f"/proc/{pid}/task").glob("*/stat")]
    return {stat.rpartition(")")[2].split()[0] for stat in stats} == {"T"}


async def test_a_delivery_the_broker_did_not_confirm_is_an_error(federation: Federation) -> None:
    hub = await federation.linked("hub")
    server = federation.broker.process
    assert server is not None
    os.kill(server.pid, signal.SIGSTOP)
    try:
        await until(lambda: stands_still(server.pid))
        with pytest.raises(BrokerUnreachable):
            await hub.deliver([Departure(subjects.question("north"), b"question")])
    finally:
        os.kill(server.pid, signal.SIGCONT)


async def test_of_a_delivery_with_one_message_too_large_nothing_is_sent(federation: Federation) -> None:
    hub, north = await federation.linked("hub"), await federation.linked("north")
    heard = Ear()
    await north.subscribe(subjects.question("north"), heard)
    with pytest.raises(MessageTooLarge):
        await hub.deliver(
            [Departure(subjects.question("north"), b"x" * size) for size in (1, MAX_PAYLOAD + 1)]
        )
    await hub.deliver([Departure(subjects.question("north"), b"the only one")])
    assert await heard.heard()
    assert [arrival.data for arrival in heard.arrivals] == [b"the only one"]


async def test_of_a_group_one_hears_each_message(federation: Federation) -> None:
    first, second, north = [await federation.linked(site) for site in ("hub", "hub", "north")]
    ears = [Ear(), Ear()]
    for link, ear in zip((first, second), ears, strict=True):
        await link.subscribe(subjects.ANSWERS, ear, group="workers")
    for number in range(100):
        await north.publish(subjects.answer("north", f"q{number}"), str(number).encode())
    assert await until(lambda: sum(len(ear.arrivals) for ear in ears) >= 100)
    heard = [int(arrival.data) for ear in ears for arrival in ear.arrivals]
    assert sorted(heard) == list(range(100))
    assert all(ear.arrivals for ear in ears)


async def test_in_turn_each_message_waits_for_the_one_before(federation: Federation) -> None:
    hub, north = await federation.linked("hub"), await federation.linked("north")
    running, most, order = 0, 0, []

    async def slowly(arrival: Arrival) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.002)
        order.append(int(arrival.data))
        running -= 1

    await hub.subscribe(subjects.ANSWERS, slowly, in_turn=True)
    for number in range(30):
        await north.publish(subjects.answer("north", "q"), str(number).encode())
    assert await until(lambda: len(order) == 30)
    assert (most, order) == (1, list(range(30)))
