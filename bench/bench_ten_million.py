"""Ten million series in one node: the index of all collections ten times, each time with new identities.

Limits: the cost of a question, in processor time, grows no faster than the rows, and a process that answers
takes at most 500 MB. Each size is built in one process and asked in another, so that what building takes does
not stand in for answering. Anonymous pages are the process's own; pages mapped from files are the index and
the programs, which the system may drop and read again at any time.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid5

import pyarrow as pa
import pyarrow.compute as pc

from bench.bench_one_node import HOME, make_crates, releases, variants
from bench.measuring import QUESTIONS, percentiles, rounds, show, show_ratio
from caimera.cohort import And, canonical, parse
from caimera.node.sources import IndexedSource, Origin, SourceRelease
from caimera.node.sources.origins import Columns, Tables

TIMES = 10
LIMIT_MB = 500.0


@dataclass(frozen=True)
class Repeated:
    """An origin whose patients are new people: the same data under other identifiers."""

    origin: Origin
    number: int

    def read(self, columns: Columns, *, digest: str) -> Tables:
        """The tables of the origin, with new identifiers."""
        tables = dict(self.origin.read(columns, digest=digest))
        patients = tables["patient"]
        place = patients.column_names.index("patient_identifier")
        renamed = pc.binary_join_element_wise(
            patients["patient_identifier"], pa.scalar(str(self.number)), "/"
        )
        tables["patient"] = patients.set_column(place, "patient_identifier", renamed)
        return tables


def repeated(times: int) -> list[SourceRelease]:
    """Every release `times` times."""
    held = releases(sorted((HOME / "crates" / "all").iterdir()))
    return [
        SourceRelease(
            uuid5(release.dataset_id, str(number)), release.digest, Repeated(release.origin, number)
        )
        for number in range(times)
        for release in held
    ]


def work(what: str, times: int) -> None:
    """In a process of its own: build the index, or ask it; print figures as JSON."""
    held = repeated(times)
    directory = HOME / f"index times {times}"
    if what == "build":
        shutil.rmtree(directory, ignore_errors=True)
    source = IndexedSource(directory)
    source.prepare(held)
    figures: dict[str, object] = {}
    if what == "ask":
        figures["series"] = sum(count.series for count in source.count(And(()), held, wait=60))
        for name, text in QUESTIONS.items():
            every = variants(canonical(parse(text)))
            figures[name] = rounds(
                lambda q=every: source.sets(q, held, wait=60), times=40, clock=time.thread_time
            )
    source.close()
    print(json.dumps({**figures, "memory": memory()}))


def memory() -> dict[str, float]:
    """Megabytes of this process: now its own, now mapped from files, and all of it at the highest."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    said = dict(line.split(":", 1) for line in lines)
    return {name: int(said[name].split()[0]) / 1024 for name in ("RssAnon", "RssFile", "VmHWM")}


def in_a_process(what: str, times: int) -> dict:
    """The figures of one piece of work."""
    command = [sys.executable, "-m", "bench.bench_ten_million", what, str(times)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Print figures and ratios."""
    make_crates()
    building = {times: in_a_process("build", times) for times in (1, TIMES)}
    asking = {times: in_a_process("ask", times) for times in (1, TIMES)}
    rows = asking[TIMES]["series"] / asking[1]["series"]
    print(f"  {asking[1]['series']:,} and {asking[TIMES]['series']:,} series")
    for name in QUESTIONS:
        for times in (1, TIMES):
            show(f"{name} and its variants, index times {times}", asking[times][name])
        cost = percentiles(asking[TIMES][name])[0] / percentiles(asking[1][name])[0]
        show_ratio(f"rows grow faster than the cost of {name}", rows, cost)
    for name, figures in (("answering", asking[TIMES]), ("building", building[TIMES])):
        held = figures["memory"]
        print(
            f"  {name}: {held['RssAnon']:.0f} MB its own, {held['RssFile']:.0f} MB mapped from files,"
            f" {held['VmHWM']:.0f} MB at the highest"
        )
    show_ratio(
        f"below {LIMIT_MB:.0f} MB at the highest, answering", LIMIT_MB, asking[TIMES]["memory"]["VmHWM"]
    )


if __name__ == "__main__":
    if len(sys.argv) == 3:
        work(sys.argv[1], int(sys.argv[2]))
    else:
        main()
