"""From which address a request comes: what the connection says, or what a proxy says that the site trusts."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

Address = IPv4Address | IPv6Address

_SITE_OF_IPV6 = 64
"""Bits of an IPv6 address that one subscriber keeps; the rest they choose anew as often as they like."""


def client_address(request: HttpRequest) -> str:
    """The address that is limited: an IPv4 address, the first half of an IPv6 one, or empty if unknown.

    `X-Forwarded-For` counts only as far as proxies of `trusted_proxies` wrote it. It is read from its end:
    the first address that is no such proxy is the client's; what stands before it anyone may have made up.
    """
    address = _read(request.META.get("REMOTE_ADDR", ""))
    for hop in reversed(request.headers.get("X-Forwarded-For", "").split(",")):
        if address is None or not _is_trusted(address, settings.SITE.trusted_proxies):
            break
        if (before := _read(hop)) is None:
            break
        address = before
    return _limited(address)


def _read(text: str) -> Address | None:
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _is_trusted(address: Address, proxies: Sequence[IPv4Network | IPv6Network]) -> bool:
    return any(address in proxy for proxy in proxies)


def _limited(address: Address | None) -> str:
    if isinstance(address, IPv6Address):
        return str(ip_network((address, _SITE_OF_IPV6), strict=False))
    return str(address or "")
