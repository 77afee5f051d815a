"""One question over one node that holds every human collection of the index, without a network.

What a node does for a question: which patients fit it, and which fit each of its variants, the question less
one part, as protection wants to know both; and exact counts, as open datasets get them. Two peers are asked
for counts in the same run: DuckDB, over the index's own Parquet file, and PostgreSQL, as CHAIMELEON's
dataset service asks it. Node and PostgreSQL hold mapped values; DuckDB compares raw strings.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb
import idc_index_data

from bench.measuring import QUESTIONS, percentiles, rounds, show, show_ratio
from bench.postgres_peer import SEARCHES, peer
from caimera.cohort import And, Question, canonical, parse
from caimera.crate import open_crate
from caimera.demo.idc import build_crates
from caimera.node.sources import CrateOrigin, IndexedSource, SourceCount, SourceRelease
from caimera.vocabulary import VERSION

HOME = Path(__file__).parents[1] / "var" / f"bench {VERSION}"
"""Crates never change: those of another vocabulary stay by themselves."""

PARQUET = {
    "four conditions": """
        SELECT collection_id, count(DISTINCT PatientID), count(DISTINCT StudyInstanceUID), count(*)
        FROM read_parquet(?) WHERE Modality = 'CT' AND BodyPartExamined = 'CHEST' AND PatientSex = 'M'
          AND PatientAge LIKE '0__Y' AND try_cast(PatientAge[1:3] AS INTEGER) BETWEEN 40 AND 70
        GROUP BY collection_id""",
    "CT and chest": """
        SELECT collection_id, count(DISTINCT PatientID), count(DISTINCT StudyInstanceUID), count(*)
        FROM read_parquet(?) WHERE Modality = 'CT' AND BodyPartExamined = 'CHEST' GROUP BY collection_id""",
}


def make_crates() -> list[Path]:
    """Every crate of the demo, made where it is not there yet."""
    return build_crates(home=HOME, nodes={"all": ("*",)}, signers=None, progress=lambda *_: None)["all"]


def releases(paths: Iterable[Path]) -> list[SourceRelease]:
    """Crates as a node's releases."""
    crates = map(open_crate, paths)
    return [
        SourceRelease(crate.description.dataset_id, crate.digest, CrateOrigin(crate.path)) for crate in crates
    ]


def variants(question: Question) -> list[Question]:
    """The question and, for each of its parts, the question less that part."""
    if not isinstance(question, And):
        return [question]
    parts = question.children
    return [question, *(And((*parts[:place], *parts[place + 1 :])) for place in range(len(parts)))]


def main() -> None:
    """Print figures and ratios."""
    held = releases(make_crates())
    source = IndexedSource(HOME / "index")
    source.prepare(held)
    with duckdb.connect(config={"threads": 2}) as parquet, peer(HOME, held) as postgres:
        path = str(idc_index_data.IDC_INDEX_PARQUET_FILEPATH)
        for name, text in QUESTIONS.items():
            question = canonical(parse(text))
            every = variants(question)
            _require_agreement(
                source.count(question, held, wait=30), postgres.execute(SEARCHES[name]).fetchall()
            )
            sets = rounds(lambda q=every: source.sets(q, held, wait=30), times=60)
            ours = rounds(lambda q=question: source.count(q, held, wait=30), times=60)
            duck = rounds(lambda n=name: parquet.execute(PARQUET[n], [path]).fetchall(), times=15)
            theirs = rounds(lambda n=name: postgres.execute(SEARCHES[n]).fetchall(), times=10)
            show(f"node: {name}, sets of patients of {len(every)} questions", sets)
            show(f"node: {name}, counts", ours)
            show(f"DuckDB over the index's Parquet: {name}, counts", duck)
            show_ratio("counts faster than DuckDB", percentiles(duck)[0], percentiles(ours)[0])
            show(f"PostgreSQL as CHAIMELEON asks it: {name}, counts", theirs)
            show_ratio("counts faster than PostgreSQL", percentiles(theirs)[0], percentiles(ours)[0])
            show_ratio(
                "sets of all variants faster than PostgreSQL", percentiles(theirs)[0], percentiles(sets)[0]
            )
    source.close()


def _require_agreement(ours: Sequence[SourceCount], theirs: list[tuple[str, int, int]]) -> None:
    """Both must have counted the same, else neither time means anything."""
    found = {str(count.dataset_id): (count.studies, count.subjects) for count in ours if count.subjects}
    if found != {dataset: (studies, subjects) for dataset, studies, subjects in theirs}:
        raise SystemExit("The node and PostgreSQL count differently.")


if __name__ == "__main__":
    main()
