"""Reading the trail."""

import pytest

from caimera.audit.actions import record
from caimera.audit.queries import trail

pytestmark = pytest.mark.django_db


@pytest.fixture
def acts() -> None:
    record(act="node.enrolled", actor="system", object="node:trials")
    record(act="question.asked", actor="person:a", object="question:1")
    record(act="question.asked", actor="person:b", object="question:2")
    record(act="node.revoked", actor="person:a", object="node:trials")


@pytest.mark.usefixtures("acts")
def test_the_trail_runs_from_the_newest_to_the_oldest() -> None:
    assert [one.object for one in trail()] == ["node:trials", "question:2", "question:1", "node:trials"]


@pytest.mark.usefixtures("acts")
def test_the_trail_is_narrowed_by_actor_object_and_act() -> None:
    assert [one.act for one in trail(actor="person:a")] == ["node.revoked", "question.asked"]
    assert [one.act for one in trail(object="node:trials")] == ["node.revoked", "node.enrolled"]
    assert [one.actor for one in trail(act="question.asked")] == ["person:b", "person:a"]
    assert [one.object for one in trail(actor="person:a", act="question.asked")] == ["question:1"]
    assert not trail(actor="person:c").exists()
