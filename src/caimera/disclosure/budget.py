"""How many questions a dataset answers in a week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from caimera.disclosure.policy import Policy

DAYS = 7
"""A budget counts today and the six days before it, in UTC: no week begins with a full purse on Monday."""


@dataclass(frozen=True, slots=True)
class Spent:
    """Questions spent within the last `DAYS` days."""

    person: int = 0
    everyone: int = 0


def first_day(today: date) -> date:
    """The oldest day whose questions still count."""
    return today - timedelta(days=DAYS - 1)


def left(spent: Spent, policy: Policy) -> int:
    """How many new questions this person may still put; never negative."""
    return max(0, min(policy.weekly_per_person - spent.person, policy.weekly_in_all - spent.everyone))


def why_withheld(spent: Spent, policy: Policy) -> str:
    """Why nothing is said, which is the same whatever would have been counted; else empty."""
    if policy.weekly_per_person <= spent.person:
        return (
            f"Your {policy.weekly_per_person} questions of these seven days to this dataset are spent. "
            "Questions asked before are still answered."
        )
    if policy.weekly_in_all <= spent.everyone:
        return (
            f"The {policy.weekly_in_all} questions that everyone together may put to this dataset in seven "
            "days are spent. Questions asked before are still answered."
        )
    return ""
