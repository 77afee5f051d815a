from __future__ import annotations

from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from caimera.hub.federation import tasks
from caimera.receiving.models import UsedNonce

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clean_tables")]


def test_old_nonces_are_forgotten() -> None:
    UsedNonce.objects.create(site="trials", nonce="old", expires_at=timezone.now() - timedelta(hours=1))
    tasks.forget_nonces(timestamp=0)

    assert not UsedNonce.objects.exists()


def test_the_work_of_a_killed_worker_is_given_to_another() -> None:
    app.configure_task("federation.forget_sessions", allow_unknown=False).defer(timestamp=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) "
            "VALUES (now() - interval '1 hour') RETURNING id"
        )
        dead = cursor.fetchone()[0]
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s", [dead])

    async_to_sync(tasks.rescue_jobs.func)(timestamp=0)
    assert ProcrastinateJob.objects.get().status == "todo"


def test_work_that_goes_on_is_left_alone() -> None:
    app.configure_task("federation.forget_sessions", allow_unknown=False).defer(timestamp=0)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now()) RETURNING id")
        alive = cursor.fetchone()[0]
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s", [alive])

    async_to_sync(tasks.rescue_jobs.func)(timestamp=0)
    assert ProcrastinateJob.objects.get().status == "doing"


def test_sessions_that_ended_are_forgotten() -> None:
    yesterday, tomorrow = (timezone.now() + timedelta(days=days) for days in (-1, 1))
    for key, until in (("old", yesterday), ("new", tomorrow)):
        Session.objects.create(session_key=key, session_data="", expire_date=until)
    tasks.forget_sessions(timestamp=0)
    assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]
