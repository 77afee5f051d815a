"""The page of what waits for me, with 50,000 open items of somebody who decides on all of them.

A PostgreSQL cluster of its own is started. The items: applications, cases, roles to confirm, organisations
nobody speaks for. The limit is 100 ms of server time for a page; what every other page of theirs pays for the
number at its top is shown beside it.
"""

from __future__ import annotations

import logging
import time
from typing import Any, cast

from bench.measuring import percentiles, rounds, show, show_ratio
from tests.plugins import hub as _settings  # noqa: F401 - a database, keys and a hub's settings for this process

ITEMS = 50_000
TIMES = 120
LIMIT_MS = 100.0
A_PAGE = 25


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.test import Client

    from caimera.notices import waiting
    from caimera.web.running import settle

    call_command("migrate", verbosity=0)
    operator = _fill()
    client = Client()
    client.force_login(cast(Any, operator))
    print(f"Waiting for me, with {ITEMS:,} open items")
    middle = _middle(operator)
    logging.disable(logging.INFO)  # a line for each request would hide the figures
    settle()  # as the hub's server does when everything is there
    addresses = {"the first page": "/me/waiting", "a page in the middle": f"/me/waiting?after={middle}"}
    for name, address in addresses.items():
        samples = rounds(lambda address=address: _look(client, address), times=TIMES)
        show(name, samples)
        busy = rounds(lambda address=address: _look(client, address), times=TIMES, clock=time.process_time)
        show("its processor time, the database's aside", busy)
        show_ratio(f"limit of {LIMIT_MS:.0f} ms against the p95 of {name}", LIMIT_MS, percentiles(samples)[1])
    show("the number at the top of every page", rounds(lambda: waiting.count(operator), times=TIMES))


def _look(client: Any, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 200
    assert response.content.count(b'<th scope="row">') == A_PAGE


def _middle(operator: Any) -> str:
    """The address of a page half-way through, as following the links would lead there."""
    from urllib.parse import quote

    from caimera.notices import waiting
    from caimera.people.models import Membership

    one = Membership.objects.order_by("state_since", "pk")[ITEMS // 8]
    return quote(str(waiting.Mark(one.state_since, "applications", str(one.pk))))


def _fill() -> Any:
    """An operator, and as many open items for them, a quarter of each sort, over two years."""
    from datetime import timedelta

    from django.db import connection
    from django.utils import timezone

    from caimera.hub.onboarding.models import Case
    from caimera.people.models import Membership, Organisation, Person, RoleGrant

    now, each = timezone.now(), ITEMS // 4
    ages = [now - timedelta(days=730 * number / each) for number in range(each)]
    operator = Person.objects.create(issuer="bench", sub="operator", checked_at=now)
    until = now + timedelta(days=300)
    RoleGrant.objects.create(person=operator, role="operator", reason="x", until=until, confirmed_at=now)
    people = Person.objects.bulk_create(
        (
            Person(issuer="bench", sub=f"p{number}", name=f"Person {number}", checked_at=now)
            for number in range(each)
        ),
        batch_size=2000,
    )
    said = {"table": 1, "state": "submitted", "institution": "Hospital of Nowhere", "purpose": "Look"}
    Membership.objects.bulk_create(
        (Membership(person=who, state_since=at, **said) for who, at in zip(people, ages, strict=True)),
        batch_size=2000,
    )
    turn = {"waits_for": ["operator"], "open_to": ["operator"], "workflow": "data-holder", "table": 1}
    Case.objects.bulk_create(
        (
            Case(applicant=who, state="accepted", state_since=at, due=at.date(), title="Hospital", **turn)
            for who, at in zip(people, ages, strict=True)
        ),
        batch_size=2000,
    )
    RoleGrant.objects.bulk_create(
        (RoleGrant(person=who, role="operator", reason="x", until=until) for who in people), batch_size=2000
    )
    Organisation.objects.bulk_create(
        (Organisation(name=f"Hospital {n}") for n in range(each)), batch_size=2000
    )
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_rolegrant SET asked_at = now() - random() * interval '730 days'")
        cursor.execute("UPDATE people_organisation SET taken_on_at = now() - random() * interval '730 days'")
        cursor.execute("ANALYZE")
    return operator


if __name__ == "__main__":
    main()
