from __future__ import annotations

from collections.abc import Sequence

import pytest

from caimera.hub.catalogue import actions as harvesting
from caimera.hub.federation import actions, handlers, trail
from caimera.hub.federation.errors import NoHandler, SecondHandler
from caimera.hub.search.actions import mark_undelivered, record_answers
from caimera.protocol.envelope import Letter
from caimera.protocol.messages import (
    Answer,
    Ask,
    CatalogueChanged,
    CatalogueListed,
    Presence,
    RecordsGiven,
    TrailCheckpoint,
    TrailCosignature,
)


def test_the_hub_takes_exactly_these_messages() -> None:
    assert dict(handlers.registered()) == {
        Presence: actions.hear_presences,
        Answer: record_answers,
        TrailCheckpoint: trail.hear_checkpoints,
        TrailCosignature: trail.hear_cosignatures,
        CatalogueChanged: harvesting.hear_changes,
        CatalogueListed: harvesting.hear_lists,
        RecordsGiven: harvesting.hear_records,
    }


def test_registering_the_same_again_changes_nothing() -> None:
    handlers.register(Answer, record_answers)
    handlers.register_undelivered(mark_undelivered)

    assert handlers.handler_of(Answer) is record_answers


def test_a_second_handler_is_not_taken() -> None:
    def another(*, letters: Sequence[Letter]) -> Sequence[handlers.Refused]:
        raise AssertionError(letters)

    with pytest.raises(SecondHandler, match="search.answer/1"):
        handlers.register(Answer, another)
    with pytest.raises(SecondHandler, match="undelivered"):
        handlers.register_undelivered(lambda *, undelivered: None)


def test_a_message_nobody_takes_has_no_handler() -> None:
    with pytest.raises(NoHandler, match="search.ask/1"):
        handlers.handler_of(Ask)
