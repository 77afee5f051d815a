"""A source on the web looked at before it is taken in: what would be added, what refused, and why."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from caimera.dcat import DcatError, is_point, title_of
from caimera.hub.catalogue.applying import TAKEN
from caimera.hub.catalogue.errors import AlreadyThere, CatalogueError, Unfetchable, WalkEnded
from caimera.hub.catalogue.fetching import Fetcher
from caimera.hub.catalogue.models import Kind, Record, Source
from caimera.hub.catalogue.reading import reading, unkeepable
from caimera.hub.catalogue.walking import Found, dataset_id_of, walk
from caimera.hub.catalogue.web_address import checked

MOST = 50
"""Datasets looked at: a person waits."""
SECONDS = 20.0
"""After so long no further document is asked for."""


class Seen(NamedTuple):
    """A dataset by its address, with its title or why it would be refused."""

    address: str
    title: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """What is at an address. `sentence` says why not everything was looked at; empty where it was."""

    url: str
    private: bool
    kind: str
    title: str
    seen: Sequence[Seen]
    sentence: str

    @property
    def kind_in_words(self) -> str:
        """What people call such a source."""
        return str(Kind(self.kind).label)

    @property
    def added(self) -> Sequence[Seen]:
        """What would be added."""
        return [one for one in self.seen if not one.problem]

    @property
    def refused(self) -> Sequence[Seen]:
        """What would be refused."""
        return [one for one in self.seen if one.problem]


class _Enough(CatalogueError):
    """A person waited long enough."""


def address_of_new(url: str, *, private: bool) -> str:
    """The address as it is kept. Raises NotAnAddress, AlreadyThere."""
    found = checked(url, private=private, own=settings.SITE.base_url)
    if Source.objects.filter(url=found).exists():
        raise AlreadyThere(found)
    return found


def look(*, url: str, private: bool = False) -> Look:
    """Read the first `MOST` datasets at an address, and keep nothing of them.

    Raises NotAnAddress, AlreadyThere, Unfetchable where nothing can be read there, DcatError where it is no
    RDF.
    """
    found = address_of_new(url, private=private)
    until = time.monotonic() + SECONDS

    def patient() -> None:
        if time.monotonic() > until:
            raise _Enough

    with Fetcher.opened(private=private, before_each=patient) as fetcher:
        graph = fetcher.get(found).graph
        kind = Kind.POINT if is_point(graph) else Kind.DOCUMENT
        title = title_of(graph)[:200] or urlsplit(found).netloc
        seen, sentence = _seen(walk(fetcher, kind, found))
    return Look(found, private, str(kind), title, seen, sentence)


def _seen(found: Iterator[Found]) -> tuple[list[Seen], str]:
    seen: list[Seen] = []
    try:
        seen += map(_judged, islice(found, MOST))
        if next(found, None) is not None:
            return seen, _("There are more; these are the first %d.") % MOST
    except _Enough:
        return seen, _("It answers slowly, so not everything was looked at. The worker has more time.")
    except (WalkEnded, Unfetchable, DcatError) as problem:
        return seen, _("It cannot be read to its end: %s") % problem
    return seen, ""


def _judged(found: Found) -> Seen:
    if problem := found.problem or unkeepable(found.turtle):
        return Seen(found.address, "", problem)
    dataset_id = dataset_id_of(found.address)
    held_by = Record.objects.filter(pk=dataset_id).values_list("source_id", flat=True).first()
    if held_by is not None:
        return Seen(found.address, "", f"{TAKEN}{held_by}.")
    try:
        return Seen(found.address, reading(found.turtle, dataset_id).title)
    except (DcatError, ValueError) as problem:
        return Seen(found.address, "", str(problem) or type(problem).__name__)
