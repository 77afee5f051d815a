"""Where a person has signed in from: noted at each sign-in, so that a new place is told.

A place is a network (IPv4 /16, IPv6 /32), kept as a keyed digest for each person: nobody can read from it
where somebody was, or that two were in the same place.
"""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from caimera.notices.actions import tell
from caimera.notices.models import Place
from caimera.people.models import Person
from caimera.web.addresses import client_address

_PREFIX = {4: 16, 6: 32}


def note_place(*, request: HttpRequest, person: Person) -> None:
    """Note where somebody signs in from, and tell them where they were seen elsewhere only."""
    digest = digest_of(person, client_address(request))
    if not digest:
        return
    known = Place.objects.filter(person=person)
    elsewhere_only = known.exists() and not known.filter(digest=digest).exists()
    now = timezone.now()
    Place.objects.update_or_create(person=person, digest=digest, defaults={"seen_at": now})
    if elsewhere_only:
        tell(kind="security", event="new-place", people=[person], page=reverse("people:tokens"))


def digest_of(person: Person, address: str) -> str:
    """A place of a person; empty where the address is none."""
    try:
        found = ip_address(address.partition("/")[0])
    except ValueError:
        return ""
    network = ip_network(f"{found}/{_PREFIX[found.version]}", strict=False)
    return salted_hmac("caimera.notices.place", f"{person.pk} {network}", algorithm="sha256").hexdigest()
