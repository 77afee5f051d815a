"""From which address a request comes, whatever its headers claim."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
from django.test import RequestFactory

from caimera.web.addresses import client_address


def seen(settings: Any, peer: str, forwarded: str = "", *proxies: str) -> str:
    """The address a site behind `proxies` limits."""
    networks = tuple(ip_network(proxy) for proxy in proxies)
    settings.SITE = settings.SITE.model_copy(update={"trusted_proxies": networks})
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    return client_address(RequestFactory().get("/", REMOTE_ADDR=peer, **headers))


def test_without_proxies_the_connection_tells(settings: Any) -> None:
    assert seen(settings, "192.0.2.7") == "192.0.2.7"
    assert seen(settings, "127.0.0.1", "203.0.113.9") == "127.0.0.1"


def test_a_trusted_proxy_is_believed_and_nobody_before_it(settings: Any) -> None:
    assert seen(settings, "10.0.0.1", "203.0.113.9", "10.0.0.0/8") == "203.0.113.9"
    assert seen(settings, "10.0.0.1", "198.51.100.1, 203.0.113.9", "10.0.0.0/8") == "203.0.113.9"
    assert seen(settings, "10.0.0.1", "203.0.113.9,  10.0.0.2", "10.0.0.0/8") == "203.0.113.9"
    assert seen(settings, "192.0.2.7", "203.0.113.9", "10.0.0.0/8") == "192.0.2.7"


@pytest.mark.parametrize("forwarded", ["", "unknown", "203.0.113.9:443", "<script>", "10.0.0.5"])
def test_what_a_proxy_says_amiss_leaves_the_last_address_it_said(settings: Any, forwarded: str) -> None:
    assert seen(settings, "10.0.0.1", forwarded, "10.0.0.0/8") in {"10.0.0.1", "10.0.0.5"}


@pytest.mark.parametrize("peer", ["", "not an address", "unix:"])
def test_an_unknown_peer_has_no_address(settings: Any, peer: str) -> None:
    assert seen(settings, peer, "203.0.113.9", "0.0.0.0/0") == ""


def test_an_ipv6_subscriber_is_one_whichever_address_they_choose(settings: Any) -> None:
    assert seen(settings, "2001:db8:1:2::7") == seen(settings, "2001:db8:1:2:ffff::1") == "2001:db8:1:2::/64"
    assert seen(settings, "2001:db8:1:3::7") != seen(settings, "2001:db8:1:2::7")
    assert seen(settings, "::ffff:192.0.2.7") == "192.0.2.7"
