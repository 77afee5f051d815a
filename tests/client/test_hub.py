"""Asking a hub over real HTTP."""

import json
from datetime import UTC, datetime

import pytest

from caimera.client import (
    Count,
    Hub,
    HubFailed,
    HubUnreachable,
    InsecureAddress,
    NameTaken,
    NotAllowed,
    NotSignedIn,
    QuestionRefused,
    SavedQuestion,
)
from caimera.demo.simulator import Simulator
from tests.client.small_hub import COUNTED_BY, DONE, HALF, REPORT, WAITING, SmallHub


def test_a_question_is_answered(hub: Hub, small_hub: SmallHub) -> None:
    result = hub.search("modality = CT", purpose="feasibility")
    assert small_hub.asked == [{"question": "modality = CT", "purpose": "feasibility"}]
    assert result.closed
    assert result.document == DONE
    assert [node.state for node in result.nodes] == ["answered", "offline"]
    assert [row.title for row in result.datasets] == ["Open\u2028set", "Protected set", "Empty set"]
    assert result.datasets[0].subjects == Count("exact", 115)
    assert result.nodes[0].conditions[0].status == "applied"
    assert result.totals.left_out == ("One dataset says only that fewer than 10 fit.",)


def test_rows_are_flat_and_all_alike(hub: Hub, small_hub: SmallHub) -> None:
    small_hub.streams = [[HALF, COUNTED_BY, "done"]]
    (protected,) = hub.search("modality = CT", by=["modality"]).rows()
    small_hub.streams = [[DONE, "done"]]
    opened, few, _none = hub.search("modality = CT").rows()
    assert small_hub.asked[0] == {"question": "modality = CT", "purpose": "", "by": ["modality"]}
    assert set(protected) == set(opened) == set(few)
    assert protected == {
        "node": "trials",
        "node_name": "Trials Node",
        "dataset": "2",
        "title": "Protected set",
        "version": "v1",
        "policy": "protected",
        "patients": 45,
        "patients_kind": "rounded",
        "patients_bound": None,
        "patients_step": 5,
        "studies": None,
        "studies_kind": "withheld",
        "series": None,
        "series_kind": "withheld",
        "minimum": 10,
        "step": 5,
        "epsilon": 0.28,
        "budget_left": 37,
        "reason": "",
    }
    assert (opened["patients"], opened["minimum"], opened["budget_left"]) == (115, None, None)
    assert (few["patients"], few["patients_kind"], few["patients_bound"]) == (None, "fewer_than", 10)


def test_breakdowns_are_rows_and_totals(hub: Hub, small_hub: SmallHub) -> None:
    small_hub.streams = [[COUNTED_BY, "done"]]
    result = hub.search("modality = CT", by=["modality"])
    shown = ("node", "title", "by", "value", "patients", "patients_kind", "patients_bound")
    assert [tuple(row[name] for name in shown) for row in result.breakdown_rows()] == [
        ("trials", "Protected set", "modality", "CT", 45, "rounded", None),
        ("trials", "Protected set", "modality", "", None, "fewer_than", 10),
    ]
    (total,) = result.breakdowns
    assert (total.by, total.values[0].subjects, total.values[0].few) == (
        "modality",
        Count("approximate", 45),
        2,
    )
    assert total.left_out == ("1 dataset does not tell its numbers by modality.",)


def test_a_hub_that_knows_no_breakdowns_is_understood(hub: Hub) -> None:
    result = hub.search("modality = CT")
    assert (result.breakdowns, result.breakdown_rows()) == ((), [])


def test_a_report_comes_as_text(hub: Hub) -> None:
    result = hub.search("modality = CT")
    assert hub.report(result, "csv") == REPORT
    assert json.loads(hub.report(result.id)) == DONE


def test_questions_are_kept_under_a_name(hub: Hub, small_hub: SmallHub) -> None:
    saved = hub.save("Mine", "modality = CT", by=["modality"])
    assert small_hub.asked == [{"name": "Mine", "question": "modality = CT", "by": ["modality"]}]
    assert saved == SavedQuestion("9", "Mine", "modality = CT", ("modality",), None)
    assert hub.saved() == (saved,)


