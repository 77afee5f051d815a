"""The tracer's interface: what its clients send and read, and none of what it let them do.

The bodies are those of the CHAIMELEON tracer's README and classes (commit c09b2a3) and of EUCAIM's tracing
service.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest
from django.test import Client

from caimera.audit.checkpoints import make_checkpoint
from caimera.audit.models import Record
from caimera.audit.sequencing import sequence
from caimera.people.models import Person
from caimera.people.personal_tokens import make_account, make_token
from tests.audit.trails import found_online
from tests.hub.conftest import make_person
from tests.looking import browser
from tests.trail.conftest import with_role

pytestmark = pytest.mark.django_db(transaction=True)

HASH = base64.b64encode(bytes(range(32))).decode()
CREATED = {
    "userAction": "CREATE_DATASET",
    "datasetId": "70a8b0a5",
    "resources": [
        {"id": "index", "contentType": "HASH", "hash": HASH, "hashType": "SHA3_256"},
        {"id": "images", "contentHash": HASH, "contentHashType": "SHA3_256"},
        {"id": "clinicalData", "contentType": "FILE_DATA", "data": "VGhpcyBpcyBhIGZpbGU="},
    ],
}
UPDATED = {"userAction": "UPDATE_DATASET", "datasetId": "70a8b0a5", "details": "RELEASE"}
USED = {
    "userAction": "USE_DATASETS",
    "datasetsIds": ["70a8b0a5", "11ff"],
    "toolName": "desktop-tensorflow",
    "toolVersion": "3.1",
}
MODELLED = {
    "userAction": "CREATE_MODEL_POD",
    "datasetsIds": ["11ff"],
    "applicationId": "jupyter",
    "modelId": "unet-7",
}
MODEL_USED = {"userAction": "USE_MODELS", "applicationId": "jupyter", "modelsIds": ["unet-7"]}
ALL = (CREATED, UPDATED, USED, MODELLED, MODEL_USED)


@pytest.fixture
def service() -> Person:
    """The account of a data holder's program."""
    return make_account(name="dataset-service", roles=["data-holder-delegate"], days=1, by=None)


@pytest.fixture
def program(service: Person) -> Client:
    """The program itself, which has a token for this and nothing else."""
    _token, words = make_token(person=service, name="t", scopes=["traces.write"], days=1)
    return Client(headers={"Authorization": f"Bearer {words}"})


def post(client: Client, body: dict[str, Any], version: int = 1) -> Any:
    address = "/api/v1/traces" if version == 1 else "/api/v2/traces/"
    return client.post(address, body, content_type="application/json")


def listed(client: Client, **query: Any) -> list[dict[str, Any]]:
    answer = client.get("/api/v1/traces", query)
    assert answer.status_code == 200, answer.content
    (said,) = answer.json()["traces"]
    assert said["blockchain"] == "CAIMERA_TRAIL"
    return said["traces"]


@pytest.mark.parametrize("body", ALL, ids=lambda body: body["userAction"])
def test_what_is_reported_stands_in_the_trail_and_is_read_back(
    program: Client, service: Person, body: dict[str, Any]
) -> None:
    (cached,) = post(program, {**body, "userId": "rosa", "callerId": "somebody-else"}).json()
    assert (cached["status"], cached["callerId"]) == ("WAITING", service.sub)
    record = Record.objects.get(act__startswith="trace.")
    assert (record.actor, record.detail["user"]) == (service.actor, "person:rosa")
    (line,) = listed(program)
    assert (line["id"], line["callerId"], line["userId"]) == (cached["traceId"], service.sub, "rosa")
    whole = program.get(f"/api/v1/traces/{line['id']}").json()["traces"][0]["trace"]
    assert whole["version"] == "V1"
    assert whole["timestamp"] == str(int(record.at.timestamp() * 1000))
    sequence(wait=True)
    make_checkpoint(wait=True)
    assert found_online() == []


def test_each_action_is_told_in_the_tracers_words(program: Client) -> None:
    for body in ALL:
        assert post(program, body).status_code == 200
    told = {one["userAction"]: one for one in listed(program)}
    assert list(told) == [
        "USE_MODEL_POD",
        "CREATE_MODEL_POD",
        "USE_DATASETS",
        "UPDATE_DATASET",
        "CREATE_DATASET",
    ]
    assert told["UPDATE_DATASET"]["details"] == "RELEASE"
    assert told["USE_DATASETS"]["details"] == "desktop-tensorflow 3.1"
    whole = program.get(f"/api/v1/traces/{told['CREATE_DATASET']['id']}").json()["traces"][0]["trace"]
    assert whole["datasetId"] == "70a8b0a5"
    content = base64.b64encode(hashlib.sha3_256(b"This is a file").digest()).decode()
    assert [(one["id"], one["contentHash"]) for one in whole["traceResources"]] == [
        ("index", HASH),
        ("images", HASH),
        ("clinicalData", content),
    ]
    used = program.get(f"/api/v1/traces/{told['USE_DATASETS']['id']}").json()["traces"][0]["trace"]
    assert used["tool"] == {"name": "desktop-tensorflow", "version": "3.1"}
    assert used["datasetsIds"] == ["70a8b0a5", "11ff"]


def test_traces_are_filtered_and_read_in_parts_past_the_first(program: Client) -> None:
    for number in range(12):
        post(program, {**USED, "userId": f"user-{number % 3}", "datasetsIds": [f"d{number}"]})
    post(program, UPDATED)
    assert len(listed(program, userId="user-1")) == 4
    assert len(listed(program, userId=["user-1", "user-2"])) == 8
    assert [one["userAction"] for one in listed(program, datasetId="70a8b0a5")] == ["UPDATE_DATASET"]
    assert len(listed(program, userAction="USE_DATASETS", callerUserId="dataset-service@this-site")) == 12
    assert listed(program, callerUserId="nobody") == []
    parts = [listed(program, skipTraces=skip, limitTraces=5) for skip in (0, 5, 10, 15)]
    assert [len(part) for part in parts] == [5, 5, 3, 0]
    assert len({one["id"] for part in parts for one in part}) == 13


