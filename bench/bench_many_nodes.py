"""One question to 100 and to 500 nodes and back, no answer lost.

Envelopes, keys, permissions, broker, worker and database are real; the nodes are simulated in two processes.
Limits: 250 ms for 100 nodes and 600 ms for 500, at the 95th percentile. Peer: an HTTP relay with long polling
and as many nodes, in the same run (`bench/relay.py` says what it spares itself). Floor: what sealing and
opening these envelopes costs alone, were this machine's processors to do nothing else and share it evenly.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from bench.measuring import percentiles, rounds, show, show_ratio
from bench.own_hub import OwnHub, own_hub
from bench.relay import Connection
from bench.simulated_nodes import Keys, said_by, write
from caimera.cohort import parse, question_hash, to_json
from caimera.demo.ports import chosen
from caimera.protocol.envelope import open_sealed, seal
from caimera.protocol.identity import Identity
from caimera.protocol.messages import Answer, Ask, Asker

LIMITS_MS = {100: 250.0, 500: 600.0}
TIMES = 40
PROCESSES = 2
_years = count(1900)


@contextmanager
def started(*arguments: str) -> Iterator[None]:
    """A program of the benchmark, from its word `ready` on."""
    process = subprocess.Popen([sys.executable, "-m", *arguments], stdout=subprocess.PIPE, text=True)
    try:
        if process.stdout is None or process.stdout.readline() != "ready\n":
            raise SystemExit(f"{arguments} did not become ready.")
        yield
    finally:
        process.terminate()
        process.wait()


def parts(nodes: int) -> list[range]:
    """The numbers of the nodes, shared by the processes."""
    size = -(-nodes // PROCESSES)
    return [range(first, min(first + size, nodes)) for first in range(0, nodes, size)]


def enrolled(hub: OwnHub, nodes: int) -> list[Path]:
    """Enrol nodes and write down, for each process, who they are."""
    from caimera.hub.federation.actions import enrol_node
    from caimera.hub.federation.broker import hub_card

    files = []
    for part in parts(nodes):
        keys = [Keys.new(f"site-{number}") for number in part]
        for key in keys:
            enrol_node(card=key.card, actor="system")
        files.append(hub.directory / f"nodes-{part[0]}.json")
        write(files[-1], url=hub.broker.url, hub=hub_card(), nodes=keys)
    return files


def sealed(nodes: int) -> list[float]:
    """How long a question takes through the hub, in milliseconds."""
    with own_hub() as hub, ExitStack() as running:
        files = enrolled(hub, nodes)
        hub.admit()
        running.enter_context(hub.working())
        for file in files:
            running.enter_context(started("bench.simulated_nodes", str(file)))
        _wait_until_present(nodes)
        _wait_until_harvested(nodes)
        person = _member()
        loop = running.enter_context(asyncio.Runner())
        return rounds(lambda: loop.run(_ask(person, nodes)), times=TIMES)


def _member() -> object:
    from django.utils import timezone

    from caimera.people.models import Person

    return Person.objects.create(
        issuer="bench", sub="bench", in_membership_group=True, checked_at=timezone.now()
    )


def _wait_until_present(nodes: int) -> None:
    from django.utils import timezone

    from caimera.hub.federation.queries import enrolled_nodes, is_present

    while sum(is_present(node, timezone.now()) for node in enrolled_nodes()) < nodes:
        time.sleep(0.2)


def _wait_until_harvested(nodes: int) -> None:
    """Every node's list of datasets is asked for once, when it comes: that is no part of a question."""
    from caimera.hub.catalogue.models import Harvest

    ended = Harvest.objects.filter(ended_at__isnull=False)
    while ended.values("source").distinct().count() < nodes:
        time.sleep(0.2)


async def _ask(person: object, nodes: int) -> None:
    """Ask, and follow until the question is closed, as the hub's server does for its readers."""
    from caimera.hub.search.actions import ask
    from caimera.hub.search.following import follow
    from caimera.web.threads import in_thread

    question = parse(f"modality = CT and sex = male and year_of_imaging >= {next(_years)}")
    asked = await in_thread(ask, person=person, question=question, purpose="", request_id="bench-0001")
    *_, last = [state async for state in follow(asked.pk) if state is not None]
    if lost := [node.id for node in last.nodes if node.state != "answered"]:
        raise SystemExit(f"{len(lost)} of {nodes} nodes gave no answer.")


