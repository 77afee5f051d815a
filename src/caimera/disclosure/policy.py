"""How a dataset protects its people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from caimera.disclosure.errors import PolicyError

PolicyName = Literal["open", "protected"]


@dataclass(frozen=True, slots=True)
class Policy:
    """How a dataset protects its people; all numbers matter to `protected` alone.

    `minimum`: the smallest number of subjects that is told; `step`: the rounding above it; `epsilon`: of
    the noise, smaller is noisier; `overlap`: sets that differ by fewer patients get one answer, and parts of
    a question that change it by fewer are not followed; `weekly_per_person` and `weekly_in_all`: new
    questions answered in seven days; `studies_clip` and `series_clip`: how many studies and series of one
    patient count at most, None where they are not told at all.
    Raises PolicyError where they contradict or protect nobody.
    """

    name: PolicyName = "protected"
    minimum: int = 10
    step: int = 5
    epsilon: float = 0.28
    overlap: int = 10
    weekly_per_person: int = 50
    weekly_in_all: int = 500
    studies_clip: int | None = None
    series_clip: int | None = None

    def __post_init__(self) -> None:
        if self.name not in ("open", "protected"):
            raise PolicyError(f"No policy is called {self.name!r}: use open or protected.")
        if not 2 <= self.minimum <= 1_000 or self.step < 1 or self.minimum % self.step:
            raise PolicyError(
                f"A minimum of {self.minimum} with steps of {self.step} is refused: "
                "choose a minimum from 2 to 1,000 that is a multiple of the step."
            )
        if not 0.01 <= self.epsilon <= 1:
            raise PolicyError(f"An epsilon of {self.epsilon} is not from 0.01 to 1: 0.28 is the default.")
        if not 2 <= self.overlap <= 1_000:
            raise PolicyError(
                f"An overlap of {self.overlap} patients is not from 2 to 1,000: 10 is the default."
            )
        if not (0 <= self.weekly_per_person <= 1_000_000 and 0 <= self.weekly_in_all <= 1_000_000):
            raise PolicyError("A weekly budget is from 0, which answers nothing new, to 1,000,000 questions.")
        if any(
            clip is not None and not 1 <= clip <= 10_000 for clip in (self.studies_clip, self.series_clip)
        ):
            raise PolicyError("A patient counts with at least 1 and at most 10,000 studies or series.")

    @property
    def clips(self) -> bool:
        """Whether studies or series are told."""
        return self.studies_clip is not None or self.series_clip is not None


def in_words(policy: Policy) -> tuple[str, ...]:
    """The policy in sentences, for its holder and for whoever reads its numbers."""
    if policy.name == "open":
        return ("Exact numbers of subjects, studies and series are told.",)
    least, far = 2 * policy.minimum - 1, 2 * policy.overlap - 1
    return (
        f"Fewer than {policy.minimum} subjects, none among them, look the same; up to {least} may, too.",
        f"Other numbers get noise (epsilon {policy.epsilon:g}) and are rounded to {policy.step}.",
        f"Groups that differ by fewer than {policy.overlap} patients get one answer; up to {far} may, too.",
        "Parts of a question that change it by so few patients are not followed.",
        "Ages and years are asked in bands of five.",
        _clipped(policy),
        f"New questions in seven days: {policy.weekly_per_person} a person, {policy.weekly_in_all} in all.",
    )


def _clipped(policy: Policy) -> str:
    clips = ((policy.studies_clip, "studies"), (policy.series_clip, "series"))
    told = [f"{clip} {what}" for clip, what in clips if clip is not None]
    if not told:
        return "Studies and series are not told."
    return f"A patient counts with at most {' and '.join(told)}, with noise to match."
