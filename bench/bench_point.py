"""The hub's FAIR Data Point as a dump: generated records streamed in every form of it.

Peer: rdflib writing the same graph as Turtle, which is to take at least ten times as long.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator
from uuid import UUID

from rdflib import Graph

from bench.bench_catalogue import spread
from bench.measuring import show_ratio
from bench.own_hub import own_hub
from caimera.dcat import JSON_LD, N_TRIPLES, TURTLE, to_graph

DATASETS = 10_000
SAME = 500
"""Datasets that rdflib writes, and we once more."""


def fill() -> None:
    """Records in the catalogue as a harvest leaves them, without its readings."""
    from django.utils import timezone

    from caimera.hub.catalogue.models import Kind, Record, Source
    from caimera.hub.catalogue.own import told

    now = timezone.now()
    source = Source.objects.create(pk="hand_bench", kind=Kind.HAND, title="Bench")

    def records() -> Iterator[Record]:
        for number in range(DATASETS):
            dataset, name = spread(number), UUID(int=number + 1)
            text = told(to_graph(dataset), dataset, name)
            yield Record(
                id=name,
                source=source,
                digest="00" * 32,
                title=dataset.title[0].value,
                told=text,
                first_seen_at=now,
                changed_at=now,
            )

    Record.objects.bulk_create(records(), batch_size=500)


async def dump(form: str, *, pieces: int = 0) -> tuple[bytes, float]:
    """The document as the server streams it, and the seconds that took; or its first pieces alone."""
    from django.test import AsyncClient

    started, found = time.perf_counter(), []
    response = await AsyncClient().get("/fdp/dump", headers={"accept": form})
    async for piece in response.streaming_content:  # type: ignore[attr-defined]
        found.append(piece)
        if pieces and len(found) == pieces:
            break
    return b"".join(found), time.perf_counter() - started


def rdflib_writes(document: bytes) -> float:
    """Seconds that rdflib takes to write a document it has read."""
    graph = Graph().parse(data=document, format="turtle")
    started = time.perf_counter()
    graph.serialize(format="turtle")
    return time.perf_counter() - started


def main() -> None:
    """Print figures and ratios."""
    logging.disable(logging.INFO)
    with own_hub():
        from django.conf import settings

        settings.ALLOWED_HOSTS = ["*"]
        fill()
        for form in (TURTLE, N_TRIPLES, JSON_LD):
            document, seconds = asyncio.run(dump(form))
            print(f"  {DATASETS:,} datasets as {form:<24} {len(document) / 1e6:8.1f} MB {seconds:8.2f} s")
        compare()


def compare() -> None:
    """The same statements by rdflib, which needs minutes for all of them."""
    from caimera.hub.catalogue.telling import TOGETHER

    document, ours = asyncio.run(dump(TURTLE, pieces=2 + SAME // TOGETHER))
    show_ratio("faster than rdflib writes the same graph (at least 10)", rdflib_writes(document), ours)


if __name__ == "__main__":
    main()
