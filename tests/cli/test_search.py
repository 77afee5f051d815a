"""The researcher's desk in a terminal."""

import io
import json
import re
import threading
import time

import httpx
import pytest
from rich.console import Console

from caimera.cli.answers import growing
from caimera.cli.search import _invite
from caimera.client import Hub, Invitation, Token, TokenFile
from caimera.demo.simulator import Simulator
from tests.cli.conftest import Run
from tests.client.small_hub import COUNTED_BY, DONE, HALF, REPORT, SmallHub, node, state


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
def test_counting_by_a_variable(run: Run, small_hub: SmallHub) -> None:
    small_hub.streams = [[COUNTED_BY, "done"]]
    result = run("search", "modality = CT", "--by", "modality", "--by", "sex")
    assert small_hub.asked[0]["by"] == ["modality", "sex"]
    assert re.search(r"CT +│ about 45 \(\+ 2 datasets with few\) │", result.stdout)
    assert re.search(r"not recorded +│ +fewer than 19 │", result.stdout)
    assert "• 1 dataset does not tell its numbers by modality." in result.stdout


@pytest.mark.usefixtures("_signed_in")
def test_without_a_terminal_each_answer_is_a_line_as_it_arrives(run: Run) -> None:
    result = run("search", "modality = CT")
    assert result.stderr.splitlines() == [
        "Trials Node: answered after 0.01 s; patients: about 120.",
        "Genomics Node: offline. Genomics said nothing.",
    ]


@pytest.mark.usefixtures("_signed_in")
def test_on_a_terminal_the_table_grows(monkeypatch: pytest.MonkeyPatch, small_hub: SmallHub) -> None:
    terminal = Console(force_terminal=True, width=100, record=True, file=io.StringIO())
    monkeypatch.setattr("caimera.cli.answers.console", lambda: terminal)
    with Hub(small_hub.url) as hub:
        growing(hub.stream("modality = CT"))
    drawn = terminal.file.getvalue()  # type: ignore[attr-defined]
    assert drawn.index("waiting") < drawn.index("offline")
    assert "One dataset says only that fewer than 10 fit." in drawn


@pytest.mark.usefixtures("_signed_in")
def test_csv_is_the_hubs_report(run: Run) -> None:
    result = run("search", "modality = CT", "--csv")
    assert result.stdout_bytes == REPORT.encode()


@pytest.mark.usefixtures("_signed_in")
def test_a_question_is_kept_before_it_is_asked(run: Run, small_hub: SmallHub) -> None:
    result = run("search", "modality = CT", "--save", "Mine")
    assert result.exit_code == 0
    assert result.stderr.startswith("Kept as “Mine”.")
    assert [set(one) for one in small_hub.asked] == [{"name", "question"}, {"question", "purpose"}]


@pytest.mark.usefixtures("_signed_in")
def test_a_name_that_is_taken_ends_with_2_and_asks_nothing(run: Run, small_hub: SmallHub) -> None:
    result = run("search", "modality = CT", "--save", "Taken")
    assert (result.exit_code, len(small_hub.asked)) == (2, 1)
    assert "You keep another question named “Taken”." in result.stderr


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
