"""Addresses on the web that strangers name: which may be asked at all."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit, urlunsplit

from django.utils.translation import gettext as _

from caimera.hub.catalogue.errors import NotAnAddress

LONGEST = 2_000
_OWN = (".localhost", ".local", ".internal", ".home.arpa")
_NAT64 = ip_network("64:ff9b::/96")


def checked(url: str, *, private: bool, own: str) -> str:
    """An address of http or https without fragment, as it is kept. Raises NotAnAddress.

    Unless `private`, hosts that can only be of the own network are refused; where others lead is seen when
    they are asked (`fetching`). `own` is this site's address, which is never asked.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise NotAnAddress(_("This is no address on the web.")) from None
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in ("http", "https") or not host or len(url) > LONGEST or not _plain(url):
        raise NotAnAddress(_("Give the address of a FAIR Data Point or document, with http:// or https://."))
    if parts.username is not None or parts.password is not None:
        raise NotAnAddress(_("The address holds a name or a password; publish without."))
    if not private and _is_private(host):
        raise NotAnAddress(_("The address is of a private network. An operator can allow that for a source."))
    name = f"[{host}]" if ":" in host else host
    found = urlunsplit((parts.scheme, f"{name}:{port}" if port else name, parts.path or "/", parts.query, ""))
    if f"{found}/".startswith(f"{own}/"):
        raise NotAnAddress(_("This is an address of the catalogue itself."))
    return found


def _plain(url: str) -> bool:
    return url.strip().isascii() and url.strip().isprintable() and " " not in url.strip()


def _is_private(host: str) -> bool:
    """Whether a name, or an IP address however it is written, can only be of the own network."""
    if ":" in host or host.replace(".", "").isdigit():
        return not is_public(host)
    return "." not in host or host.endswith(_OWN)


def is_public(address: str) -> bool:
    """Whether an IP address belongs to nobody's private network, and to no machine's inside."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return is_public(str(found.ipv4_mapped))
        if found.sixtofour is not None or found.teredo is not None or found in _NAT64:
            return False  # they carry an IPv4 address, which may be any
    return found.is_global and not found.is_multicast
