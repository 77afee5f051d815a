"""What an operator does with the catalogue, at the command line."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from click.testing import CliRunner, Result

from caimera.cli.hub import hub
from caimera.hub.catalogue.models import Source
from caimera.hub.catalogue.queries import visible_records
from tests.hub.catalogue.holders import Federation, Holder

pytestmark = pytest.mark.django_db(transaction=True)


def call(*arguments: str) -> Result:
    return CliRunner().invoke(hub, ["catalogue", *arguments])


def test_sources_are_listed_with_what_is_amiss(holder: Holder, federation: Federation) -> None:
    federation.settle()
    holder.publish(1)
    holder.records[UUID(int=2)] = "broken"
    federation.harvest()
    first, second = call("sources").output.splitlines()
    assert first.split() == ["trials", "online", "1", "datasets", "applied", "The", "trials", "node"]
    assert second.strip().startswith(f"refused: {UUID(int=2)}: The document is no valid Turtle")
    (one,) = json.loads(call("sources", "--json").output)
    assert (one["id"], one["records"], one["last"]) == ("trials", 1, "applied")


def test_a_harvest_is_wanted(holder: Holder, federation: Federation) -> None:
    assert call("harvest").output == "The worker harvests: nothing, as there is no source.\n"
    federation.settle()
    assert Source.objects.get().wanted is False
    assert call("harvest", "trials").output == "The worker harvests: trials.\n"
    assert Source.objects.get().wanted is True
    assert "There is no source 'nobody'." in call("harvest", "nobody").output


def test_a_shrunken_list_is_confirmed(holder: Holder, federation: Federation) -> None:
    holder.publish(1)
    federation.harvest()
    holder.records.clear()
    federation.harvest()
    assert "The list lacks 1 of 1 datasets." in call("sources").output
    assert call("confirm", "trials").output == "trials: 1 withdrawn, 0 added, 0 changed.\n"
    assert not visible_records().exists()
    again = call("confirm", "trials")
    assert (again.exit_code, "No harvest of 'trials' waits" in again.output) == (1, True)
