"""A person who did everything there is to do at a node is forgotten, and looked for in every table."""

from __future__ import annotations

import pytest

from caimera.people.actions import forget_person
from tests.people.whole_database import MARK, applies, holding, lives_here, sessions_of, somebody

pytestmark = pytest.mark.django_db(transaction=True)

KEPT = {"people_person", "people_rolegrant"}
"""The tables whose rows may still point at the person's row, which tells nobody who it was."""


def test_nothing_of_the_person_stays_in_any_table() -> None:
    person = somebody()
    lives_here(person)
    assert len(holding(MARK)) > 4
    assert sessions_of(person)
    forget_person(person=person, actor=person.actor)
    assert holding(MARK) == set()
    assert sessions_of(person) == []
    assert holding(str(person.pk)) <= KEPT


def test_nor_of_one_who_applied_to_become_a_member() -> None:
    person = somebody(is_member=False)
    applies(person)
    assert "people_membership" in holding(MARK)
    forget_person(person=person, actor=person.actor)
    assert holding(MARK) == set()
    assert holding(str(person.pk)) <= KEPT | {"people_membership", "people_membershipstep"}
