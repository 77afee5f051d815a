"""A foreign FAIR Data Point or document, read from its first address to its last dataset."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings
from django.utils.translation import gettext as _

from caimera.dcat import TURTLE, DcatError, Graph, address_of, dataset_addresses, holdings, settled, write
from caimera.hub.catalogue.errors import GoneThere, Unfetchable
from caimera.hub.catalogue.fetching import Answer, Fetcher
from caimera.hub.catalogue.models import Kind, Record


class Found(NamedTuple):
    """A dataset of a source: its record as Turtle, or why there is none."""

    address: str
    turtle: str
    problem: str = ""


def dataset_id_of(address: str) -> UUID:
    """Our UUID for what a foreign source calls so: always the same, and that of a dataset that is ours."""
    name = address.partition("#")[0].rstrip("/").rpartition("/")[2].removeprefix("urn:uuid:")
    try:
        found = UUID(name)
    except ValueError:
        return uuid5(NAMESPACE_URL, address)
    ours = address.startswith(f"{settings.SITE.base_url}/")
    known = Record.objects.filter(pk=found, source__kind=Kind.NODE).exists()
    return found if ours or known else uuid5(NAMESPACE_URL, address)


def walk(fetcher: Fetcher, kind: str, url: str) -> Iterator[Found]:
    """Every dataset of a source. Raises Unfetchable, WalkEnded and DcatError: what came is not all."""
    return _Point(fetcher).walk(url) if kind == Kind.POINT else _document(fetcher, url)


def _document(fetcher: Fetcher, url: str) -> Iterator[Found]:
    """A document with everything in it, and those it goes on in."""
    seen: set[str] = set()
    while url and url not in seen:
        seen.add(url)
        answer = fetcher.get(url)
        graph = answer.graph
        yield from (_found(graph, address) for address in dataset_addresses(graph))
        url = answer.onward or holdings(graph).onward


def _found(graph: Graph, address: str) -> Found:
    try:
        if address.startswith("_:"):
            return Found(address, "", _("The dataset has no address, so that it could not be known again."))
        return Found(address, write(settled(graph.record(address_of(address))), TURTLE).decode())
    except DcatError as problem:
        return Found(address, "", str(problem))


@dataclass
class _Point:
    """Breadth first over everything contained, each address once; only at the hosts where it began."""

    fetcher: Fetcher
    hosts: set[str] = field(default_factory=set)
    lists: deque[str] = field(default_factory=deque)
    seen: set[str] = field(default_factory=set)
    datasets: dict[str, str] = field(default_factory=dict)
    """By address what a list already says of a dataset, in case it has no document of its own."""

    def walk(self, url: str) -> Iterator[Found]:
        """Lists first, then each dataset they name."""
        self.seen.add(url)
        first = self.fetcher.get(url)
        self.hosts |= {_host(url), _host(first.url)}
        self._take(first)
        while self.lists:
            self._take(self.fetcher.get(self.lists.popleft()))
        for address, inline in sorted(self.datasets.items()):
            if (found := self._dataset(address, inline)) is not None:
                yield found

    def _list(self, url: str) -> None:
        if url and url not in self.seen:
            self.seen.add(url)
            self.lists.append(url)

    def _take(self, answer: Answer) -> None:
        graph = answer.graph
        held = holdings(graph)
        for url in (*held.lists, answer.onward, held.onward):
            if _host(url) in self.hosts:
                self._list(url)
        for address in dataset_addresses(graph):
            found = _found(graph, address)
            self.datasets[address] = found.turtle or self.datasets.get(address, "")
        for address in held.datasets:
            self.datasets.setdefault(address, "")

    def _dataset(self, address: str, inline: str) -> Found | None:
        """What the document of a dataset says of it, else what the list said; None where it is gone."""
        if _host(address) not in self.hosts:
            problem = _("It lies at another host. Add its point as a source of its own.")
            return Found(address, inline, "" if inline else problem)
        try:
            return self._completed(self.fetcher.get(address), address)
        except GoneThere:
            return Found(address, inline) if inline else None
        except (Unfetchable, DcatError) as broken:
            return Found(address, inline, "" if inline else str(broken))

    def _completed(self, answer: Answer, address: str) -> Found:
        """A dataset with those of its distributions that have documents of their own."""
        graph = answer.graph
        if address not in dataset_addresses(graph):
            return Found(address, "", _("Its document does not describe it as a dataset."))
        more = list(graph)
        for url in holdings(graph).distributions:
            if _host(url) in self.hosts and url not in self.seen:
                self.seen.add(url)
                try:
                    more += self.fetcher.get(url).graph
                except (Unfetchable, DcatError):
                    continue
        return _found(Graph(more), address)


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""
