"""How strongly somebody proved who they are, and what an act may demand (RFC 9470). Pure."""

from __future__ import annotations

from dataclasses import dataclass

LADDER = (
    "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified",
    "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
    "https://refeds.org/profile/sfa",
    "https://refeds.org/profile/mfa",
)
"""Authentication contexts of Life Science Login, each at least as strong as those before it."""

LEEWAY_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Demand:
    """What an act needs: an authentication context, `acr`, at most so many seconds ago; None: whenever."""

    acr: str
    max_age: int | None = None

    @property
    def challenge(self) -> str:
        """The `WWW-Authenticate` header that asks for it (RFC 9470, 3)."""
        parts = ['Bearer error="insufficient_user_authentication"']
        parts.append('error_description="A stronger or more recent sign-in is needed"')
        if self.acr:
            parts.append(f'acr_values="{self.acr}"')
        if self.max_age is not None:
            parts.append(f"max_age={self.max_age}")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Proof:
    """What a login service said: the context, and when it was proved (Unix seconds); None: not said."""

    acr: str = ""
    at: float | None = None

    def meets(self, demand: Demand, *, now: float) -> bool:
        """Whether it is strong and recent enough at the time `now`."""
        if demand.acr and not _at_least(self.acr, demand.acr):
            return False
        if demand.max_age is None:
            return True
        return self.at is not None and now - self.at <= demand.max_age + LEEWAY_SECONDS


def _at_least(held: str, wanted: str) -> bool:
    """A context that is on no ladder is met by itself alone."""
    if held in LADDER and wanted in LADDER:
        return LADDER.index(held) >= LADDER.index(wanted)
    return held == wanted
