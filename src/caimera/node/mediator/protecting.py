"""What protected datasets say to a question: found outside any lock, settled under one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from caimera.cohort import Question
from caimera.disclosure import (
    MOST_PARTS,
    NOTHING_SAID,
    Guard,
    Policy,
    Released,
    Spent,
    as_settled,
    broken_down,
    left,
)
from caimera.node.datasets.published import Published
from caimera.node.mediator.finding import Case, Finder
from caimera.node.mediator.parts import too_many
from caimera.node.mediator.queries import spent
from caimera.node.mediator.settling import Outcome, Plan, planned, settled
from caimera.node.mediator.sought import Facet, Sought, Split, sought
from caimera.node.sources import Source
from caimera.protocol.messages import Breakdown, DatasetCount, Protection, ValueCount

TOO_LONG = (
    f"The question has more than {MOST_PARTS} conditions, brackets and listed values, which is more than a "
    "protected dataset follows. Ask a shorter one."
)


def protected_counts(
    question: Question,
    breakdown: Sequence[str],
    protected: Sequence[Published],
    source: Source,
    *,
    person: str,
    until: float,
    now: datetime,
    key: bytes,
) -> list[DatasetCount]:
    """One count for each protected release, in their order, within a monotonic time. Raises SourceError.

    In a transaction; a lock is taken for its end. `key` is the node's secret for noise and limits.
    """
    if not protected:
        return []
    today = now.date()
    wanted = sought(question, breakdown, today)
    if too_many(wanted.question):
        spending = spent(person, today)
        return [
            _withheld(release, TOO_LONG, left(spending.get(release.name, Spent()), release.rules))
            for release in protected
        ]
    cases = [Case(release, Guard(release.rules, key, release.dataset_id)) for release in protected]
    before = planned(wanted, cases, person, today)
    _find(wanted, before, Finder(source, until=until, key=key))
    outcome = settled(before, wanted, cases, person, today)
    return [_said(case, wanted, outcome.plans[case], outcome) for case in cases]


def _find(wanted: Sought, outcome: Outcome, finder: Finder) -> None:
    """Look for what is to be said and not settled yet; what is repeated is not counted again."""
    missing: dict[Case, list[Facet]] = {}
    for case, plan in outcome.plans.items():
        facets = [
            facet
            for split in plan.splits
            for facet in split.facets
            if (case.release.name, facet.hash) not in outcome.noisy
        ]
        if plan.told and (plan.new or facets):
            missing[case] = facets
    finder.find(wanted, list(missing), missing)


def _said(case: Case, wanted: Sought, plan: Plan, outcome: Outcome) -> DatasetCount:
    release = case.release
    if not plan.told:
        return _withheld(release, plan.reason, plan.budget_left)
    released = as_settled(outcome.noisy[release.name, wanted.hash], case.guard.policy)
    told = released.subjects.value is not None
    splits = tuple(_split(case, split, outcome, told=told) for split in plan.splits)
    return _count(release, released, plan.budget_left, breakdowns=splits)


def _split(case: Case, split: Split, outcome: Outcome, *, told: bool) -> Breakdown:
    """Without values where the total itself is too small to tell: they could only be smaller."""
    if not told:
        return Breakdown(variable=split.variable, values=())
    noisy = [outcome.noisy.get((case.release.name, facet.hash)) for facet in split.facets]
    counts = broken_down(noisy, case.guard.policy)
    values = (
        ValueCount(value=facet.name, subjects=count)
        for facet, count in zip(split.facets, counts, strict=True)
    )
    return Breakdown(variable=split.variable, values=tuple(values))


def _withheld(release: Published, reason: str, budget_left: int) -> DatasetCount:
    return _count(release, NOTHING_SAID, budget_left, reason=reason)


def _count(
    release: Published,
    released: Released,
    budget_left: int,
    *,
    reason: str = "",
    breakdowns: tuple[Breakdown, ...] = (),
) -> DatasetCount:
    return DatasetCount(
        dataset_id=release.dataset_id,
        title=release.title,
        version=release.version,
        policy="protected",
        subjects=released.subjects,
        studies=released.studies,
        series=released.series,
        budget_left=budget_left,
        reason=reason,
        protection=_protection(release.rules),
        breakdowns=breakdowns,
    )


@lru_cache(maxsize=256)
def _protection(policy: Policy) -> Protection:
    return Protection(minimum=policy.minimum, step=policy.step, epsilon=policy.epsilon)
