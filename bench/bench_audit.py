"""The trail: what a record costs its act, how writers get along, and how fast a trail is verified.

A PostgreSQL cluster of its own is started, its settings as in the demo. Each act is a row changed in a
transaction, once with its record and once without; only what was measured in the same run may be compared.

Writers come in two kinds. pgbench sends the statements of the act and hardly uses the processor: it shows how
records get along in the database. Processes of Python share the cores with each other and with PostgreSQL,
which is their limit long before the database's, record or none: it is printed beside.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

from bench.measuring import rounds, show, show_ratio
from tests.plugins import hub as _settings  # noqa: F401 - a database, keys and a hub's settings for this process

ACTS = 400
WRITERS = 8
SECONDS = 4.0
RECORDS = 20_000
PERSONS = 50

WRITE = """
import sys, time
import django
django.setup()
from bench.bench_audit import audited, unaudited
act, row = {"audited": audited, "unaudited": unaudited}[sys.argv[1]], int(sys.argv[2])
act(row)
print("ready", flush=True)
until, done = time.monotonic() + float(sys.stdin.readline()), 0
before = time.process_time()
while time.monotonic() < until:
    act(row)
    done += 1
print(done, time.process_time() - before)
"""

CHANGE = "UPDATE bench_thing SET value = value + 1 WHERE id = :client_id;"
RECORD = """INSERT INTO audit_record (act, actor, object, detail, request_id) VALUES ('thing.changed',
 'person:' || :client_id || '@example.org', 'thing:' || :client_id, '{"before":1,"nodes":{"trials":"waiting"},
 "purpose":"Dose reduction in thoracic CT"}', '0192f0c1-request') RETURNING id, at;"""


