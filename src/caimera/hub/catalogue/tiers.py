"""The tier of a dataset: what its node really offers now, whatever its record claims.

Tier 1 is described, tier 2 answers searches, tier 3 can be computed on. The signs behind the number, A+ with
annotations and C+ with clinical data, say what the data hold; those stay the record's own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from types import MappingProxyType

from django.utils.translation import gettext as _

from caimera.dcat import Concept, listed
from caimera.hub.catalogue.models import Source
from caimera.hub.federation.models import Node

LASTING = timedelta(days=1)
"""A node that was silent for longer offers nothing; a shorter silence is weather."""
_FORM = re.compile(r"Tier (\d)(.*)")


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be done with the datasets of a source, and why that and no more."""

    tier: int
    sentence: str


def offer_of(node: Node | None, now: datetime) -> Offer:
    """What a node offers, by what it advertised when it was last heard. No node runs computations yet."""
    if node is None:
        return Offer(1, _("It is described only: its holder has no node in this federation."))
    if node.revoked_at is not None:
        return Offer(1, _("It is described only: its node is no part of this federation any more."))
    if node.last_heard_at is None or now - node.last_heard_at > LASTING:
        return Offer(1, _("It is described only: its node was not heard for over a day."))
    if not node.capabilities:
        return Offer(1, _("It is described only: its node says that it answers no questions."))
    return Offer(
        2,
        _(
            "Its node answers questions about %(count)d properties of its people and images; "
            "it does not offer computations on the data."
        )
        % {"count": len(node.capabilities)},
    )


def tiers_now(now: datetime) -> dict[str, int]:
    """The tier of each source."""
    sources = Source.objects.select_related("node")
    return {source.pk: offer_of(source.node, now).tier for source in sources}


def tier_of(claimed: str, tier: int) -> Concept:
    """The tier of this number, with the sign behind the one a record claims, by its code or address."""
    return _tiers().get((tier, _names().get(claimed, ""))) or _tiers()[tier, ""]


def really(claimed: Sequence[str], tier: int) -> list[str]:
    """The key of the tier facet, in place of what a record claims."""
    return [tier_of(claimed[0] if claimed else "", tier).code]


@cache
def _tiers() -> Mapping[tuple[int, str], Concept]:
    """By number and sign."""
    pairs = ((_FORM.fullmatch(concept.label), concept) for concept in listed("tier"))
    return MappingProxyType({(int(found[1]), found[2]): concept for found, concept in pairs if found})


@cache
def _names() -> Mapping[str, str]:
    """The sign behind the number of each tier, by code and by address."""
    return MappingProxyType(
        {name: sign for (_n, sign), concept in _tiers().items() for name in (concept.code, concept.iri)}
    )
