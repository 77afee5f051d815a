"""One question over HTTP to the hub, three nodes and back, all answers; and ten members who ask at once.

Limits: 100 ms at the median and 250 ms at the 95th percentile for one member, 800 ms at the 95th for each of
ten. The demo must run (`make bench` starts it).
"""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from bench.measuring import QUESTIONS, percentiles, rounds, show, show_ratio, timed
from caimera.client import Hub, TokenFile
from caimera.demo.sign_in import sign_in

MEDIAN_MS, LIMIT_MS, CROWD_MS = 100.0, 250.0, 800.0
MEMBERS = 10
TIMES, CROWD_TIMES = 60, 12
_years = itertools.cycle(range(1900, 2021))


def hub_url() -> str:
    """The address of the demo's hub."""
    status = [sys.executable, "-m", "caimera", "demo", "status", "--json"]
    return str(json.loads(subprocess.run(status, capture_output=True, check=True).stdout)["sites"][0]["url"])


def asking(hub: Hub, text: str) -> Callable[[], None]:
    """Ask what this person did not ask just before, and wait for every node."""

    def ask() -> None:
        result = hub.search(f"{text} and year_of_imaging >= {next(_years)}", purpose="benchmark")
        if any(node.state != "answered" for node in result.nodes):
            raise SystemExit(f"Not every node answered: {[(node.id, node.state) for node in result.nodes]}")

    return ask


def alone(hub: Hub) -> None:
    """One member, one question after another."""
    for name, text in QUESTIONS.items():
        samples = rounds(asking(hub, text), times=TIMES)
        show(f"hub and three nodes: {name}", samples)
        median, high = percentiles(samples)
        show_ratio(f"below the limit of {MEDIAN_MS:.0f} ms at p50", MEDIAN_MS, median)
        show_ratio(f"below the limit of {LIMIT_MS:.0f} ms at p95", LIMIT_MS, high)


def together(hubs: list[Hub]) -> None:
    """Ten members, each with a question at the same moment, again and again."""
    for name, text in QUESTIONS.items():
        asks = [asking(hub, text) for hub in hubs]
        with ThreadPoolExecutor(len(hubs)) as pool:
            list(pool.map(timed, asks))  # a first time that does not count: connections are opened
            samples = [sample for _ in range(CROWD_TIMES) for sample in pool.map(timed, asks)]
        show(f"{len(hubs)} members at once: {name}", samples)
        show_ratio(f"below the limit of {CROWD_MS:.0f} ms at p95", CROWD_MS, percentiles(samples)[1])


def main() -> None:
    """Print figures and ratios."""
    url = hub_url()
    with tempfile.TemporaryDirectory() as desk, ExitStack() as opened:
        hubs = []
        for number in range(1, MEMBERS + 1):
            tokens = TokenFile(Path(desk) / f"member-{number}.json")
            sign_in(url, f"member-{number}", tokens)
            hubs.append(opened.enter_context(Hub(url, tokens=tokens)))
        alone(hubs[0])
        together(hubs)


if __name__ == "__main__":
    main()
