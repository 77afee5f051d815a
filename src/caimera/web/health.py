"""Is the process alive, is the site ready, and what are its figures: for operators and their tools."""

from __future__ import annotations

from collections.abc import Callable

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from caimera.web.access import anyone

Check = Callable[[], str]
"""Answers an empty string when all is well, else a sentence saying what is wrong and what to do."""

_checks: dict[str, Check] = {}


def register_check(name: str, check: Check) -> None:
    """Add a check to `/readyz`; a room does so when its app is ready."""
    _checks[name] = check


def database_problem() -> str:
    """The database answers and has the tables this software expects."""
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "The database does not answer. Start PostgreSQL or correct the database address."
    if pending:
        return f"{len(pending)} database migrations are not applied. Run the site's `migrate` command."
    return ""


@anyone
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 while the process answers at all."""
    return JsonResponse({"status": "ok"})


@anyone
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when every check passes, else 503 with a sentence for each that does not."""
    problems = {name: problem for name, check in _all_checks().items() if (problem := check())}
    body = {"status": "not ready" if problems else "ready", "problems": problems}
    return JsonResponse(body, status=503 if problems else 200)


def _all_checks() -> dict[str, Check]:
    return {"database": database_problem, **_checks}


@anyone
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures about this process and site in the Prometheus text format; none is about a person."""
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
]