def floor(nodes: int) -> float:
    """Milliseconds of a question and an answer for so many nodes, by all processors of this machine."""
    hub, node = Identity.generate("hub"), Identity.generate("site-1")
    keys = Keys.new("site-1")
    hub_card, card = (
        hub.card("Hub", broker_key=keys.broker_key),
        node.card("Site", broker_key=keys.broker_key),
    )
    now, asked = datetime.now(UTC), uuid.uuid4()
    question = parse("modality = CT and sex = male and year_of_imaging >= 2000")
    ask = Ask(
        question_id=asked,
        question=to_json(question),
        question_hash=question_hash(question),
        deadline_at=now + timedelta(seconds=15),
    )
    answer = Answer(question_id=asked, outcome="answered", datasets=(said_by("site-1"),), took_ms=0.5)
    asker = Asker(person="p" * 43)

    def both_ways() -> None:
        there = seal(ask, sender=hub, recipient=card, asker=asker, request_id="bench-0001", now=now)
        open_sealed(there, recipient=node, senders=lambda _: hub_card, now=now)
        back = seal(answer, sender=node, recipient=hub_card, asker=None, request_id="bench-0001", now=now)
        open_sealed(back, recipient=hub, senders=lambda _: card, now=now)

    taken = rounds(both_ways, times=200, clock=time.process_time)
    return percentiles(taken)[0] * nodes / len(os.sched_getaffinity(0))


def relayed(nodes: int) -> list[float]:
    """How long the same takes through the relay, in milliseconds."""
    port = chosen({"relay": 4450}, {})["relay"]
    relay = subprocess.Popen([sys.executable, "-m", "bench.relay", "serve", str(port)])
    try:
        _wait_for(port)
        with ExitStack() as running:
            for part in parts(nodes):
                ends = (str(part.start), str(part.stop))
                running.enter_context(started("bench.relay", "poll", str(port), *ends))
            loop = running.enter_context(asyncio.Runner())
            connection = Connection(port)
            loop.run(connection.open())
            return rounds(lambda: loop.run(_relay(connection, nodes)), times=TIMES)
    finally:
        relay.kill()
        relay.wait()


def _wait_for(port: int) -> None:
    while True:
        try:
            asyncio.run(Connection(port).open())
        except OSError:
            time.sleep(0.1)
        else:
            return


async def _relay(connection: Connection, nodes: int) -> None:
    task = {"id": uuid.uuid4().hex, "nodes": nodes, "question": f"year >= {next(_years)}"}
    await connection.ask("POST", "/tasks", json.dumps(task).encode())
    results = json.loads(await connection.ask("GET", f"/results/{task['id']}"))
    if len(results) != nodes:
        raise SystemExit(f"The relay lost {nodes - len(results)} results.")


def main(arguments: Sequence[str]) -> None:
    """Print figures and ratios; each number of nodes in a process of its own, as each makes a hub."""
    if not arguments:
        for nodes in LIMITS_MS:
            subprocess.run([sys.executable, "-m", "bench.bench_many_nodes", str(nodes)], check=True)
        return
    nodes = int(arguments[0])
    ours, theirs = sealed(nodes), relayed(nodes)
    show(f"{nodes} nodes, signed and sealed, through the database", ours)
    show(f"{nodes} nodes, plain, over an HTTP relay in memory", theirs)
    show_ratio(f"below the limit of {LIMITS_MS[nodes]:.0f} ms at p95", LIMITS_MS[nodes], percentiles(ours)[1])
    least = floor(nodes)
    print(f"  {'envelopes alone, on all processors of this machine':<58} {least:12.1f} ms")
    show_ratio("the median over that floor", percentiles(ours)[0], least)
    show_ratio("faster than the relay at p50", percentiles(theirs)[0], percentiles(ours)[0])


if __name__ == "__main__":
    main(sys.argv[1:])
