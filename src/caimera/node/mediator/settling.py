"""Settling what protected datasets say: one question at a time, with one memory for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain

from caimera.disclosure import Earlier, Noisy, Spent, left, settle, why_withheld
from caimera.node.mediator.finding import Case
from caimera.node.mediator.memory import Memory
from caimera.node.mediator.numbering import take_turn
from caimera.node.mediator.queries import Settled, last_answer, settled_answers, spent
from caimera.node.mediator.sought import Sought, Split
from caimera.node.mediator.storing import keep_answers, remember, spend

MEMORY = Memory()
"""What this process has read of the sets that were answered."""

NOBODY = "nobody"
"""In whose name a question without an asker spends."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What one case will say: the question if `told`, these breakdowns, and what is new among them."""

    told: bool
    splits: tuple[Split, ...]
    new: tuple[bytes, ...]
    budget_left: int
    reason: str = ""


@dataclass(slots=True)
class Outcome:
    """What was settled: numbers with noise by dataset and hash, the plan of each case, and the last answer of
    all that stood then."""

    noisy: Settled
    plans: Mapping[Case, Plan]
    standing: int


@dataclass(slots=True)
class _Round:
    """What one question settles, until it is written."""

    outcome: Outcome
    sets: list[tuple[str, int, Noisy | None]] = field(default_factory=list)
    answers: dict[bytes, dict[str, tuple[str, Noisy | None]]] = field(default_factory=dict)
    fresh: dict[str, list[Earlier]] = field(default_factory=dict)


def planned(sought: Sought, cases: Sequence[Case], person: str, today: date) -> Outcome:
    """What each case would say now, and what is settled of it."""
    standing = last_answer()
    versions = {case.release.name: case.release.digest for case in cases}
    settled = settled_answers(sought.hashes(), versions)
    spending = spent(person, today)
    plans = {case: _plan(case, sought, settled, spending.get(case.release.name, Spent())) for case in cases}
    return Outcome(settled, plans, standing)


def _plan(case: Case, sought: Sought, settled: Settled, spent: Spent) -> Plan:
    """A repetition is free; what the budget does not reach is not said."""
    name, policy = case.release.name, case.guard.policy
    budget = left(spent, policy)
    new = [one for one in (sought.hash,) if (name, one) not in settled]
    if new and not budget:
        return Plan(False, (), (), 0, why_withheld(spent, policy))
    splits = []
    for split in sought.splits:
        known = (name, split.hash) in settled
        if known or len(new) < budget:
            splits.append(split)
            new += [] if known else [split.hash]
    return Plan(True, tuple(splits), tuple(new), budget - len(new))


def settled(before: Outcome, sought: Sought, cases: Sequence[Case], person: str, today: date) -> Outcome:
    """Settle what was found for the cases, as `before` planned, and write it down. In a transaction.

    What another settled meanwhile stands; what another spent meanwhile may leave less to say. Whoever spends
    settles, so where no answer was added nothing changed.
    """
    take_turn()
    outcome = before if last_answer() == before.standing else planned(sought, cases, person, today)
    if any(plan.new for plan in outcome.plans.values()):
        MEMORY.read()
    current = _Round(outcome)
    for case, plan in outcome.plans.items():
        if plan.told:
            _settle_case(case, sought, plan, current)
    remember(current.sets)
    keep_answers(current.answers)
    spend(
        person,
        today,
        {case.release.name: len(plan.new) for case, plan in outcome.plans.items() if plan.new},
    )
    return outcome


def _settle_case(case: Case, sought: Sought, plan: Plan, current: _Round) -> None:
    facets = [facet.hash for split in plan.splits for facet in split.facets if facet.hash in case.found]
    known, name = current.outcome.noisy, case.release.name
    for one in (sought.hash, *facets):
        if (name, one) not in known:
            _keep(case, one, _settle_one(case, one, current), current)
    for split in plan.splits:
        if (name, split.hash) not in known:
            _keep(case, split.hash, None, current)


def _keep(case: Case, one: bytes, noisy: Noisy | None, current: _Round) -> None:
    current.outcome.noisy[case.release.name, one] = noisy
    current.answers.setdefault(one, {})[case.release.name] = case.release.digest, noisy


def _settle_one(case: Case, one: bytes, current: _Round) -> Noisy | None:
    text, found = case.found[one]
    name, guard = case.release.name, case.guard
    earlier = chain(MEMORY.near(name, found.patients.bit_count(), guard.reach), current.fresh.get(name, ()))
    settled = settle(found, earlier, guard=guard, seed=lambda: guard.seed(text, case.release.digest))
    if settled.remembered:
        current.sets.append((name, found.patients, settled.noisy))
        current.fresh.setdefault(name, []).append(Earlier(found.patients, settled.noisy))
    return settled.noisy
