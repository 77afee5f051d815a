"""Group membership as entitlements say it: AARC-G069, "Guidelines for expressing group membership and role".

    <NAMESPACE>:group:<GROUP>[:<SUBGROUP>…][:role=<ROLE>][#<AUTHORITY>]

Components are percent-encoded, so they are decoded after the text is taken apart. Pure.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import unquote

from caimera.people.errors import NotAGroup

_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PLAIN_ROLES = ("", "member")


class Authority(NamedTuple):
    """Who says so: a namespace together with the authority that speaks in it."""

    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class Group:
    """One group and, where given, a role in it. `path` runs from the outermost group inwards."""

    authority: Authority
    path: tuple[str, ...]
    role: str = ""

    def inner(self, *path: str) -> "Group":
        """The group `path` inside this one."""
        return Group(self.authority, (*self.path, *path))


def parse(entitlement: str) -> Group:
    """Read one entitlement.

    Raises:
        NotAGroup: it is none of AARC-G069's group form, such as a resource (`:res:`) or a web address.
    """
    name, _, authority = entitlement.rpartition("#") if "#" in entitlement else (entitlement, "", "")
    namespace, found, rest = name.partition(":group:")
    if not found or not namespace.startswith("urn:"):
        raise NotAGroup(f"'{entitlement}' is no group entitlement: <namespace>:group:<group>#<authority>.")
    segments = rest.split(":")
    role = segments.pop().removeprefix("role=") if segments[-1].startswith("role=") else None
    if not segments:
        raise NotAGroup(f"'{entitlement}' names a role but no group.")
    return Group(
        authority=Authority(namespace, _decoded(authority, entitlement) if authority else ""),
        path=tuple(_decoded(segment, entitlement) for segment in segments),
        role="" if role is None else _decoded(role, entitlement),
    )


def _decoded(component: str, entitlement: str) -> str:
    if not component or _BROKEN_ESCAPE.search(component):
        raise NotAGroup(f"'{entitlement}' has an empty or wrongly encoded component.")
    try:
        return unquote(component, errors="strict")
    except UnicodeDecodeError:
        raise NotAGroup(f"'{entitlement}' is not encoded in UTF-8.") from None


def groups(entitlements: Iterable[str], *, trusted: Collection[Authority]) -> frozenset[Group]:
    """The groups named by entitlements of trusted authorities; everything else is passed over.

    The role `member` says no more than membership, so it is dropped; with any other role the
    entitlement speaks of the role alone.
    """
    found = (_group_or_none(entitlement) for entitlement in entitlements)
    return frozenset(_plain(group) for group in found if group and group.authority in trusted)


def _group_or_none(entitlement: str) -> Group | None:
    try:
        return parse(entitlement)
    except NotAGroup:
        return None


def _plain(group: Group) -> Group:
    return Group(group.authority, group.path) if group.role in _PLAIN_ROLES else group
