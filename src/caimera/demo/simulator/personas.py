"""The people of the demo. None of them exists."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

MEMBER = "urn:geant:lifescience-ri.eu:group:lifescience:communities_and_projects:EUCAIM#aai.lifescience-ri.eu"
"""The entitlement of every EUCAIM member, in the form of AARC-G069."""


def subgroup(name: str) -> str:
    """The entitlement of the members of a subgroup of EUCAIM."""
    return MEMBER.replace("#", f":{name}#")


@dataclass(frozen=True, slots=True)
class Persona:
    """One person to sign in as; `id` is what `login_hint` and `caimera demo login` take."""

    id: str
    role: str
    given_name: str
    family_name: str
    entitlements: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def email(self) -> str:
        return f"{self.id}@example.org"

    @property
    def sub(self) -> str:
        """The stable identifier, in the form of the Life Science Login: hex at its domain."""
        return f"{hashlib.sha256(self.id.encode()).hexdigest()[:40]}@lifescience-ri.eu"

    def claims(self, scope: frozenset[str]) -> dict[str, object]:
        """What userinfo says about this person to a client granted `scope`."""
        by_scope: dict[str, dict[str, object]] = {
            "profile": {
                "name": self.name,
                "given_name": self.given_name,
                "family_name": self.family_name,
                "preferred_username": self.id,
            },
            "email": {"email": self.email, "email_verified": True},
            "eduperson_entitlement": {"eduperson_entitlement": list(self.entitlements)},
            "eduperson_unique_id": {"eduperson_unique_id": self.sub},
        }
        claims: dict[str, object] = {"sub": self.sub}
        for name in scope & by_scope.keys():
            claims |= by_scope[name]
        return claims


SCOPES = ("openid", "profile", "email", "offline_access", "eduperson_entitlement", "eduperson_unique_id")

_PEOPLE = (
    Persona("researcher", "Researcher, member of EUCAIM", "Rosa", "Researcher", (MEMBER,)),
    Persona("newcomer", "Researcher, not yet a member", "Nils", "Newcomer"),
    Persona("holder", "Data holder", "Hanna", "Holder", (MEMBER, subgroup("data-holders"))),
    Persona(
        "committee", "Access committee member", "Carlo", "Committee", (MEMBER, subgroup("access-committee"))
    ),
    Persona("hospital", "Person of a hospital that wants to join", "Hugo", "Hospital"),
    Persona(
        "support", "Engagement and first-line support", "Sara", "Support", (MEMBER, subgroup("engagement"))
    ),
    Persona("technical", "Technical board", "Tom", "Technical", (MEMBER, subgroup("technical-board"))),
    Persona("legal", "Ethical and legal board", "Lea", "Legal", (MEMBER, subgroup("legal-board"))),
    Persona("management", "Management board", "Maria", "Management", (MEMBER, subgroup("management-board"))),
    Persona("operator", "Operator of the platform", "Olga", "Operator", (MEMBER, subgroup("operators"))),
)

PERSONAS: Mapping[str, Persona] = MappingProxyType({person.id: person for person in _PEOPLE})
"""Those a person may choose to be."""

CROWD: Mapping[str, Persona] = MappingProxyType(
    {
        f"member-{number}": Persona(
            f"member-{number}", "One of many members", "Mia", f"Member {number}", (MEMBER,)
        )
        for number in range(1, 21)
    }
)
"""Members who ask at once; programs sign in as them, pages do not offer them."""
