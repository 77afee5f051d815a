"""What open datasets say: what was counted."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime

from caimera.cohort import Question
from caimera.disclosure import Exact, as_counted
from caimera.node.datasets.published import Published
from caimera.node.mediator.sought import values_of, with_value
from caimera.node.sources import Source, SourceCount, SourceRelease
from caimera.protocol.messages import Breakdown, Count, CountKind, DatasetCount, ValueCount
from caimera.vocabulary import VOCABULARY


def open_counts(
    question: Question,
    breakdown: Sequence[str],
    opened: Sequence[Published],
    source: Source,
    *,
    until: float,
    now: datetime,
) -> list[DatasetCount]:
    """One count for each open release, in their order, within a monotonic time. Raises SourceError."""
    if not opened:
        return []
    places = [release.source for release in opened]
    counted = source.count(question, places, wait=until - time.monotonic())
    splits = [
        _split(question, name, places, source, until=until, now=now) for name in dict.fromkeys(breakdown)
    ]
    return [
        _count(release, count, tuple(split[at] for split in splits))
        for at, (release, count) in enumerate(zip(opened, counted, strict=True))
    ]


def _split(
    question: Question,
    name: str,
    places: Sequence[SourceRelease],
    source: Source,
    *,
    until: float,
    now: datetime,
) -> list[Breakdown]:
    """The question broken down by a variable, for each release."""
    values = list(values_of(VOCABULARY.variable(name), now.date()))
    questions = [with_value(question, condition) for _, condition in values]
    sets = source.sets(questions, places, wait=until - time.monotonic())
    return [
        Breakdown(
            variable=name,
            values=tuple(
                ValueCount(
                    value=value,
                    subjects=Count(kind=CountKind.EXACT, value=int(sets[number][at].sum())),
                )
                for number, (value, _) in enumerate(values)
            ),
        )
        for at in range(len(places))
    ]


def _count(release: Published, count: SourceCount, splits: tuple[Breakdown, ...]) -> DatasetCount:
    released = as_counted(Exact(count.subjects, count.studies, count.series))
    return DatasetCount(
        dataset_id=release.dataset_id,
        title=release.title,
        version=release.version,
        policy="open",
        subjects=released.subjects,
        studies=released.studies,
        series=released.series,
        breakdowns=splits,
    )
