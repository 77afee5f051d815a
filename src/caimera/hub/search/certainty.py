"""How far a protected number may lie from the true one."""

from __future__ import annotations

import math

from caimera.protocol.messages import Protection

SHARE = 0.95
"""In so many cases of a hundred the true number lies within the margin."""


def margin(protection: Protection, share: float = SHARE) -> int:
    """The least whole number of patients such that noise and rounding together stay within it.

    Discrete Laplace noise of epsilon exceeds t with probability 2a^(t+1) / (1+a), where a = exp(-epsilon)
    (Ghosh, Roughgarden, Sundararajan 2012); rounding to the nearest step adds half a step at most.
    """
    base = math.exp(-protection.epsilon)
    noise = math.ceil(math.log((1 - share) * (1 + base) / 2) / -protection.epsilon) - 1
    return max(noise, 0) + protection.step // 2
