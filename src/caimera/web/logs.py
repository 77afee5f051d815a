"""Structured logs: one JSON object a line with ECS field names, and a request id that crosses sites."""

from __future__ import annotations

import logging
import re
import uuid
from contextvars import ContextVar
from typing import Any

import ecs_logging

_request_id: ContextVar[str] = ContextVar("request_id", default="")
_ACCEPTED = re.compile(r"^[A-Za-z0-9._-]{8,64}$")


def current_request_id() -> str:
    """The id of the request, question or message being worked on; empty outside of one."""
    return _request_id.get()


def begin_request(offered: str = "") -> str:
    """Take over a request id another site offered, if it is well formed, or make a new one."""
    request_id = offered if _ACCEPTED.match(offered) else uuid.uuid4().hex
    _request_id.set(request_id)
    return request_id


class WithRequestId(logging.Filter):
    """Adds the current request id to each record, as ECS names it.

    Django hangs the whole request on records of failures. Its query can hold a sign-in code: it is taken off.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        record.__dict__.pop("request", None)
        if request_id := current_request_id():
            setattr(record, "http.request.id", request_id)
        return True


def logging_settings(*, service: str, level: str) -> dict[str, Any]:
    """A `logging.config` dictionary: ECS JSON on standard error."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request_id": {"()": WithRequestId}},
        "formatters": {
            "ecs": {"()": ecs_logging.StdlibFormatter, "extra": {"service.name": service}},
        },
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "ecs", "filters": ["request_id"]},
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "uvicorn.access": {"handlers": [], "propagate": False},
            "httpx": {"level": "WARNING"},
            "procrastinate": {"level": "WARNING"},
            "django.request": {"level": "ERROR"},
        },
    }
