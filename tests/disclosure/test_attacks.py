"""The attacks a protected dataset must withstand at fifty questions; `attacks.py` says what each does.

Attacked are patients whom even banded questions single out: they are the easiest to find. What several
persons who collude learn is what one learns who asks as much, so few of them need be tried.
"""

import pytest

from caimera.disclosure import Policy
from tests.disclosure.attacks import ATTACKS, recovery
from tests.disclosure.figures import utility

LONG = ("OR-padded tracker", "complement tracker, size known", "split tracker")


@pytest.mark.parametrize(
    "attack", [name if name not in LONG else pytest.param(name, marks=pytest.mark.long) for name in ATTACKS]
)
def test_fifty_questions_tell_nothing_of_a_patient_alone_in_the_cell(attack: str) -> None:
    found = recovery(ATTACKS[attack], questions=50, targets=1_000, policy=Policy(), alone=True)
    assert found.upper <= 0.6


@pytest.mark.parametrize("attack", ["direct", "tracker", "crossing tracker"])
def test_fifty_questions_tell_nothing_of_anyone(attack: str) -> None:
    found = recovery(ATTACKS[attack], questions=50, targets=1_000, policy=Policy(), seed=2)
    assert found.upper <= 0.6


@pytest.mark.parametrize("persons", [5, 50])
def test_colluding_does_not_help(persons: int) -> None:
    attack = ATTACKS["crossing tracker"]
    found = recovery(attack, questions=50, targets=1_000, policy=Policy(), persons=persons, seed=3)
    assert found.upper <= 0.6


@pytest.mark.parametrize("persons", [5, 50])
def test_a_budget_over_everyone_ends_what_colluding_persons_may_ask(persons: int) -> None:
    policy = Policy(weekly_per_person=50, weekly_in_all=60)
    found = recovery(
        ATTACKS["crossing tracker"], questions=200, targets=1_000, policy=policy, persons=persons, alone=True
    )
    assert found.upper <= 0.6


def test_without_the_rules_the_same_attack_reads_the_bit() -> None:
    """What the attacks can do: the least noise, no overlap to speak of, a minimum of two."""
    policy = Policy(minimum=2, step=1, epsilon=1.0, overlap=2)
    found = recovery(ATTACKS["crossing tracker"], questions=50, targets=200, policy=policy, alone=True)
    assert found.rate > 0.8


def test_answers_are_near_enough_to_be_of_use() -> None:
    rows = {line.split("|")[1].strip(): line.split("|")[2:5] for line in utility(draws=500)}
    assert [float(rows[size][1]) < 6 for size in ("50", "200", "1,000")] == [True] * 3
    assert rows["50"][0].strip() == "0%"
