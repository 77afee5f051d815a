"""The agent over a real broker: it appears, answers, outlives the broker, and leaves in order."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError
from django.utils import timezone

from caimera.cohort import parse
from caimera.demo.broker import Broker
from caimera.node.agent import process
from caimera.node.agent.health import agent_problem
from caimera.node.agent.models import Heartbeat
from caimera.node.agent.process import make_agent
from caimera.node.datasets.actions import register_crate
from caimera.protocol.messages import Ask
from caimera.receiving.models import Refusal
from caimera.transport import subjects
from caimera.web.threads import in_thread
from tests.journeys import run, until
from tests.node.agent.conftest import Listener, running
from tests.node.conftest import Hub, ask_of
from tests.node.crates import folder, random_holding

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def published(tmp_path: Path, transactional_db: None) -> None:
    written = random_holding(1, patients=20).write(tmp_path / "crates")
    register_crate(path=folder(written), policy="open", actor="system")


def question() -> Ask:
    return ask_of(parse("modality = CT"), deadline_at=timezone.now() + timedelta(seconds=15))


@pytest.mark.usefixtures("published")
def test_the_agent_appears_answers_and_leaves(hub: Hub, broker: Broker) -> None:
    ask = question()

    async def journey() -> None:
        async with Listener(hub, broker).there() as listener:
            async with running(make_agent()):
                await until(listener.presences)
                (presence,) = listener.presences()[:1]
                assert (presence.dataset_count, presence.leaving) == (1, False)
                assert "BETWEEN" in presence.variables["age_at_imaging"]
                await until(lambda: agent_problem() == "")
                await listener.ask(ask)
                await until(listener.answers)
            assert listener.answers()[0].question_id == ask.question_id
            assert listener.answers()[0].outcome == "answered"
            assert listener.presences()[-1].leaving
            await listener.ask(question())
            await until(lambda: listener.undelivered == 1)

    run(journey)
    assert not Heartbeat.objects.exists()


@pytest.mark.usefixtures("published")
def test_the_agent_outlives_the_broker_and_says_so_when_it_is_back(hub: Hub, broker: Broker) -> None:
    async def journey() -> None:
        async with running(make_agent()):
            await until(lambda: agent_problem() == "")
            broker.stop()
            await until(lambda: "no connection to the broker" in agent_problem())
            broker.start()
            async with Listener(hub, broker).there() as listener:
                await until(listener.presences)
                await listener.ask(question())
                await until(listener.answers)
                assert [answer.outcome for answer in listener.answers()] == ["answered"]

    run(journey)


def test_an_agent_started_before_the_broker_waits_for_it(hub: Hub, broker: Broker) -> None:
    broker.stop()

    async def journey() -> None:
        agent = make_agent()
        async with running(agent):
            await until(lambda: "no connection to the broker" in agent_problem())
            broker.start()
            await until(lambda: agent_problem() == "")
            assert await in_thread(agent_problem) == ""

    run(journey)


def test_an_agent_may_be_stopped_while_it_waits_for_the_broker(
    hub: Hub, broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    broker.stop()

    async def journey() -> None:
        async with running(make_agent()):
            await until(lambda: "no connection to the broker yet" in caplog.text)

    run(journey)
    assert not Heartbeat.objects.exists()


def test_a_beat_that_comes_late_does_not_bring_back_an_agent_that_left(hub: Hub) -> None:
    """As from a thread that outlives the task that waited for it."""
    agent = make_agent()
    agent._beat()
    assert Heartbeat.objects.exists()
    agent._stop_beating()
    agent._beat()
    assert not Heartbeat.objects.exists()


def test_what_is_no_envelope_does_not_stop_the_agent(hub: Hub, broker: Broker) -> None:
    async def journey() -> None:
        async with Listener(hub, broker).there() as listener, running(make_agent()):
            await until(listener.presences)
            await listener.link.publish(subjects.question("trials"), b"noise")
            await until(lambda: Refusal.objects.filter(code="malformed").exists())
            await listener.ask(question())
            await until(listener.answers)
            assert len(listener.answers()) == 1

    run(journey)


def test_a_question_that_fails_is_logged_and_the_next_is_answered(
    hub: Hub, broker: Broker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(**_: Any) -> None:
        raise DatabaseError("the connection was lost")

    async def journey() -> None:
        async with Listener(hub, broker).there() as listener, running(make_agent()):
            await until(listener.presences)
            with monkeypatch.context() as patch:
                patch.setattr(process, "hear", fail)
                await listener.ask(question())
                await until(lambda: "a message could not be answered" in caplog.text)
            await listener.ask(question())
            await until(listener.answers)
            assert len(listener.answers()) == 1

    run(journey)


def test_running_questions_are_finished_before_the_agent_leaves(
    hub: Hub, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, go_on = threading.Event(), threading.Event()
    original = process.hear

    def slowly(**arguments: Any) -> Any:
        began.set()
        go_on.wait(10)
        return original(**arguments)

    monkeypatch.setattr(process, "hear", slowly)

    async def journey() -> None:
        async with Listener(hub, broker).there() as listener:
            async with running(make_agent()) as agent:
                await until(listener.presences)
                await listener.ask(question())
                await until(began.is_set)
                agent.stop()
                await until(lambda: listener.presences()[-1].leaving)
                assert not listener.answers()
                go_on.set()
            await until(listener.answers)

    run(journey)


def test_questions_that_take_too_long_do_not_hold_the_agent(
    hub: Hub, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, go_on = threading.Event(), threading.Event()

    def endless(**_: Any) -> None:
        began.set()
        go_on.wait(30)

    monkeypatch.setattr(process, "hear", endless)
    monkeypatch.setattr(process, "GRACE", 0.1)

    async def journey() -> None:
        async with Listener(hub, broker).there() as listener:
            async with running(make_agent()):
                await until(listener.presences)
                await listener.ask(question())
                await until(began.is_set)
            assert listener.presences()[-1].leaving
            go_on.set()

    run(journey)


@pytest.mark.usefixtures("published")
def test_broken_data_are_said_once_in_the_log_and_on_readyz(
    hub: Hub,
    broker: Broker,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(process, "PRESENCE_EVERY", 0.05)
    (tmp_path / "crates" / "1-1" / "manifest.json").unlink()

    async def journey() -> None:
        async with running(make_agent()):
            await until(lambda: "Restore it or register it again" in agent_problem())
            await asyncio.sleep(0.3)

    run(journey)
    assert caplog.text.count("the published datasets cannot be counted") == 1


def test_a_node_that_trusts_no_hub_waits(hub: Hub, broker: Broker, caplog: pytest.LogCaptureFixture) -> None:
    from caimera.node.agent.models import TrustedHub

    TrustedHub.objects.all().delete()

    async def journey() -> None:
        async with running(make_agent()):
            await until(lambda: "caimera node trust" in caplog.text)

    run(journey)
    assert "the hub was not told" in caplog.text


def test_a_database_that_is_away_is_waited_for(
    hub: Hub, broker: Broker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(**_: Any) -> None:
        raise DatabaseError("nobody answers")

    monkeypatch.setattr(process, "PRESENCE_EVERY", 0.05)

    async def journey() -> None:
        async with Listener(hub, broker).there() as listener, running(make_agent()):
            with monkeypatch.context() as patch:
                patch.setattr(process, "beat", away)
                patch.setattr(process, "prepare", away)
                await until(lambda: "no connection to the database" in caplog.text)
            await until(listener.presences)
            assert not listener.presences()[0].leaving

    run(journey)
