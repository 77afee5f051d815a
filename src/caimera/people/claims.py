"""What the login service says about a person, taken out of its userinfo answer. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from caimera.people.errors import IdentityRefused

LONGEST_SUB = 255
"""OpenID Connect Core, 2: at most 255 ASCII characters."""


@dataclass(frozen=True, slots=True)
class Claims:
    """A person as the login service vouches for them; `(issuer, sub)` is who they are."""

    issuer: str
    sub: str
    name: str = ""
    email: str = ""
    entitlements: tuple[str, ...] = ()


def claims_from(userinfo: object, *, issuer: str, sub: str) -> Claims:
    """The claims of a userinfo answer that was asked for `sub` (OpenID Connect Core, 5.3).

    Raises:
        IdentityRefused: it is no such answer, or it speaks of somebody else.
    """
    if not isinstance(userinfo, Mapping):
        raise IdentityRefused("The userinfo answer is no JSON object.")
    if not sub or len(sub) > LONGEST_SUB or userinfo.get("sub") != sub:
        raise IdentityRefused("Userinfo speaks of another person than the token.")
    return Claims(
        issuer=issuer,
        sub=sub,
        name=_name(userinfo),
        email=_text(userinfo.get("email")),
        entitlements=_entitlements(userinfo.get("eduperson_entitlement")),
    )


def _name(userinfo: Mapping[str, object]) -> str:
    parts = (_text(userinfo.get("given_name")), _text(userinfo.get("family_name")))
    return _text(userinfo.get("name")) or " ".join(part for part in parts if part)


def _text(value: object) -> str:
    """A text PostgreSQL can keep; anything else is nothing."""
    return value.replace("\0", "").strip() if isinstance(value, str) else ""


def _entitlements(value: object) -> tuple[str, ...]:
    """A list, or a single text where the service says one value without a list."""
    values = value if isinstance(value, list) else [value]
    return tuple(text for text in map(_text, values) if text)
