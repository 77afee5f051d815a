"""What may be said about people: thresholds, rounding, noise, overlap and budgets."""

from caimera.disclosure.budget import Spent, first_day, left, why_withheld
from caimera.disclosure.errors import DisclosureError, PolicyError
from caimera.disclosure.following import MOST_PARTS, Following, Part, followed
from caimera.disclosure.guard import Guard
from caimera.disclosure.noise import discrete_laplace, seed_of
from caimera.disclosure.overlap import Earlier, Found, Settled, settle
from caimera.disclosure.policy import Policy, PolicyName, in_words
from caimera.disclosure.releasing import (
    NOTHING_SAID,
    WITHHELD,
    Exact,
    Noisy,
    Released,
    as_counted,
    as_settled,
    broken_down,
    total,
)

__all__ = [
    "MOST_PARTS",
    "NOTHING_SAID",
    "WITHHELD",
    "DisclosureError",
    "Earlier",
    "Exact",
    "Following",
    "Found",
    "Guard",
    "Noisy",
    "Part",
    "Policy",
    "PolicyError",
    "PolicyName",
    "Released",
    "Settled",
    "Spent",
    "as_counted",
    "as_settled",
    "broken_down",
    "discrete_laplace",
    "first_day",
    "followed",
    "in_words",
    "left",
    "seed_of",
    "settle",
    "total",
    "why_withheld",
]
