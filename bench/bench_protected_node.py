"""Protected datasets through the whole mediator: one node that holds every human collection of the index.

Real PostgreSQL, audit, ledger and memory. Every dataset remembers 1,000 sets of patients of all sizes, which
is more than 1,000 questions leave behind; every question is new. Limits: those of the requirement. Beside it
the same questions, unprotected and without a trail, in PostgreSQL as CHAIMELEON's dataset service asks them.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import uuid4

import psycopg

from bench.bench_one_node import HOME, make_crates, releases
from bench.measuring import QUESTIONS, percentiles, rounds, show, show_ratio
from bench.postgres_peer import SEARCHES, peer
from caimera.cohort import canonical, parse, question_hash, to_json
from caimera.demo.postgres import Cluster
from caimera.disclosure import Noisy
from caimera.node.sources import IndexedSource, SourceRelease
from caimera.protocol.envelope import Letter
from caimera.protocol.messages import Ask, Asker

KEY = bytes(range(32))
EARLIER = 1_000
LIMITS = {"four conditions": (30, 60), "CT and chest": (None, 100)}
NOW = datetime.now(UTC)


def begin(home: Path) -> Cluster:
    """A node's settings and an empty database."""
    cluster = Cluster(home / "postgres")
    cluster.start()
    cluster.ensure_database("caimera")
    values = {
        "SITE_ID": "bench",
        "SITE_NAME": "Bench",
        "BASE_URL": "http://bench",
        "BROKER_URL": "nats://none",
        "DATABASE_URL": cluster.url("caimera"),
        "DATABASE_POOL": "false",
        "DATA_DIR": str(home),
        "SECRETS_FILE": str(home / "secrets"),
        "SECRETS_KEY_FILE": str(home / "key"),
        "OIDC_ISSUER": "http://127.0.0.1/oidc/",
        "OIDC_CLIENT_ID": "bench",
        "DEMO": "true",
        "NODE_MODULES_DIR": str(Path(__file__).parents[1] / "node_modules"),
    }
    os.environ.update({f"CAIMERA_NODE_{name}": value for name, value in values.items()})
    os.environ["DJANGO_SETTINGS_MODULE"] = "caimera.node.settings"
    from caimera.node.agent.keys import create_missing_keys
    from caimera.secrets import FileStore

    create_missing_keys(FileStore.create(home / "secrets", home / "key"), site_id="bench")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    return cluster


def publish(held: list[SourceRelease], source: IndexedSource) -> None:
    """Every collection, protected, with a budget that lasts and a memory that is full."""
    from caimera.node.datasets.models import Dataset
    from caimera.node.mediator.actions import remember_patients
    from caimera.node.mediator.storing import remember

    random = Random(1)
    for number, release in enumerate(held):
        dataset = Dataset.objects.create(
            id=release.dataset_id,
            title=f"Collection {number}",
            policy="protected",
            weekly_per_person=1_000_000,
            weekly_in_all=1_000_000,
        )
        location = str(release.origin.path)  # type: ignore[attr-defined]
        dataset.releases.create(version="1", location=location, digest=release.digest, published=True)
        name, patients = str(release.dataset_id), len(source.patients(release))
        sets = [
            random.getrandbits(patients) & random.getrandbits(patients)
            if at % 2
            else (1 << random.randint(0, patients)) - 1
            for at in range(EARLIER)
        ]
        remember([(name, one, Noisy(1)) for one in sets])
    remember_patients(source=source, key=KEY)


def new_questions(text: str) -> Iterator[str]:
    """The question with other bounds of age or year each time, all in bands of their own."""
    bounded = "age_at_imaging" in text
    for year in range(1985, 2030, 5):
        yield f"{text} and year_of_imaging < {year}"
        yield f"{text} and year_of_imaging >= {year}"
    for low in range(5, 60, 5):
        for high in range(low + 10, 100, 10):
            ages = f"age_at_imaging between {low} and {high}"
            yield text.replace("age_at_imaging between 40 and 70", ages) if bounded else f"{text} and {ages}"


def letter_of(text: str) -> Letter:
    """The question as the agent hands it over."""
    question = canonical(parse(text))
    ask = Ask(
        question_id=uuid4(),
        question=to_json(question),
        question_hash=question_hash(question),
        deadline_at=NOW + timedelta(hours=1),
    )
    asker = Asker(person="bench")
    return Letter(
        message=ask, issuer="hub", asker=asker, nonce="n" * 22, expires_at=NOW, request_id="request-1"
    )


def main() -> None:
    """Print figures, and how far below their limits they stay."""
    held = releases(make_crates())
    source = IndexedSource(HOME / "index")
    source.prepare(held)
    with tempfile.TemporaryDirectory(prefix="caimera bench ") as home:
        cluster = begin(Path(home))
        try:
            publish(held, source)
            with peer(HOME, held) as postgres:
                measure(source, postgres)
        finally:
            source.close()
            cluster.stop()


def measure(source: IndexedSource, postgres: psycopg.Connection) -> None:
    """Ask each question in fifty new ways, and repeat one."""
    from caimera.node.mediator.actions import answer_question

    for name, text in QUESTIONS.items():
        letters = iter([letter_of(wording) for wording in new_questions(text)])

        def ask(letters: Iterator[Letter] = letters) -> None:
            said = answer_question(letter=next(letters), source=source, now=NOW, key=KEY)
            assert said.outcome == "answered", said.reason

        taken = rounds(ask, times=50)
        show(f"protected node, {EARLIER:,} sets a dataset: {name}", taken)
        for limit, measured, which in zip(LIMITS[name], percentiles(taken), ("p50", "p95"), strict=True):
            if limit is not None:
                show_ratio(f"below the limit of {limit} ms ({which})", limit, measured)
        theirs = rounds(lambda asked=name: postgres.execute(SEARCHES[asked]).fetchall(), times=10)
        show(f"PostgreSQL as CHAIMELEON asks it: {name}", theirs)
        show_ratio("faster than PostgreSQL", percentiles(theirs)[0], percentiles(taken)[0])
        letter = letter_of(text)
        show(
            f"the same, in the node's processor time: {name}", rounds(ask, times=30, clock=time.process_time)
        )
        again = rounds(
            lambda told=letter: answer_question(letter=told, source=source, now=NOW, key=KEY), times=50
        )
        show(f"the same repeated: {name}", again)


if __name__ == "__main__":
    main()
