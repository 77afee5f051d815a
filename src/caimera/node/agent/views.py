"""The node's page: who it is, how it is, and for data holders what it holds and was asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from caimera.audit.models import Record
from caimera.disclosure import in_words
from caimera.node.agent.models import TrustedHub
from caimera.node.agent.queries import heartbeat
from caimera.node.datasets.models import Release
from caimera.node.datasets.queries import holds_data, published_releases, visible_releases
from caimera.node.mediator.queries import spent_by_everyone, visible_questions
from caimera.people.models import Person
from caimera.transport import LinkState
from caimera.web.access import anyone

QUESTIONS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class State:
    """How the node stands in the federation, in words, with the tone and icon of its tag."""

    words: str | Promise
    tone: str
    icon: str


CONNECTED = State(_("Connected: questions are answered"), "success", "answered")
RECONNECTING = State(_("No connection to the federation: it is being tried again"), "warning", "offline")
STOPPED = State(_("Not running: no questions reach this node"), "danger", "offline")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in the trail, as a data holder reads it."""

    at: datetime
    answered: bool
    question: str
    purpose: str
    asker: str
    reason: str


@dataclass(frozen=True, slots=True)
class Held:
    """A published dataset, its policy in sentences, and how many new questions it was asked in seven days."""

    release: Release
    policy: tuple[str, ...]
    spent: int


@anyone
@require_safe
def node(request: HttpRequest) -> HttpResponse:
    """Anyone sees name, state and number of datasets; data holders also which, and the questions."""
    person = request.user if isinstance(request.user, Person) else None
    context = {
        "name": settings.SITE.site_name,
        "site_id": settings.SITE.site_id,
        "state": _state(timezone.now()),
        "hub": TrustedHub.objects.first(),
        "dataset_count": published_releases().count(),
        "holds_data": holds_data(person),
        "datasets": _held(visible_releases(person), timezone.now()),
        "questions": [_asked(record) for record in visible_questions(person)[:QUESTIONS_SHOWN]],
        "questions_shown": QUESTIONS_SHOWN,
    }
    return render(request, "agent/node.html", context)


def _state(now: datetime) -> State:
    beat = heartbeat(now)
    if beat is None:
        return STOPPED
    return CONNECTED if beat.link == LinkState.CONNECTED.value else RECONNECTING


def _held(releases: Iterable[Release], now: datetime) -> list[Held]:
    spent = spent_by_everyone(now.date())
    return [
        Held(release, in_words(release.dataset.rules), spent.get(release.dataset_id, 0))
        for release in releases
    ]


def _asked(record: Record) -> Asked:
    said = record.detail
    return Asked(
        at=record.at,
        answered=record.act == "question.answered",
        question=said["question"],
        purpose=said["purpose"],
        asker=said["asker"],
        reason=said["reason"],
    )
