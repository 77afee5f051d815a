"""Housekeeping of the federation, run by the worker."""

from __future__ import annotations

from django.core.management import call_command
from django.utils import timezone
from procrastinate.contrib.django import app

from caimera.receiving.actions import forget_expired_nonces


@app.periodic(cron="*/5 * * * *")
@app.task(name="federation.forget_nonces", queueing_lock="federation.forget_nonces", pass_context=False)
def forget_nonces(timestamp: int) -> None:
    """Drop the nonces of letters that are refused as expired anyway."""
    forget_expired_nonces(now=timezone.now())


@app.periodic(cron="17 3 * * *")
@app.task(name="federation.forget_sessions", queueing_lock="federation.forget_sessions", pass_context=False)
def forget_sessions(timestamp: int) -> None:
    """Drop the sessions that ended by themselves."""
    call_command("clearsessions")


@app.periodic(cron="* * * * *")
@app.task(name="federation.rescue_jobs", queueing_lock="federation.rescue_jobs")
async def rescue_jobs(timestamp: int) -> None:
    """Give the work of a worker that was killed to one that lives."""
    for job in await app.job_manager.get_stalled_jobs():
        await app.job_manager.retry_job(job)
