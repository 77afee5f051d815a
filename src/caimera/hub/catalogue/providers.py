"""Who holds the datasets: providers by name, in the networks their descriptions come from."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from django.db.models import Count, Max, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.formats import number_format
from django.utils.text import slugify
from django.utils.translation import gettext as _

from caimera.hub.catalogue.models import Record, Source
from caimera.hub.catalogue.numbers import roughly
from caimera.hub.catalogue.queries import visible_records
from caimera.hub.catalogue.tiers import Offer, offer_of

_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Provider:
    """One holder of datasets as its records call it, at one source."""

    name: str
    source_id: str
    datasets: int
    subjects: int | None
    studies: int | None
    inexact: int
    """How many of its datasets do not tell an exact number of subjects."""
    seen_at: datetime

    @property
    def slug(self) -> str:
        """Its name in addresses."""
        return slug_of(self.name)

    @property
    def subjects_in_words(self) -> str:
        """The subjects of all its datasets together, and how far to trust that."""
        return sum_in_words(self.subjects, self.inexact)

    @property
    def studies_in_words(self) -> str:
        """The studies of all its datasets together."""
        return sum_in_words(self.studies, self.inexact)


@dataclass(frozen=True, slots=True)
class Network:
    """Where descriptions come from together: this federation's nodes, or a catalogue elsewhere."""

    source: Source
    offer: Offer
    providers: Sequence[Provider]


@lru_cache(maxsize=4_096)
def slug_of(name: str) -> str:
    """A provider's name in addresses: letters and digits, and some of its hash where those are not all."""
    plain = slugify(name)[:_LONGEST].strip("-")
    if plain and plain.replace("-", " ") == " ".join(name.lower().split()):
        return plain
    return f"{plain or 'provider'}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def sum_in_words(number: int | None, inexact: int) -> str:
    """A sum over datasets: about, where a part of it is not exact or not told."""
    if number is None:
        return _("not told")
    told = number_format(roughly(number) if inexact else number, force_grouping=True)
    return _("about %s") % told if inexact else told


def networks(now: datetime) -> list[Network]:
    """Every source with its providers, those with most datasets first."""
    by_source: defaultdict[str, list[Provider]] = defaultdict(list)
    for provider in _providers(visible_records()):
        by_source[provider.source_id].append(provider)
    sources = Source.objects.select_related("node").order_by("node__name")
    return [
        Network(source, offer_of(source.node, now), sorted(by_source[source.pk], key=_most_first))
        for source in sources
        if by_source[source.pk]
    ]


def _most_first(provider: Provider) -> tuple[int, str]:
    return -provider.datasets, provider.name.casefold()


def called(slug: str) -> list[Provider]:
    """The providers of this name, one for each source that has any; none where nobody is called so."""
    return [one for one in _providers(visible_records()) if one.slug == slug]


def datasets_of(providers: Iterable[Provider]) -> QuerySet[Record]:
    """The datasets of some providers, by title."""
    wanted = Q(pk__in=())
    for one in providers:
        wanted |= Q(provider=one.name, source_id=one.source_id)
    return visible_records().filter(wanted).defer("turtle", "description", "conformance")


def together(providers: Sequence[Provider]) -> Provider:
    """One provider at several sources as one."""
    return replace(
        providers[0],
        datasets=sum(one.datasets for one in providers),
        subjects=_sum(one.subjects for one in providers),
        studies=_sum(one.studies for one in providers),
        inexact=sum(one.inexact for one in providers),
        seen_at=max(one.seen_at for one in providers),
    )


def _sum(numbers: Iterable[int | None]) -> int | None:
    told = [number for number in numbers if number is not None]
    return sum(told) if told else None


def _providers(records: QuerySet[Record]) -> list[Provider]:
    rows = (
        records.exclude(provider="")
        .order_by()
        .values("provider", "source_id")
        .annotate(
            datasets=Count("id"),
            all_subjects=Sum("subjects"),
            all_studies=Sum("studies"),
            exact=Count("id", filter=Q(counts__subjects__kind="exact")),
            seen_at=Coalesce(Max("source__seen_at"), Max("changed_at")),
        )
    )
    return [
        Provider(
            row["provider"],
            row["source_id"],
            row["datasets"],
            row["all_subjects"],
            row["all_studies"],
            row["datasets"] - row["exact"],
            row["seen_at"],
        )
        for row in rows
    ]
