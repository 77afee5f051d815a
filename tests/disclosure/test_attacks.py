"""The attacks a protected dataset must withstand at fifty questions; `attacks.py` says what each does.

Attacked are patients whom even banded questions single out: they are the easiest to find. What several
persons who collude learn is what one learns who asks as much, so few of them need be tried.
"""

import pytest

from caimera.disclosure import Following, Policy
from tests.disclosure import door
from tests.disclosure.attacks import ATTACKS, recovery
from tests.disclosure.door import Door
from tests.disclosure.figures import utility
from tests.disclosure.hospital import Asked, leaf

pytestmark = pytest.mark.timeout(900)

QUICK = {
    "direct": 1_000,
    "tracker": 1_000,
    "crossing tracker": 300,
    "version difference": 300,
    "nine others known": 1_000,
}
"""Attacks on so many patients are simulated in seconds; the others take minutes.

Fewer patients are no easier a test: the upper end of the interval is then further from what was found.
"""


@pytest.mark.parametrize(("attack", "targets"), QUICK.items())
def test_fifty_questions_tell_nothing_of_a_patient_alone_in_the_cell(attack: str, targets: int) -> None:
    found = recovery(ATTACKS[attack], questions=50, targets=targets, policy=Policy(), alone=True)
    assert found.upper <= 0.6


@pytest.mark.long
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("attack", [name for name in ATTACKS if QUICK.get(name) != 1_000])
def test_fifty_questions_tell_nothing_of_a_thousand_patients_either(attack: str) -> None:
    found = recovery(ATTACKS[attack], questions=50, targets=1_000, policy=Policy(), alone=True)
    assert found.upper <= 0.6


@pytest.mark.parametrize(("attack", "targets"), [("split tracker", 200), ("OR-padded tracker", 40)])
def test_the_longer_attacks_on_few_patients(attack: str, targets: int) -> None:
    found = recovery(ATTACKS[attack], questions=50, targets=targets, policy=Policy(), alone=True)
    assert found.rate <= 0.6


THOUSAND = pytest.param("crossing tracker", 1_000, marks=pytest.mark.long)


@pytest.mark.parametrize(("attack", "targets"), [("direct", 1_000), ("crossing tracker", 300), THOUSAND])
def test_fifty_questions_tell_nothing_of_anyone(attack: str, targets: int) -> None:
    found = recovery(ATTACKS[attack], questions=50, targets=targets, policy=Policy(), seed=2)
    assert found.upper <= 0.6


COLLUDING = [(50, 300), *(pytest.param(persons, 1_000, marks=pytest.mark.long) for persons in (5, 50))]


@pytest.mark.parametrize(("persons", "targets"), COLLUDING)
def test_colluding_does_not_help(persons: int, targets: int) -> None:
    attack = ATTACKS["tracker"]
    found = recovery(attack, questions=50, targets=targets, policy=Policy(), persons=persons, seed=3)
    assert found.upper <= 0.6


def test_a_budget_over_everyone_ends_what_colluding_persons_may_ask() -> None:
    door = Door(Policy(weekly_per_person=50, weekly_in_all=60), b"key")
    told = [door.ask(leaf(str(n), (1 << 50) - 1 << 60 * n), f"person {n}").subjects for n in range(90)]
    assert [number is None for number in told] == [False] * 60 + [True] * 30


def test_followed_to_the_letter_the_same_questions_read_the_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    """That the attacks can do something: noise, memory and minimum alone do not stop them."""

    def to_the_letter(question: Asked, patients: int, **_: object) -> Following[Asked]:
        yield from ()
        return question, patients

    monkeypatch.setattr(door, "followed", to_the_letter)
    attack = ATTACKS["complement tracker, size known"]
    found = recovery(attack, questions=50, targets=300, policy=Policy(), alone=True)
    assert found.rate > 0.6


def test_answers_are_near_enough_to_be_of_use() -> None:
    rows = {line.split("|")[1].strip(): line.split("|")[2:5] for line in utility(draws=500)}
    assert [float(rows[size][1]) < 6 for size in ("50", "200", "1,000")] == [True] * 3
    assert rows["50"][0].strip() == "0%"
