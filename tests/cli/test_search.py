"""The researcher's desk in a terminal."""

import json
import re
import threading
import time

import httpx
import pytest

from caimera.cli.search import _invite
from caimera.client import Invitation, Token, TokenFile
from caimera.demo.simulator import Simulator
from tests.cli.conftest import Run
from tests.client.small_hub import DONE, HALF, SmallHub, node, state


@pytest.fixture
def _signed_in(small_hub: SmallHub, simulator: Simulator) -> None:
    sign_in(small_hub, simulator, "researcher")


def sign_in(small_hub: SmallHub, simulator: Simulator, persona: str) -> None:
    token = Token(
        simulator.access_token(persona), simulator.issuer, simulator.device_client_id, time.time() + 600
    )
    TokenFile().put(small_hub.url, token)


@pytest.mark.usefixtures("_signed_in")
def test_a_search_shows_nodes_datasets_and_totals(run: Run) -> None:
    result = run("search", "modality = CT", "--purpose", "feasibility")
    assert result.exit_code == 0
    assert "Series with modality CT." in result.stdout
    assert re.search(r"Open.set +│ open +│ +115 │ +1,200 │ +2,400 │", result.stdout)
    assert re.search(r"1 dataset, each +│ +│ fewer than 10 │", result.stdout)
    assert "1 dataset without a match" in result.stdout
    assert "Empty set" not in result.stdout
    assert "about 115" in result.stdout
    assert "Genomics Node: Genomics said nothing." in result.stdout
    assert "One dataset says only that fewer than 10 fit." in result.stdout


@pytest.mark.usefixtures("_signed_in")
def test_json_is_the_hubs_own(run: Run, small_hub: SmallHub) -> None:
    result = run("search", "modality = CT", "--json")
    assert json.loads(result.stdout) == DONE
    assert small_hub.asked == [{"question": "modality = CT", "purpose": ""}]


@pytest.mark.usefixtures("_signed_in")
def test_a_condition_that_was_not_simply_applied_is_told(run: Run, small_hub: SmallHub) -> None:
    changed = {"path": "", "status": "approximated", "why": "Some dates are shifted.", "text": "year = 2010"}
    done = state(True, [node("Trials", "answered") | {"conditions": [changed]}])
    small_hub.streams = [[HALF, done, "done"]]
    result = run("search", "modality = CT")
    assert "Trials Node: year = 2010 was approximated: Some dates are shifted." in result.stdout


@pytest.mark.usefixtures("_signed_in")
def test_a_wrong_question_ends_with_2_and_its_fix(run: Run) -> None:
    result = run("search", "modalty = CT")
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1] == "At 0: There is no variable 'modalty'. Did you mean 'modality'?"


def test_without_signing_in_one_is_told_how(run: Run, small_hub: SmallHub) -> None:
    result = run("search", "modality = CT")
    assert result.exit_code == 1
    assert "caimera login" in result.stderr


def test_a_non_member_is_told_so(run: Run, small_hub: SmallHub, simulator: Simulator) -> None:
    sign_in(small_hub, simulator, "newcomer")
    result = run("search", "modality = CT")
    assert result.exit_code == 1
    assert result.stderr.strip().endswith("Members only.")


def test_a_hub_that_is_down_is_told(run: Run) -> None:
    result = run("nodes", "--hub", "http://127.0.0.1:1")
    assert result.exit_code == 1
    assert "caimera login" in result.stderr
    result = run("login", "--hub", "http://127.0.0.1:1")
    assert result.exit_code == 1
    assert "does not answer" in result.stderr


def test_without_a_hub_and_without_a_demo_one_is_asked_for_it(run: Run) -> None:
    result = run("nodes")
    assert result.exit_code == 2
    assert "No demo is running. Name the hub with --hub or CAIMERA_HUB_URL." in result.stderr


@pytest.mark.usefixtures("_signed_in")
def test_nodes_are_listed(run: Run) -> None:
    result = run("nodes")
    assert "Trials Node (trials)" in result.stdout
    assert "away" in result.stdout
    listed = json.loads(run("nodes", "--json").stdout)
    assert [node["id"] for node in listed] == ["trials", "genomics"]
    assert listed[0]["last_heard_at"] == "2026-11-23T10:00:00+00:00"
    assert listed[0]["variables"] == {"sex": ["EQUALS", "IN"]}


def test_signing_in_and_out(run: Run, small_hub: SmallHub, simulator: Simulator) -> None:
    def approve_when_asked() -> None:
        devices = simulator.provider.devices
        while not devices._waiting:
            time.sleep(0.01)
        (approval,) = devices._waiting.values()
        form = {"user_code": approval.user_code, "login_hint": "researcher"}
        httpx.post(simulator.issuer + "device", data=form).raise_for_status()

    person = threading.Thread(target=approve_when_asked)
    person.start()
    result = run("login")
    person.join()
    assert result.exit_code == 0
    assert f"{simulator.issuer}device?user_code=" in result.stdout
    assert f"Signed in at {small_hub.url} as Rosa Researcher." in result.stdout
    assert run("nodes").exit_code == 0
    assert run("logout").stdout == f"Signed out of {small_hub.url}.\n"
    assert run("logout").stdout == f"You were not signed in at {small_hub.url}.\n"
    assert run("nodes").exit_code == 1


def test_where_the_address_is_not_complete_the_code_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    _invite(Invitation("https://login.example/device", "https://login.example/device", "BCDF-GHJK", 600))
    assert "enter the code BCDF-GHJK" in capsys.readouterr().out


def test_signing_out_works_when_the_sign_in_service_is_gone(run: Run, small_hub: SmallHub) -> None:
    token = Token("x", "http://127.0.0.1:1/oidc/", "program", time.time() + 600)
    TokenFile().put(small_hub.url, token)
    assert run("logout").stdout.startswith("Signed out here.")
    assert TokenFile().get(small_hub.url) is None
