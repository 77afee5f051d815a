"""What may be said about people: thresholds and rounding."""

from caimera.disclosure.errors import DisclosureError, PolicyError
from caimera.disclosure.policy import Exact, Policy, PolicyName, Released, release, total

__all__ = [
    "DisclosureError",
    "Exact",
    "Policy",
    "PolicyError",
    "PolicyName",
    "Released",
    "release",
    "total",
]
