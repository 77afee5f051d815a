"""A protected dataset as an attacker meets it: the node's own pure functions, in the node's own order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from caimera.disclosure import (
    MOST_PARTS,
    Earlier,
    Found,
    Guard,
    Noisy,
    Policy,
    Released,
    Spent,
    as_settled,
    broken_down,
    followed,
    left,
    settle,
    why_withheld,
)
from caimera.protocol.messages import Count
from tests.disclosure.hospital import Asked, joined, parts_of, text_of

DATASET = UUID("5a1d9f2a-6d0e-5d8e-8f0e-1f6f3a1f2b3c")


@dataclass(frozen=True)
class Told:
    """The whole of what leaves the node: numbers, breakdown, and what is left of the budget."""

    released: Released | None
    values: tuple[Count, ...]
    budget_left: int

    @property
    def subjects(self) -> int | None:
        return self.released.subjects.value if self.released else None


@dataclass
class Door:
    """One dataset with one memory, whoever asks."""

    policy: Policy
    key: bytes
    digest: str = "1"
    memory: list[tuple[int, Earlier]] = field(default_factory=list)
    settled: dict[tuple[str, str], Noisy | None] = field(default_factory=dict)
    paid: set[tuple[str, str]] = field(default_factory=set)
    spent: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.guard = Guard(self.policy, self.key, DATASET)
        self.asked_in_all = 0

    def ask(self, asked: Asked, person: str, values: Sequence[Asked] = ()) -> Told:
        """Put a question, and with it the breakdown by `values`."""
        spent = Spent(self.spent.get(person, 0), self.asked_in_all)
        wanted = [asked.text] + ([f"{asked.text} by {values[0].text}"] if values else [])
        new = [text for text in wanted if (self.digest, text) not in self.paid]
        remaining = left(spent, self.policy)
        if len(asked.without) > MOST_PARTS or (
            new and (why_withheld(spent, self.policy) or remaining < len(new))
        ):
            return Told(None, (), remaining)
        self.paid.update((self.digest, text) for text in new)
        self.spent[person] = spent.person + len(new)
        self.asked_in_all += len(new)
        question = self._followed(asked)
        released = as_settled(self._settled(asked.text, question), self.policy)
        noisy = [self._value(asked, question, value) for value in values]
        counts = broken_down(noisy, self.policy) if released.subjects.value is not None else ()
        return Told(released, counts, remaining - len(new))

    def _value(self, asked: Asked, question: Asked, value: Asked) -> Noisy | None:
        with_value = joined("and", [question, value])
        return self._settled(joined("and", [asked, value]).text, self._followed(with_value))

    def _followed(self, asked: Asked) -> Asked:
        following = followed(asked, asked.patients, parts_of=parts_of, text_of=text_of, guard=self.guard)
        try:
            wanted = next(following)
            while True:
                wanted = following.send([one.patients for one in wanted])
        except StopIteration as end:
            return end.value[0]  # type: ignore[no-any-return]

    def _settled(self, text: str, question: Asked) -> Noisy | None:
        key = (self.digest, text)
        if key not in self.settled:
            size, within = question.patients.bit_count(), 2 * self.policy.overlap
            earlier = (one for its, one in self.memory if -within < its - size < within)
            found = settle(
                Found(question.patients),
                earlier,
                guard=self.guard,
                seed=lambda: self.guard.seed(question.text, self.digest),
            )
            self.settled[key] = found.noisy
            if found.remembered:
                self.memory.append((size, Earlier(question.patients, found.noisy)))
        return self.settled[key]
