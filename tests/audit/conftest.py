"""Tests of the trail empty its tables after real transactions, as the hub's do."""

from tests.hub.conftest import _flush_past_the_trail

__all__ = ["_flush_past_the_trail"]
