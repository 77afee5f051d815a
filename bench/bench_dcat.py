"""10,000 generated datasets written, read and judged, without a network.

Peers: rdflib writing a tenth of the graph, which it already holds, as Turtle; pyshacl judging the same
records by the same shapes. Ours begins at the models and ends in the file.
"""

from __future__ import annotations

import io
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pyshacl
import rdflib
from pyoxigraph import Triple

from bench.measuring import show_ratio
from caimera.dcat import (
    N_TRIPLES,
    PROFILES,
    TURTLE,
    Agent,
    Contact,
    ContactPoint,
    Dataset,
    Distribution,
    Moment,
    Period,
    Provenance,
    Rights,
    Text,
    conformance,
    dump,
    iri_of,
    listed,
    read,
    records,
    shapes_text,
    to_graph,
    triples,
    write,
)
from caimera.dcat.names import EHDS, HEALTH_AUTHORITY, HEALTH_THEME
from caimera.vocabulary import VOCABULARY

DATASETS = 10_000
JUDGED = 1_000
LIMIT = 10.0
"""Times faster than rdflib, at least."""


def several(chance: random.Random, variable: str, most: int) -> tuple[str, ...]:
    """Some of a variable's values, as concepts."""
    known = [iri for value in VOCABULARY.variable(variable).values if (iri := iri_of(value))]
    return tuple(chance.sample(known, chance.randint(1, most)))


def organisation(number: int) -> Agent:
    """One of forty hospitals."""
    contact = ContactPoint(
        email=(f"desk@hospital{number}.example.org",), page=(f"https://hospital{number}.example.org",)
    )
    return Agent(
        id=f"https://hospital{number}.example.org/#us",
        name=(Text(f"Hospital {number}", "en"),),
        contact_point=contact,
    )


def generated(number: int) -> Dataset:
    """A dataset with every mandatory property and most of the recommended ones."""
    chance = random.Random(number)
    address = f"https://hub.example.org/dataset/{number}"
    condition = several(chance, "condition", 1)[0]
    people, first = chance.randint(10, 5_000), chance.randint(1995, 2015)
    distribution = Distribution(
        access_url=(f"https://negotiator.example.org/{number}",),
        legislation=(EHDS,),
        rights=(Rights(id=chance.choice(listed("access_condition")).iri),),
        size=chance.randint(10**8, 10**12),
        title=(Text("DICOM images", "en"),),
    )
    return Dataset(
        id=address,
        identifier=address,
        title=(Text(f"Dataset {number} of cancer images", "en"),),
        description=(
            Text(
                f"Images of {people} people, collected in routine care and annotated by two readers. " * 3,
                "en",
            ),
        ),
        version=f"{chance.randint(1, 4)}.0.0",
        tier=chance.choice(listed("tier")).iri,
        distribution=(distribution,),
        contact_point=(Contact(email="mailto:desk@example.org", page="https://example.org/desk"),),
        theme=HEALTH_THEME,
        health_category=(chance.choice(listed("health_category")).iri,),
        health_theme=(f"{HEALTH_AUTHORITY}health-theme/CANCER_DISEASE",),
        type=(chance.choice(listed("dataset_type")).iri,),
        access_rights=chance.choice(listed("access_right")).iri,
        legislation=(EHDS,),
        publisher=organisation(number % 40),
        custodian=organisation(number % 40),
        structured=False,
        individuals=people,
        studies=people * chance.randint(1, 3),
        sex=several(chance, "sex", 2),
        minimum_age=chance.randint(18, 40),
        maximum_age=chance.randint(60, 95),
        condition=condition,
        collection_method=(chance.choice(listed("collection_method")).iri,),
        modality=several(chance, "modality", 3),
        manufacturer=several(chance, "manufacturer", 4),
        body_part=several(chance, "body_part", 3),
        acquired=(Period(start=Moment(f"{first}", "gYear"), end=Moment(f"{first + 8}", "gYear")),),
        keyword=tuple(Text(word, "en") for word in ("cancer", "imaging", f"centre {number % 40}")),
        provenance=(Provenance(label=(Text("Collected in routine care.", "en"),)),),
        issued=Moment(f"20{chance.randint(10, 26)}-03-01"),
        modified=Moment("2026-11-01"),
    )


def timed(name: str, act: Callable[[], object]) -> float:
    """Seconds of processor an act took, printed: all are one thread, and the machine may be shared."""
    started = time.process_time()
    act()
    took = time.process_time() - started
    print(f"  {name:<58} {took:8.2f} s")
    return took


def main() -> None:
    """Print figures and ratios."""
    datasets = [generated(number) for number in range(DATASETS)]
    ours = io.BytesIO()
    written = timed(f"ours: {DATASETS:,} datasets as Turtle", lambda: dump(said(datasets), rewound(ours)))
    graph = read(ours.getvalue(), TURTLE)
    timed(f"ours: {DATASETS:,} datasets read again", lambda: list(records(graph, Dataset)))
    peer = rdflib.Graph()
    peer.parse(data=write(said(datasets[:JUDGED]), N_TRIPLES), format="nt")
    theirs = timed(f"rdflib: a tenth of them as Turtle ({len(peer):,} statements)", peer.serialize)
    print(f"  {len(graph):,} statements in all")
    share = len(graph) / len(peer)
    show_ratio(f"faster a statement than rdflib (at least {LIMIT:.0f})", theirs * share, written)
    judge(datasets[:JUDGED])


def judge(datasets: list[Dataset]) -> None:
    """Conformance of single records, and pyshacl's on a tenth of them by the same shapes of one profile."""
    graphs = [to_graph(replace(each, hdab=None)) for each in datasets]
    timed(
        f"ours: {JUDGED:,} records by {len(PROFILES)} profiles",
        lambda: [conformance(each) for each in graphs],
    )
    mine = timed(
        f"ours: {JUDGED:,} records by eucaim-v2",
        lambda: [conformance(each, ["eucaim-v2"]) for each in graphs],
    )
    shapes = rdflib.Graph().parse(data=shapes_text("eucaim-v2"), format="turtle")
    tenth = [rdflib.Graph().parse(data=write(each, N_TRIPLES), format="nt") for each in graphs[::10]]
    theirs = timed(
        f"pyshacl: {len(tenth)} records by eucaim-v2",
        lambda: [pyshacl.validate(each, shacl_graph=shapes) for each in tenth],
    )
    show_ratio("faster than pyshacl", theirs * len(graphs) / len(tenth), mine)


def said(datasets: list[Dataset]) -> Iterator[Triple]:
    """Every statement of every dataset."""
    return (triple for each in datasets for triple in triples(each))


def rewound(output: io.BytesIO) -> io.BytesIO:
    """An empty file."""
    output.seek(0)
    output.truncate()
    return output


if __name__ == "__main__":
    main()
