"""A node of a benchmark's own, its programs as an operator runs them, and the hub that asks it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psutil

from caimera.cohort import canonical, parse, question_hash, to_json
from caimera.demo.broker import Broker
from caimera.demo.ports import chosen
from caimera.demo.postgres import Cluster
from caimera.node.agent.keys import create_missing_keys
from caimera.protocol.envelope import open_sealed, seal
from caimera.protocol.identity import Card, Identity
from caimera.protocol.messages import Answer, Ask, Asker
from caimera.secrets import FileStore, load_identity
from caimera.transport import Arrival, Link, broker_config, new_broker_key, public_key, subjects

SITE = "all"
WAIT = 300.0
"""Seconds the first question may take: the node then still gives its patients their places."""
ASKER = Asker(person="bench", purpose="benchmark")


@dataclass(frozen=True)
class OwnNode:
    """A node that runs: its two programs, and what a hub must know to ask it."""

    serve: psutil.Process
    agent: psutil.Process
    page: str
    card: Card
    hub: Identity
    link: Link

    async def ask(self, texts: Sequence[str]) -> None:
        """Ask one question after another, from when the node is there; each must be answered."""
        answers: asyncio.Queue[bytes] = asyncio.Queue()

        async def take(arrival: Arrival) -> None:
            await answers.put(arrival.data)

        await self.link.open(wait=30)
        await self.link.subscribe(subjects.ANSWERS, take)
        try:
            for text in texts:
                await self._ask(text, answers)
        finally:
            await self.link.close()

    async def _ask(self, text: str, answers: asyncio.Queue[bytes]) -> None:
        now = datetime.now(UTC)
        asked = canonical(parse(text))
        ask = Ask(
            question_id=uuid4(),
            question=to_json(asked),
            question_hash=question_hash(asked),
            deadline_at=now + timedelta(seconds=WAIT),
        )
        sealed = seal(
            ask, sender=self.hub, recipient=self.card, asker=ASKER, request_id="bench-0001", now=now
        )
        await self.link.publish(subjects.question(SITE), sealed)
        answer = await asyncio.wait_for(self._answer(answers), WAIT)
        if answer.outcome != "answered":
            raise SystemExit(f"The node refused: {answer.reason}")

    async def _answer(self, arrived: asyncio.Queue[bytes]) -> Answer:
        """The next answer; what the node says of its trail is let go."""
        while True:
            data, now = await arrived.get(), datetime.now(UTC)
            letter = open_sealed(data, recipient=self.hub, senders=lambda site: self.card, now=now)
            if isinstance(letter.message, Answer):
                return letter.message


@contextmanager
def own_node(crates: Sequence[Path]) -> Iterator[OwnNode]:
    """Make a node that protects these crates, start it, and leave nothing behind."""
    with tempfile.TemporaryDirectory(prefix="caimera bench ") as name:
        directory = Path(name)
        cluster = Cluster(directory / "postgres")
        cluster.start()
        ports = chosen({"broker": 4420, "page": 8420}, {})
        broker = Broker(directory / "nats", ports["broker"])
        started: list[subprocess.Popen[bytes]] = []
        try:
            cluster.ensure_database("node")
            _settle(directory, cluster.url("node"), broker.url, ports["page"])
            hub = Identity.generate("hub")
            hub_seed, hub_key = new_broker_key()
            card = _card(directory)
            (directory / "hub.json").write_text(hub.card("Hub", broker_key=hub_key).model_dump_json())
            broker.configure(
                broker_config(
                    port=broker.port,
                    hub_key=hub_key,
                    node_keys={SITE: card.broker_key},
                    store_dir=broker.directory,
                )
            )
            broker.start()
            _caimera("migrate")
            _caimera("trust", str(directory / "hub.json"))
            _caimera("add", "--policy", "protected", *map(str, crates))
            started += [
                _start(directory, "serve", "--port", str(ports["page"])),
                _start(directory, "agent"),
            ]
            serve, agent = (psutil.Process(process.pid) for process in started)
            link = Link(url=broker.url, seed=hub_seed, name="hub")
            _wait_until_ready(f"http://127.0.0.1:{ports['page']}")
            yield OwnNode(serve, agent, f"http://127.0.0.1:{ports['page']}", card, hub, link)
        finally:
            for process in started:
                process.terminate()
            for process in started:
                process.wait()
            broker.stop()
            cluster.stop()


def _settle(directory: Path, database_url: str, broker_url: str, port: int) -> None:
    told = {
        "SITE_ID": SITE,
        "SITE_NAME": "Node of a benchmark",
        "BASE_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": database_url,
        "SECRETS_FILE": str(directory / "secrets.json"),
        "SECRETS_KEY_FILE": str(directory / "secrets.key"),
        "BROKER_URL": broker_url,
        "DATA_DIR": str(directory / "data"),
    }
    os.environ.update({f"CAIMERA_NODE_{name}": value for name, value in told.items()})
    store = FileStore.create(directory / "secrets.json", directory / "secrets.key")
    create_missing_keys(store, site_id=SITE)


def _card(directory: Path) -> Card:
    store = FileStore(directory / "secrets.json", directory / "secrets.key")
    broker_key = public_key(store.get("broker_seed").decode())
    return load_identity(store, SITE).card("Node of a benchmark", broker_key=broker_key)


def _caimera(*arguments: str) -> None:
    command = [sys.executable, "-m", "caimera", "node", *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _start(directory: Path, *arguments: str) -> subprocess.Popen[bytes]:
    with (directory / f"{arguments[0]}.log").open("wb") as log:
        command = [sys.executable, "-m", "caimera", "node", *arguments]
        return subprocess.Popen(command, stdout=log, stderr=log)


def _wait_until_ready(page: str) -> None:
    import time

    import httpx

    deadline = time.monotonic() + 600
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{page}/readyz").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(1)
    raise SystemExit("The node did not become ready.")
