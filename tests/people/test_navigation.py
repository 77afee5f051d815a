"""Each role is led to its own pages and to nothing else."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from caimera.people.matrix import CALLERS, SIGNED_IN, VISITOR
from caimera.people.roles import ROLES, permissions_of
from tests.people.matrix import somebody, turned_away

pytestmark = pytest.mark.django_db

HOME = {
    "members.read": "/memberships",
    "roles.read": "/roles/holders",
    "organisations.read": "/organisations",
    "datasets.describe": "/describe",
}
"""Where the work of a permission begins."""

_FRAME = re.compile(r"<header>.*?</header>|<footer.*?</footer>", re.DOTALL)
_LINK = re.compile(r'<a [^>]*href="(/[^"#]*)"')


def led_to(client: Client) -> set[str]:
    """The pages that the frame around every page leads to."""
    page = client.get("/roles").content.decode()
    return {link for frame in _FRAME.findall(page) for link in _LINK.findall(frame)}


@pytest.mark.parametrize("caller", CALLERS)
def test_the_frame_leads_only_where_its_reader_may_go(caller: str) -> None:
    client = somebody(caller)
    links = led_to(client)
    assert "/roles" in links or caller == VISITOR
    followed = {link for link in links if not link.startswith("/sign-in")}
    assert {link for link in followed if turned_away(client.get(link))} == set()
    assert ("/saved" in links) is (caller == "researcher")


@pytest.mark.parametrize("caller", [SIGNED_IN, *ROLES])
def test_the_frame_leads_to_all_the_work_of_a_role_and_to_no_other(caller: str) -> None:
    own = {HOME[name] for name in permissions_of([caller]) if name in HOME}
    assert led_to(somebody(caller)) & set(HOME.values()) == own
