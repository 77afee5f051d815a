"""One question over one node that holds every human collection of the index, without a network.

Peer: DuckDB asked the same, straight over the index's own Parquet file, in the same run. The node counts
over its index of crates and maps raw values to the vocabulary beforehand; the peer compares raw strings.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import idc_index_data

from bench.measuring import QUESTIONS, percentiles, rounds, show, show_ratio
from caimera.cohort import parse
from caimera.crate import open_crate
from caimera.demo.idc import build_crates
from caimera.node.sources import CrateOrigin, IndexedSource, SourceRelease

HOME = Path(__file__).parents[1] / "var" / "bench"

PEER = {
    "four conditions": """
        SELECT collection_id, count(DISTINCT PatientID), count(DISTINCT StudyInstanceUID), count(*)
        FROM read_parquet(?) WHERE Modality = 'CT' AND BodyPartExamined = 'CHEST' AND PatientSex = 'M'
          AND PatientAge LIKE '0__Y' AND try_cast(PatientAge[1:3] AS INTEGER) BETWEEN 40 AND 70
        GROUP BY collection_id""",
    "CT and chest": """
        SELECT collection_id, count(DISTINCT PatientID), count(DISTINCT StudyInstanceUID), count(*)
        FROM read_parquet(?) WHERE Modality = 'CT' AND BodyPartExamined = 'CHEST' GROUP BY collection_id""",
}


def releases() -> list[SourceRelease]:
    """Every crate of the demo, as one node's."""
    built = build_crates(home=HOME, nodes={"all": ("*",)}, signers=None, progress=lambda *_: None)
    crates = [open_crate(path) for path in built["all"]]
    return [
        SourceRelease(crate.description.dataset_id, crate.digest, CrateOrigin(crate.path)) for crate in crates
    ]


def main() -> None:
    """Print figures and ratios."""
    held = releases()
    source = IndexedSource(HOME / "index")
    source.prepare(held)
    peer = duckdb.connect(config={"threads": 2})
    parquet = str(idc_index_data.IDC_INDEX_PARQUET_FILEPATH)
    for name, text in QUESTIONS.items():
        question = parse(text)
        ours = rounds(lambda q=question: source.count(q, held, wait=30), times=40)
        theirs = rounds(lambda n=name: peer.execute(PEER[n], [parquet]).fetchall(), times=20)
        show(f"node: {name}", ours)
        show(f"DuckDB over the index's Parquet: {name}", theirs)
        show_ratio("faster than the peer", percentiles(theirs)[0], percentiles(ours)[0])
    source.close()


if __name__ == "__main__":
    main()
