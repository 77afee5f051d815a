"""What the permission check of a page costs: the same page for anyone, for members, and for a role.

A PostgreSQL cluster of its own is started. Each page answers one word; what differs is who may see it. The
limit is 2 ms more than the page that anyone signed in may see, whose person is read for every page.
"""

from __future__ import annotations

import statistics

from bench.measuring import rounds, show, show_ratio
from tests.plugins import hub as _settings  # noqa: F401 - a database, keys and a hub's settings for this process

TIMES = 600
LIMIT_MS = 2.0


def main() -> None:
    import django

    django.setup()
    from datetime import timedelta

    from django.core.management import call_command
    from django.http import HttpRequest, HttpResponse
    from django.test import RequestFactory
    from django.utils import timezone

    from caimera.people.access import member, needs, signed_in
    from caimera.people.backend import PersonBackend
    from caimera.people.models import Person, RoleGrant

    call_command("migrate", verbosity=0)
    now = timezone.now()
    person = Person.objects.create(issuer="bench", sub="bench", in_membership_group=True, checked_at=now)
    for role in ("operator", "engagement", "stakeholder"):
        RoleGrant.objects.create(
            person=person, role=role, reason="bench", until=now + timedelta(days=1), confirmed_at=now
        )

    def page(request: HttpRequest) -> HttpResponse:
        return HttpResponse("seen")

    views = {"signed in": signed_in(page), "member": member(page), "a role": needs("roles.give")(page)}
    make, backend = RequestFactory(), PersonBackend()

    def look(name: str) -> None:
        request = make.get("/")
        request.user = backend.get_user(person.pk)
        assert views[name](request).content == b"seen"

    print("The permission check of a page, beside reading the person of its session")
    took: dict[str, list[float]] = {name: [] for name in views}
    for _ in range(TIMES):  # in turns, as others use this machine, too
        for name in views:
            took[name] += rounds(lambda name=name: look(name), times=1, warm_up=0)
    for name, samples in took.items():
        show(f"page that needs: {name}", samples)
    base = statistics.median(took["signed in"])
    for name in ("member", "a role"):
        added = max(statistics.median(took[name]) - base, 0.001)
        show_ratio(f"limit of {LIMIT_MS:.0f} ms against what '{name}' adds", LIMIT_MS, added)
        show_ratio(f"reading the person against what '{name}' adds", base, added)


if __name__ == "__main__":
    main()
