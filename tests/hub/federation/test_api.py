from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from caimera.hub.federation.models import Node
from caimera.people.models import Person
from caimera.vocabulary import VERSION
from tests.hub.conftest import FakeNode

pytestmark = pytest.mark.django_db

MakeNode = Callable[..., FakeNode]


def test_anyone_learns_what_this_hub_is() -> None:
    body = Client().get("/api/about").json()

    assert body == {
        "site": "hub",
        "name": settings.SITE.site_name,
        "software": "caimera 0.1.0",
        "vocabulary": VERSION,
        "issuer": settings.SITE.oidc_issuer,
        "client_id": "caimera-cli",
    }


def test_a_member_sees_the_nodes_and_whether_they_are_there(person: Person, make_node: MakeNode) -> None:
    make_node("trials")
    make_node("genomics", present=False)
    Node.objects.filter(pk="trials").update(capabilities={"sex": ["EQUALS"]}, dataset_count=3)
    client = Client()
    client.force_login(person)

    genomics, trials = client.get("/api/nodes").json()["nodes"]
    assert (genomics["id"], genomics["state"], genomics["last_heard_at"]) == ("genomics", "away", None)
    assert (trials["id"], trials["name"], trials["state"]) == ("trials", "The trials node", "present")
    assert (trials["variables"], trials["dataset_count"]) == ({"sex": ["EQUALS"]}, 3)


def test_a_revoked_node_is_not_listed(person: Person, make_node: MakeNode) -> None:
    make_node("trials")
    Node.objects.update(revoked_at=timezone.now() - timedelta(days=1))
    client = Client()
    client.force_login(person)

    assert client.get("/api/nodes").json() == {"nodes": []}
