"""Prints the tables of docs/explanation/what-a-node-gives-away.md: `python -m tests.disclosure.figures`.

How far from the truth the answers are, and every attack, or those named as arguments, on 1,000 patients who
are alone in their banded cell, with 50, 200 and 1,000 questions (the latter on 200 patients): about an hour.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from statistics import mean
from uuid import UUID

from caimera.disclosure import Found, Guard, Policy, as_settled, settle
from tests.disclosure.attacks import NAMED, SHARPER, recovery

TARGETS = {50: 1_000, 200: 1_000, 1_000: 200}
ATTACKED = {**NAMED, **SHARPER}
ONCE = {"direct", "nine others known", "nine of the difference known"}
"""Attacks of one or two questions: more questions do not help them."""


def risk(names: Sequence[str]) -> Iterator[str]:
    """How often the bit is guessed, with the upper end of the 95% interval."""
    yield "| Attack | " + " | ".join(f"{questions:,} questions" for questions in TARGETS) + " |"
    yield "|---|" + "---|" * len(TARGETS)
    for name in names:
        cells = []
        for questions, targets in TARGETS.items():
            if name in ONCE and questions > 50:
                cells.append("the same")
                continue
            policy = Policy(weekly_per_person=1_000, weekly_in_all=1_000)
            found = recovery(ATTACKED[name], questions=questions, targets=targets, policy=policy, alone=True)
            cells.append(f"{100 * found.rate:.1f}% (≤ {100 * found.upper:.1f}%)")
        yield f"| {name} | {' | '.join(cells)} |"


def utility(draws: int = 4_000) -> Iterator[str]:
    """How far what is said is from the truth, for true numbers from each size to four more, as rounding to
    five favours its multiples."""
    yield "| True number | Hidden | Mean error | Mean relative error | 95% within |"
    yield "|---|---|---|---|---|"
    for size in (10, 15, 20, 50, 200, 1_000):
        errors, hidden = [], 0
        for draw in range(draws):
            true = size + draw % 5
            guard = Guard(Policy(), draw.to_bytes(4), UUID(int=1))
            seed = guard.seed("question", "1")
            settled = settle(Found((1 << true) - 1), (), guard=guard, seed=lambda drawn=seed: drawn)
            value = as_settled(settled.noisy, guard.policy).subjects.value
            hidden += value is None
            errors += [] if value is None else [abs(value - true)]
        within = sorted(errors)[int(0.95 * len(errors))]
        yield (
            f"| {size:,} | {100 * hidden / draws:.0f}% | {mean(errors):.1f} | "
            f"{100 * mean(errors) / (size + 2):.1f}% | ± {within} |"
        )


def main() -> None:
    """Print both tables as they are ready."""
    for line in (*utility(), ""):
        print(line, flush=True)
    for line in risk(sys.argv[1:] or list(ATTACKED)):
        print(line, flush=True)


if __name__ == "__main__":
    main()
