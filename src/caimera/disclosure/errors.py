"""What can be wrong with a disclosure policy.

DisclosureError (ValueError)
└── PolicyError      the policy's numbers would let a small group be told apart
"""


class DisclosureError(ValueError):
    """Something about disclosure control is wrong."""


class PolicyError(DisclosureError):
    """The numbers of a policy contradict each other."""
