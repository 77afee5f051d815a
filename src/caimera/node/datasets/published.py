"""What is counted: the published releases, asked for with every question and made anew where they changed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any
from uuid import UUID

from django.db import connection

from caimera import disclosure
from caimera.node.datasets.models import rules_of, source_release
from caimera.node.sources import SourceRelease

_PUBLISHED = """
SELECT coalesce(json_agg(json_build_array(
    dataset.id, dataset.title, release.version,
    json_build_array(release.digest, release.origin, release.location, release.key),
    json_build_array(
        dataset.policy, dataset.minimum, dataset.step, dataset.epsilon, dataset.overlap,
        dataset.weekly_per_person, dataset.weekly_in_all, dataset.studies_clip, dataset.series_clip
    )
) ORDER BY dataset.title, dataset.id), '[]')::text
FROM datasets_release AS release JOIN datasets_dataset AS dataset ON dataset.id = release.dataset_id
WHERE release.published"""
"""One text, as comparing it with the last one's is all that a question mostly waits for."""


@dataclass(frozen=True)
class Published:
    """A published release with its dataset's title and rules, and as `node.sources` needs to know it."""

    dataset_id: UUID
    title: str
    version: str
    source: SourceRelease
    columns: tuple[Any, ...]

    @cached_property
    def name(self) -> str:
        """The identifier of the dataset as text."""
        return str(self.dataset_id)

    @cached_property
    def rules(self) -> disclosure.Policy:
        """How the dataset protects its people; raises disclosure.PolicyError where numbers contradict."""
        return rules_of(*self.columns)

    @property
    def open(self) -> bool:
        """Whether exact numbers are told, as its holder decided."""
        return bool(self.columns[0] == "open")

    @property
    def digest(self) -> str:
        """The SHA-256 of the release."""
        return self.source.digest


def published() -> tuple[Published, ...]:
    """The releases that are counted, by title."""
    with connection.cursor() as cursor:
        cursor.execute(_PUBLISHED)
        return _made(cursor.fetchone()[0])


@lru_cache(maxsize=2)
def _made(text: str) -> tuple[Published, ...]:
    return tuple(_one(*row) for row in json.loads(text))


def _one(name: str, title: str, version: str, place: list[str], columns: list[Any]) -> Published:
    dataset_id = UUID(name)
    return Published(dataset_id, title, version, source_release(dataset_id, *place), tuple(columns))
