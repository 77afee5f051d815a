"""Files and functions keep to their length; every test can fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.house.rules.rooms import foreign_keys_by_name
from tests.house.rules.shape import asserts_nothing, cannot_fail, too_long
from tests.house.rules.verbs import not_keyword_only, prints

ROOT = Path(__file__).parents[2]
SOURCE = sorted((ROOT / "src").rglob("*.py"))
WRITTEN = [path for path in SOURCE if "migrations" not in path.parts]
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
ACTIONS = [path for path in WRITTEN if path.name == "actions.py"]


def broken(paths: list[Path], rule) -> dict[str, list[str]]:
    """What a rule finds, by file."""
    found = {str(path.relative_to(ROOT)): rule(path.read_text()) for path in paths}
    return {name: problems for name, problems in found.items() if problems}


def test_no_file_and_no_function_is_too_long() -> None:
    assert broken(WRITTEN, too_long) == {}


def test_every_test_asserts() -> None:
    assert broken(TESTS, asserts_nothing) == {}


def test_no_assertion_holds_by_its_form() -> None:
    assert broken(TESTS, cannot_fail) == {}


def test_actions_take_everything_by_name() -> None:
    assert ACTIONS
    assert broken(ACTIONS, not_keyword_only) == {}


def test_only_the_command_line_prints() -> None:
    assert broken([path for path in WRITTEN if "cli" not in path.parts], prints) == {}


def test_no_foreign_key_is_given_as_text() -> None:
    assert broken([path for path in WRITTEN if path.name == "models.py"], foreign_keys_by_name) == {}


@pytest.mark.parametrize(
    ("rule", "planted"),
    [
        (too_long, "x = 1\n" * 401),
        (too_long, "def f():\n" + "    x = 1\n" * 50),
        (asserts_nothing, "def test_a():\n    act()"),
        (asserts_nothing, "def test_a():\n    check(claims=claims)"),
        (asserts_nothing, "def test_a(refused, failing):\n    expected = refused.assertion"),
        (cannot_fail, "assert a == b if c else d"),
        (not_keyword_only, "def ask(person, *, question): ..."),
        (not_keyword_only, "async def ask(*people): ..."),
        (prints, "def f():\n    print('x')"),
        (foreign_keys_by_name, "owner = models.ForeignKey('people.Person', models.CASCADE)"),
        (foreign_keys_by_name, "owner = models.OneToOneField(to='people.Person', on_delete=models.CASCADE)"),
    ],
)
def test_each_rule_finds_a_planted_violation(rule, planted: str) -> None:
    assert rule(planted)


@pytest.mark.parametrize(
    ("rule", "good"),
    [
        (too_long, "def f():\n" + "    x = 1\n" * 49),
        (asserts_nothing, "def check(x):\n    assert x\n\ndef test_a():\n    check(1)"),
        (asserts_nothing, "def test_a():\n    with pytest.raises(ValueError): act()"),
        (asserts_nothing, "async def until(fact):\n    pytest.fail()\n\ndef test_a():\n    run(until(fact))"),
        (asserts_nothing, "def test_a(page):\n    expect(page).to_have_title('Search')"),
        (cannot_fail, "assert (a == b) is c"),
        (not_keyword_only, "def ask(*, person): ...\ndef _help(x): ..."),
        (prints, "def f():\n    printed = 1"),
        (foreign_keys_by_name, "owner = models.ForeignKey(Person, models.CASCADE)"),
    ],
)
def test_each_rule_leaves_good_code_alone(rule, good: str) -> None:
    assert not rule(good)
