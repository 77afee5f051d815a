"""Log lines: one JSON object each, the request's id, and nothing that must not be kept."""

from __future__ import annotations

import json
import logging
from logging.config import DictConfigurator
from typing import Any

import pytest
from django.test import Client

from caimera.web.logs import WithRequestId, begin_request, current_request_id, logging_settings


def written(record: logging.LogRecord) -> dict[str, Any]:
    """The line that the settings of a site make of a record."""
    settings = logging_settings(service="caimera-test", level="INFO")
    formatter = DictConfigurator(settings).configure_formatter(settings["formatters"]["ecs"])
    assert WithRequestId().filter(record)
    line: dict[str, Any] = json.loads(formatter.format(record))
    return line


def record(text: str) -> logging.LogRecord:
    return logging.LogRecord("caimera.test", logging.WARNING, __file__, 1, text, (), None)


def test_a_line_names_service_and_request() -> None:
    request_id = begin_request("0123456789abcdef")
    line = written(record("something happened"))
    assert line["message"] == "something happened"
    assert line["service"]["name"] == "caimera-test"
    assert line["http"]["request"]["id"] == request_id == current_request_id() == "0123456789abcdef"
    assert line["log.level"] == "warning"


def test_a_failed_requests_query_is_not_logged() -> None:
    failed = record("Internal Server Error")
    failed.__dict__["request"] = "<ASGIRequest: GET '/sign-in/callback?code=secret'>"
    assert "secret" not in json.dumps(written(failed))


@pytest.mark.parametrize("offered", ["", "short", "with spaces in it", "x" * 65, "line\nbreak-in-it"])
def test_an_ill_formed_request_id_is_replaced(offered: str) -> None:
    assert begin_request(offered) != offered
    assert len(current_request_id()) == 32


def test_the_request_id_is_said_back(client: Client) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": "from-a-proxy-1"})
    assert answer["X-Request-ID"] == "from-a-proxy-1"


def test_a_request_is_one_line_without_its_query(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "caimera.web.middleware")
    client.get("/healthz?token=secret")
    (record,) = [record for record in caplog.records if record.name == "caimera.web.middleware"]
    assert record.getMessage() == "GET /healthz 200"
    assert "secret" not in str(record.__dict__)