def test_a_name_that_is_taken_says_so(hub: Hub) -> None:
    with pytest.raises(NameTaken, match="named “Taken”"):
        hub.save("Taken", "modality = CT")


def test_states_are_given_as_they_arrive(hub: Hub) -> None:
    states = [result.document for result in hub.stream({"variable": "modality"})]
    assert states == [WAITING, HALF, DONE]


@pytest.mark.parametrize("streams", [[[WAITING, HALF], [HALF, DONE, "done"]], [[WAITING], [], [HALF]]])
def test_a_stream_that_breaks_off_is_opened_again(
    hub: Hub, small_hub: SmallHub, streams: list[list[object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("caimera.client.hub._PAUSE", 0.01)
    small_hub.streams = streams
    assert hub.search("modality = CT").document == DONE


def test_counts_say_their_kind() -> None:
    counts = [
        Count("exact", 1234),
        Count("rounded", 1235, step=5),
        Count("approximate", 7000),
        Count("approximate", 0),
        Count("fewer_than", bound=10),
        Count("withheld"),
    ]
    assert [str(count) for count in counts] == [
        "1,234",
        "about 1,235",
        "about 7,000",
        "none told",
        "fewer than 10",
        "not said",
    ]


def test_nodes_are_listed(hub: Hub) -> None:
    present, away = hub.nodes()
    assert present.state == "present"
    assert present.last_heard_at == datetime(2026, 11, 23, 10, tzinfo=UTC)
    assert present.variables == {"sex": ("EQUALS", "IN")}
    assert away.last_heard_at is None


def test_the_vocabulary_is_for_anyone(small_hub: SmallHub) -> None:
    with Hub(small_hub.url) as hub:
        assert hub.vocabulary() == {"version": "2026.11"}


def test_a_refused_question_names_its_problems(hub: Hub) -> None:
    with pytest.raises(QuestionRefused, match="no variable 'modalty'. Did you mean 'modality'") as refusal:
        hub.search("modalty = CT")
    assert refusal.value.problems[0].path == "0"


def test_without_a_token_one_is_told_to_sign_in(small_hub: SmallHub) -> None:
    with Hub(small_hub.url) as hub, pytest.raises(NotSignedIn, match="caimera login"):
        hub.nodes()


def test_a_token_the_hub_does_not_take_means_signing_in_again(small_hub: SmallHub) -> None:
    with Hub(small_hub.url, "nonsense") as hub, pytest.raises(NotSignedIn):
        hub.nodes()


def test_a_non_member_is_told_so(small_hub: SmallHub, simulator: Simulator) -> None:
    with (
        Hub(small_hub.url, simulator.access_token("newcomer")) as hub,
        pytest.raises(NotAllowed, match="Members"),
    ):
        hub.search("modality = CT")


def test_a_hub_that_is_not_there_is_said_not_to_answer() -> None:
    with Hub("http://127.0.0.1:1", "token") as hub, pytest.raises(HubUnreachable, match="does not answer"):
        hub.nodes()


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ((200, b"<html>"), "does not answer as a hub does"),
        ((200, b"[]"), "does not answer as a hub does"),
        ((200, b"{}"), "does not answer as a hub does"),
        ((500, b"<html>"), "status 500"),
        ((500, b"[1]"), "status 500"),
        ((413, b'{"title": "Too large.", "detail": "Ask a shorter one."}'), "Too large. Ask a shorter one."),
        ((302, b""), "status 302"),
    ],
)
def test_what_is_not_a_hubs_answer_is_said_to_be_none(
    hub: Hub, small_hub: SmallHub, raw: tuple[int, bytes], sentence: str
) -> None:
    small_hub.raw = raw
    with pytest.raises(HubFailed, match=sentence):
        hub.nodes()
    with pytest.raises(HubFailed, match=sentence):
        hub.search("modality = CT")


@pytest.mark.parametrize("url", ["http://hub.example.eu", "ftp://hub.example.eu", "hub.example.eu"])
def test_a_token_never_travels_unencrypted(url: str) -> None:
    with pytest.raises(InsecureAddress, match="https"):
        Hub(url)
