"""What a document of a foreign point or catalogue leads to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import BlankNode, NamedNode

from caimera.dcat.graph import Graph, Subject
from caimera.dcat.guests import plain
from caimera.dcat.names import term

_HYDRA = "http://www.w3.org/ns/hydra/core#"
_ONWARD = tuple(NamedNode(f"{_HYDRA}{name}") for name in ("next", "nextPage"))
_POINTS = (term("fdp-o:FAIRDataPoint"), NamedNode("https://w3id.org/fdp/fdp-o#FairDataPoint"))
_MEMBERS = term("ldp:hasMemberRelation")


@dataclass(frozen=True, slots=True)
class Holdings:
    """Addresses: of further lists, of datasets, of distributions described elsewhere, of the next page."""

    lists: tuple[str, ...]
    datasets: tuple[str, ...]
    distributions: tuple[str, ...]
    onward: str


def holdings(graph: Graph) -> Holdings:
    """Where to go on from a document."""
    relation, dataset = term("ldp:contains"), term("dcat:dataset")
    lists = [*_all(graph, "fdp-o:metadataCatalog"), *_all(graph, "dcat:catalog")]
    datasets = _all(graph, "dcat:dataset")
    for held in graph.subjects():
        contained = [each.value for each in graph.values(held, relation) if isinstance(each, NamedNode)]
        kinds = graph.values(held, _MEMBERS)
        if dataset in kinds:
            datasets += contained
        elif term("dcat:distribution") not in kinds:
            lists += contained
    parts = [each for each in _all(graph, "dcat:distribution") if NamedNode(each) not in graph]
    onward = [
        each.value
        for held in graph.subjects()
        for name in _ONWARD
        for each in graph.values(held, name)
        if isinstance(each, NamedNode)
    ]
    known = set(datasets)
    further = tuple(each for each in _once(lists) if each not in known)
    return Holdings(further, _once(datasets), _once(parts), next(iter(onward), ""))


def _all(graph: Graph, curie: str) -> list[str]:
    """Every address that is the value of a property."""
    name = term(curie)
    found = (each for subject in graph.subjects() for each in graph.values(subject, name))
    return [each.value for each in found if isinstance(each, NamedNode)]


def _once(addresses: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(addresses))


def dataset_addresses(graph: Graph) -> tuple[str, ...]:
    """What is described as a dataset: addresses, and `_:name` of what has none."""
    return tuple(map(_name, graph.instances(term("dcat:Dataset"))))


def _name(subject: Subject) -> str:
    return f"_:{subject.value}" if isinstance(subject, BlankNode) else subject.value


def address_of(name: str) -> Subject:
    """The subject of a name that `dataset_addresses` gave."""
    return BlankNode(name[2:]) if name.startswith("_:") else NamedNode(name)


def is_point(graph: Graph) -> bool:
    """Whether a document is the root, or a list, of a FAIR Data Point."""
    held = holdings(graph)
    return any(graph.instances(kind) for kind in _POINTS) or bool(held.lists)


def title_of(graph: Graph) -> str:
    """What a point or catalogue is called, as plain text; empty where it does not say."""
    return next(_titles(graph), "")


def _titles(graph: Graph) -> Iterator[str]:
    for kind in (*_POINTS, term("dcat:Catalog")):
        for subject in graph.instances(kind):
            yield from (
                text for each in graph.values(subject, term("dct:title")) if (text := plain(each.value))
            )