def test_version_2_takes_and_gives_its_own_form(program: Client) -> None:
    made = post(program, {**USED, "userId": "rosa"}, version=2)
    assert made.status_code == 201
    said = made.json()
    assert (said["version"], said["userId"], said["datasetsIds"]) == (2, "rosa", ["70a8b0a5", "11ff"])
    assert program.get(f"/api/v2/traces/{said['id']}").json() == said
    page = program.get(
        "/api/v2/traces/", {"limit": 10, "userAction": "USE_DATASETS", "datasetId": "11ff"}
    ).json()
    assert page == {"total": 1, "data": [said], "skip": 0, "limit": 10}
    created = post(program, CREATED, version=2).json()
    assert {one["contentHashType"] for one in created["resources"]} == {"SHA3_256"}


def test_one_reads_ones_own_traces_and_no_others(program: Client) -> None:
    rosa, omar, operator = make_person("rosa"), make_person("omar"), with_role("operator")
    post(program, {**USED, "userId": rosa.sub})
    (line,) = listed(browser(rosa))
    assert listed(browser(omar)) == []
    assert listed(browser(omar), userId="rosa") == []
    for version in (1, 2):
        assert browser(rosa).get(f"/api/v{version}/traces/{line['id']}").status_code == 200
        assert browser(omar).get(f"/api/v{version}/traces/{line['id']}").status_code == 404
    assert len(listed(browser(operator))) == 1
    assert Record.objects.filter(act="trail.read", actor=omar.actor).exists()


def test_nobody_speaks_for_others_but_accounts_of_programs(program: Client) -> None:
    holder = with_role("data-holder-delegate")
    mine = browser(holder)
    mine.handler.enforce_csrf_checks = False
    assert post(mine, {**USED, "userId": "rosa"}).status_code == 403
    assert post(mine, {**USED, "userId": holder.email}).status_code == 200
    assert Record.objects.get(act="trace.datasets-used").detail["user"] == holder.actor


@pytest.mark.parametrize("role", ["researcher", "operator", "legal-board"])
def test_who_may_not_report_is_refused(role: str) -> None:
    assert post(browser(with_role(role)), USED).status_code == 403
    assert not Record.objects.filter(act__startswith="trace.").exists()


def test_a_trace_is_never_changed_or_removed(program: Client) -> None:
    (cached,) = post(program, USED).json()
    before = list(Record.objects.filter(act__startswith="trace.").values())
    address = f"/api/v1/traces/cache/{cached['id']}"
    for answer in (
        program.put(address, {"fields": []}, content_type="application/json"),
        program.delete(address),
    ):
        assert answer.status_code == 409
        assert "never changed" in answer.json()["detail"]
    assert list(Record.objects.filter(act__startswith="trace.").values()) == before
    assert browser(make_person("omar")).delete(address).status_code == 404


def test_what_has_its_place_is_no_longer_in_the_cache(program: Client) -> None:
    (cached,) = post(program, USED).json()
    assert [one["id"] for one in program.get("/api/v1/traces/cache").json()] == [cached["id"]]
    sequence(wait=True)
    assert program.get("/api/v1/traces/cache").json() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"userAction": "DELETE_DATASET"},
        {**USED, "datasetsIds": []},
        {**USED, "datasetsIds": ["\0"]},
        {**UPDATED, "details": "DESTROY"},
        {"userAction": "CREATE_DATASET", "datasetId": "d"},
        {**CREATED, "resources": [{"id": "x", "contentHash": "not base64!", "contentHashType": "SHA3_256"}]},
        {**CREATED, "resources": [{"id": "x", "contentHash": HASH, "contentHashType": "SHA3_512"}]},
        {**CREATED, "resources": [{"id": "x", "contentType": "HTTP_FTP", "url": "http://127.0.0.1/secret"}]},
        {**USED, "surprise": 1},
        {**USED, "toolName": "x" * 301},
        [],
    ],
)
def test_a_trace_that_is_none_is_refused_with_a_sentence(program: Client, wrong: Any) -> None:
    for version in (1, 2):
        answer = post(program, wrong, version)
        assert answer.status_code == 422
        assert answer.json()["problems"]
    assert not Record.objects.filter(act__startswith="trace.").exists()


def test_the_words_of_the_interface_are_told(program: Client) -> None:
    said = {
        what: program.get(f"/api/v1/static/traces/{what}").json()
        for what in (
            "actions",
            "hashes",
            "dataset_update_details",
            "dataset_resources",
            "request_resource_contents",
        )
    }
    assert said["actions"] == [
        "CREATE_DATASET",
        "UPDATE_DATASET",
        "USE_DATASETS",
        "CREATE_MODEL_POD",
        "USE_MODEL_POD",
    ]
    assert said["hashes"] == ["SHA3_256", "SHA3_512"]
    assert "PUBLISH" in said["dataset_update_details"]
    assert program.get("/api/v1/static/traces/passwords").status_code == 404
    assert program.get("/api/v1/traces/providers").json() == program.get("/api/v1/blockchains").json()


def test_a_stranger_reads_and_writes_nothing() -> None:
    for address in (
        "/api/v1/traces",
        "/api/v2/traces/",
        "/api/v1/traces/cache",
        "/api/v1/static/traces/actions",
    ):
        assert Client().get(address).status_code == 401
    assert post(Client(), USED).status_code == 401