def unaudited(row: int) -> None:
    """An act: a row of its own changed, in a transaction."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE bench_thing SET value = value + 1 WHERE id = %s", [row])


def audited(row: int) -> None:
    """The same act with its record."""
    from django.db import connection, transaction

    from caimera.audit.actions import record

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE bench_thing SET value = value + 1 WHERE id = %s", [row])
        record(
            act="thing.changed",
            actor=f"person:{row % PERSONS}@example.org",
            object=f"thing:{row}",
            detail={"purpose": "Dose reduction in thoracic CT", "nodes": {"trials": "waiting"}, "before": 1},
            request_id="0192f0c1-request",
        )


def prepare() -> None:
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_thing (id int PRIMARY KEY, value int NOT NULL)")
        cursor.execute("INSERT INTO bench_thing SELECT n, 0 FROM generate_series(0, 99) AS n")


def cost_of_a_record() -> None:
    """Audited and unaudited in turn, so that both meet the same moments of the machine."""
    bare, recorded = [], []
    for _ in range(ACTS):
        bare += rounds(lambda: unaudited(0), times=1, warm_up=0)
        recorded += rounds(lambda: audited(0), times=1, warm_up=0)
    show("an act", bare)
    show("the same act with its record", recorded)
    added = statistics.median(recorded) - statistics.median(bare)
    print(f"  {'a record adds at the median':<58}     {added:8.2f} ms")
    show_ratio("below the limit of 1.5 ms", 1.5, max(added, 0.001))


@dataclass(frozen=True, slots=True)
class Written:
    """Acts a second of all writers together, and the processor time of an act in its writer (ms)."""

    rate: float
    processor_ms: float


def written(kind: str, writers: int) -> Written:
    """Acts of so many processes at once, each on a row of its own."""
    commands = [[sys.executable, "-c", WRITE, kind, str(number + 1)] for number in range(writers)]
    running = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for command in commands
    ]
    for each in running:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    for each in running:
        assert each.stdin is not None
        each.stdin.write(f"{SECONDS}\n")
        each.stdin.flush()
    told = [each.communicate()[0].split() for each in running]
    acts = sum(int(done) for done, _ in told)
    return Written(acts / SECONDS, 1000 * sum(float(seconds) for _, seconds in told) / acts)


def many_writers() -> None:
    """Eight writers against one, with and without records: no record makes another wait."""
    cores = len(os.sched_getaffinity(0))
    for kind in ("unaudited", "audited"):
        one, many = written(kind, 1), written(kind, WRITERS)
        told_rates(f"{kind} acts a second, processes of Python", one.rate, many.rate)
        most = cores * 1000 / many.processor_ms
        print(f"  {'processor time of an act in its own process':<58} {many.processor_ms:10.2f} ms")
        print(f"  {f'so {cores} cores, without PostgreSQL, do at most':<58} {most:10.0f} a second")
        show_ratio("which is of one writer", most, one.rate)


def writers_of_little() -> None:
    """The same statements by clients that need next to no processor: what the database makes of them."""
    for kind, statements in (("unaudited", (CHANGE,)), ("audited", (CHANGE, RECORD))):
        script = "\n".join(("BEGIN;", *(each.replace("\n", "") for each in statements), "COMMIT;"))
        in_turns = [(pgbench(script, 1), pgbench(script, WRITERS)) for _ in range(3)]
        one, many = (max(rates) for rates in zip(*in_turns, strict=True))
        told_rates(f"{kind} acts a second, pgbench", one, many)
        show_ratio("over the limit of 4 times one writer", many / one, 4)


def told_rates(name: str, one: float, many: float) -> None:
    print(f"  {f'{name}: one writer, {WRITERS} writers':<68} {one:8.0f} {many:8.0f}")
    show_ratio(f"{WRITERS} writers against one", many, one)


def pgbench(script: str, writers: int) -> float:
    """Transactions a second of so many clients of pgbench."""
    from django.db import connection

    from caimera.demo.postgres import binaries

    where = connection.get_connection_params()
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        command = [
            str(binaries() / "pgbench"), "--no-vacuum", "--protocol=prepared", f"--time={SECONDS:.0f}",
            f"--client={writers}", f"--file={file.name}", f"--host={where['host']}",
            f"--username={where['user']}", where["dbname"],
        ]  # fmt: skip
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return float(next(line.split()[2] for line in told.splitlines() if line.startswith("tps = ")))


def fill() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_record (act, actor, object, request_id, detail)"
            " SELECT 'question.asked', 'person:' || n %% %s || '@example.org', 'question:' || n, 'r-' || n,"
            " jsonb_build_object('purpose', 'study ' || n, 'canonical', 'modality = CT',"
            " 'hash', md5(n::text), 'vocabulary', '2026.11', 'nodes', jsonb_build_object('trials', 'slow'))"
            " FROM generate_series(1, %s) AS n",
            [PERSONS, RECORDS],
        )


def placing_and_verifying() -> None:
    """Sequencing, signing, exporting and verifying, records a second."""
    from caimera.audit.checkpoints import make_checkpoint
    from caimera.audit.exporting import Window, export, verifiable
    from caimera.audit.lines import read, write
    from caimera.audit.models import Leaf
    from caimera.audit.sequencing import sequence
    from caimera.audit.verifying import verify

    fill()
    told("placed", timed(lambda: sequence(wait=True)), Leaf.objects.count())
    told("signed", timed(lambda: make_checkpoint(wait=True)), Leaf.objects.count())
    count = Leaf.objects.count()
    lines = [text.encode() for text in write(export(Window(opened=True)))]
    closed = [text.encode() for text in write(export(Window()))]
    for name, check, clock in (
        (
            "verified offline, every record opened, processor time",
            lambda: verify(read(lines)),
            time.process_time,
        ),
        (
            "verified offline, without records, processor time",
            lambda: verify(read(closed)),
            time.process_time,
        ),
        (
            "verified online, out of the database, processor time",
            lambda: verify(verifiable()),
            time.process_time,
        ),
        ("verified online, out of the database", lambda: verify(verifiable()), time.perf_counter),
    ):
        assert check().findings == []
        seconds = min(timed(check, clock) for _ in range(3))
        told(name, seconds, count)
        show_ratio("over the limit of 20,000 a second", count / seconds, 20_000)


def timed(act, clock=time.perf_counter) -> float:
    started = clock()
    act()
    return clock() - started


def told(name: str, seconds: float, count: int) -> None:
    print(f"  {name:<58} {count / seconds:10.0f} a second")


def main() -> None:
    import django

    django.setup()
    prepare()
    cost_of_a_record()
    writers_of_little()
    many_writers()
    placing_and_verifying()


if __name__ == "__main__":
    main()
