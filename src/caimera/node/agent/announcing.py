"""Telling the hub that this node is there, and looking after what it will be asked."""

from __future__ import annotations

import logging
from importlib.metadata import version

from django.utils import timezone

from caimera.node.agent.hearing import sealed_for_hub
from caimera.node.agent.identity import disclosure_key
from caimera.node.agent.queries import hub_card
from caimera.node.datasets.queries import published_releases
from caimera.node.mediator.actions import remember_patients
from caimera.node.sources import Source, SourceError
from caimera.protocol.messages import Presence
from caimera.receiving.actions import forget_expired_nonces
from caimera.vocabulary import VERSION

logger = logging.getLogger(__name__)


def sealed_presence(*, source: Source, leaving: bool = False) -> bytes:
    """What this node can answer now, for the hub; raises NoHubTrusted."""
    capabilities = source.capabilities()
    presence = Presence(
        software=f"caimera {version('caimera')}",
        vocabulary=VERSION,
        variables={name: tuple(str(operator) for operator in known) for name, known in capabilities.items()},
        dataset_count=published_releases().count(),
        leaving=leaving,
    )
    return sealed_for_hub(presence, hub_card())


def prepare(*, source: Source, known_problem: str = "") -> str:
    """Make the source ready for the published releases and forget old nonces; returns what ails the data.

    A problem is logged once, not every time it is met.
    """
    forget_expired_nonces(now=timezone.now())
    releases = [release.for_source() for release in published_releases()]
    try:
        source.prepare(releases)
        remember_patients(source=source, key=disclosure_key())
    except SourceError as error:
        if str(error) != known_problem:
            logger.exception("the published datasets cannot be counted")
        return str(error)
    return ""
