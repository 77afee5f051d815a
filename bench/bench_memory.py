"""What the running demo keeps in memory, and one node that holds all of its datasets.

Limits: 300 MB for the hub (server and worker), 350 MB for a node (server and agent) with every series of the
index, 3 GB for the whole demo. Memory is the proportional set size: pages that processes share count once.
The demo must run (`make bench` starts it).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import httpx
import psutil

from bench.bench_one_node import make_crates
from bench.measuring import QUESTIONS, show_ratio
from bench.own_node import own_node
from caimera.demo.home import Home
from caimera.demo.state import read

MEGABYTE = 1024 * 1024
HUB_MB, NODE_MB, DEMO_MB = 300.0, 350.0, 3_000.0


def megabytes(processes: Iterable[psutil.Process]) -> float:
    """What these processes and their children keep together."""
    everyone = {member for process in processes for member in (process, *process.children(recursive=True))}
    return sum(process.memory_full_info().pss for process in everyone) / MEGABYTE


def show(name: str, used: float, limit: float) -> None:
    """Print one figure and its ratio to the limit."""
    print(f"  {name:<58} {used:8.1f} MB")
    show_ratio(f"below the limit of {limit:.0f} MB", limit, used)


def services(home: Home) -> dict[str, psutil.Process]:
    """The demo's programs by name."""
    return {service.name: psutil.Process(service.pid) for service in read(home).services if service.pid}


def whole_node() -> float:
    """What a node keeps that protects every dataset of the demo, after questions and a look at its page."""
    texts = [
        f"{text} and year_of_imaging >= {1990 + number}"
        for number in range(10)
        for text in QUESTIONS.values()
    ]
    with own_node(make_crates()) as node:
        asyncio.run(node.ask(texts))
        httpx.get(node.page).raise_for_status()
        return megabytes([node.serve, node.agent])


def main() -> None:
    """Print figures and ratios."""
    home = Home.default()
    running = services(home)
    show("hub: server and worker", megabytes([running["hub-serve"], running["hub-worker"]]), HUB_MB)
    for node in ("trials", "genomics", "community"):
        parts = [running[f"{node}-serve"], running[f"{node}-agent"]]
        show(f"node {node}: server and agent", megabytes(parts), NODE_MB)
    supervisor = psutil.Process(read(home).supervisor)
    show("the whole demo", megabytes([supervisor, *running.values()]), DEMO_MB)
    show("a node with every series: server and agent", whole_node(), NODE_MB)


if __name__ == "__main__":
    main()
