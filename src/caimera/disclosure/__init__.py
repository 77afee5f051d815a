"""What may be said about people: thresholds, rounding, noise, overlap, bands and budgets."""

from caimera.disclosure.bands import first_of_band, last_of_band, widened
from caimera.disclosure.budget import Spent, first_day, left, why_withheld
from caimera.disclosure.errors import DisclosureError, PolicyError
from caimera.disclosure.noise import discrete_laplace, seed_of
from caimera.disclosure.overlap import Earlier, Settled, settle
from caimera.disclosure.policy import (
    NOTHING_SAID,
    Exact,
    Policy,
    PolicyName,
    Released,
    as_counted,
    as_settled,
    release,
    total,
)

__all__ = [
    "NOTHING_SAID",
    "DisclosureError",
    "Earlier",
    "Exact",
    "Policy",
    "PolicyError",
    "PolicyName",
    "Released",
    "Settled",
    "Spent",
    "as_counted",
    "as_settled",
    "discrete_laplace",
    "first_day",
    "first_of_band",
    "last_of_band",
    "left",
    "release",
    "seed_of",
    "settle",
    "total",
    "why_withheld",
    "widened",
]
