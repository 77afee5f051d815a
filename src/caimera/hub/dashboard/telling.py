"""The figures as the front door tells them: labels, numbers in words, links into the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from caimera.hub.catalogue.facets import FACET, NOT_RECORDED
from caimera.hub.catalogue.filters import Query
from caimera.hub.catalogue.finding import label_of
from caimera.hub.catalogue.numbers import roughly
from caimera.hub.dashboard.figures import SHARED_BY, TIERS, Figures, Growth, Share, Sum, Unit, keys_from

_TIERS: dict[int, tuple[str | Promise, str | Promise]] = {
    1: (gettext_lazy("All datasets"), gettext_lazy("Tier 1 and above: described in the catalogue.")),
    2: (gettext_lazy("Searchable"), gettext_lazy("Tier 2 and above: their nodes answer questions.")),
    3: (
        gettext_lazy("For computing"),
        gettext_lazy("Tier 3: tools can be run on them. No node offers it yet."),
    ),
}
_FORMATS = {Unit.DAY: "j M Y", Unit.MONTH: "M Y", Unit.YEAR: "Y"}
_TITLES: dict[str, str | Promise] = {
    "provider": gettext_lazy("Subjects by provider"),
    "modality": gettext_lazy("Datasets by modality"),
    "body_part": gettext_lazy("Datasets by body part"),
}


@dataclass(frozen=True, slots=True)
class Tier:
    """One position of the tier switch."""

    number: int
    label: str | Promise
    text: str | Promise
    chosen: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One value of a facet: `value` is the length of its bar, `text` what stands beside it."""

    label: str
    address: str
    datasets: str
    subjects: str
    studies: str
    value: int
    text: str


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A facet's values. What adds up, being one of many for each dataset, is told in subjects, too."""

    name: str
    title: str | Promise
    label: str | Promise
    lines: Sequence[Line]
    adds_up: bool


@dataclass(frozen=True, slots=True)
class Moment:
    """How much there was at one time."""

    label: str
    datasets: int
    datasets_text: str
    subjects: str


@dataclass(frozen=True, slots=True)
class Front:
    """All numbers of the front door."""

    tiers: Sequence[Tier]
    chosen: Tier
    figures: Sequence[tuple[str, str, str]]
    """Label, number in words, and how to read it."""
    breakdowns: Sequence[Breakdown]
    growth: Sequence[Moment]
    address: str
    """The catalogue, with this tier chosen."""


def front(known: Figures, tier: int) -> Front:
    """The figures of a tier in words."""
    tiers = [Tier(number, *_TIERS[number], chosen=number == tier) for number in TIERS]
    return Front(
        tiers=tiers,
        chosen=next(one for one in tiers if one.chosen),
        figures=_totals(known),
        breakdowns=[_breakdown(name, known.shares[name], tier) for name in SHARED_BY],
        growth=_moments(known.growth),
        address=_catalogue(tier),
    )


def _totals(known: Figures) -> list[tuple[str, str, str]]:
    return [
        (_("Subjects"), about(known.subjects), _silence(known.subjects)),
        (_("Datasets"), f"{known.datasets:,}", ""),
        (_("Imaging studies"), about(known.studies), _silence(known.studies)),
        (_("Providers"), f"{known.providers:,}", ""),
    ]


def about(number: Sum) -> str:
    """A sum of published numbers, some of which are rounded where the data lie."""
    if number.value:
        return _("about %s") % f"{roughly(number.value):,}"
    return _("not told") if number.silent else "0"


def _silence(number: Sum) -> str:
    if not number.silent:
        return ""
    sentence = ngettext("%d dataset does not tell", "%d datasets do not tell", number.silent)
    return sentence % number.silent


def _breakdown(name: str, shares: Sequence[Share], tier: int) -> Breakdown:
    adds_up = name == "provider"
    if adds_up:  # in the order of what its chart shows
        shares = sorted(shares, key=lambda share: (share.key == NOT_RECORDED, -share.subjects.value))
    return Breakdown(
        name=name,
        title=_TITLES[name],
        label=FACET[name].title,
        lines=[_line(name, share, tier, adds_up=adds_up) for share in shares],
        adds_up=adds_up,
    )


def _line(name: str, share: Share, tier: int, *, adds_up: bool) -> Line:
    return Line(
        label=label_of(FACET[name], share.key),
        address=_catalogue(tier, name, share.key),
        datasets=f"{share.datasets:,}",
        subjects=about(share.subjects),
        studies=about(share.studies),
        value=share.subjects.value if adds_up else share.datasets,
        text=about(share.subjects) if adds_up else f"{share.datasets:,}",
    )


def _catalogue(tier: int, name: str = "", key: str = "") -> str:
    """The catalogue with what is told chosen in its facets."""
    chosen = {"tier": keys_from(tier)} if tier != TIERS[0] else {}
    query = Query(chosen={**chosen, name: (key,)} if name else chosen)
    address = reverse("catalogue:catalogue")
    return f"{address}?{query.address}" if query.address else address


def _moments(growth: Growth) -> list[Moment]:
    return [
        Moment(
            label=_label(point.start, growth.unit),
            datasets=point.datasets,
            datasets_text=f"{point.datasets:,}",
            subjects=about(Sum(point.subjects, 0)),
        )
        for point in growth.points
    ]


def _label(start: date, unit: Unit) -> str:
    return date_format(start, _FORMATS[unit])
