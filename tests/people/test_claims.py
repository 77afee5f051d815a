"""What is taken out of a userinfo answer."""

import pytest

from caimera.people.claims import Claims, claims_from
from caimera.people.errors import IdentityRefused

ISSUER = "https://login.example.org/oidc/"
SUB = "ab12@lifescience-ri.eu"


def test_a_whole_answer() -> None:
    said = {
        "sub": SUB,
        "name": "Rosa Researcher",
        "given_name": "R.",
        "email": "rosa@example.org",
        "eduperson_entitlement": ["urn:a", "urn:b"],
    }
    claims = claims_from(said, issuer=ISSUER, sub=SUB)
    assert claims == Claims(ISSUER, SUB, "Rosa Researcher", "rosa@example.org", ("urn:a", "urn:b"))


def test_a_bare_answer() -> None:
    assert claims_from({"sub": SUB}, issuer=ISSUER, sub=SUB) == Claims(ISSUER, SUB)


def test_a_name_in_parts_and_an_entitlement_without_a_list() -> None:
    said = {"sub": SUB, "given_name": "Rosa", "family_name": " Researcher ", "eduperson_entitlement": "urn:a"}
    claims = claims_from(said, issuer=ISSUER, sub=SUB)
    assert (claims.name, claims.entitlements) == ("Rosa Researcher", ("urn:a",))


def test_what_is_no_text_is_nothing() -> None:
    said = {"sub": SUB, "name": 7, "email": "a\0b", "eduperson_entitlement": [None, 7, "", "urn:a"]}
    claims = claims_from(said, issuer=ISSUER, sub=SUB)
    assert claims == Claims(ISSUER, SUB, "", "ab", ("urn:a",))


@pytest.mark.parametrize("said", [None, [], "sub", {}, {"sub": "another"}, {"sub": None}])
def test_an_answer_about_somebody_else_is_refused(said: object) -> None:
    with pytest.raises(IdentityRefused):
        claims_from(said, issuer=ISSUER, sub=SUB)


@pytest.mark.parametrize("sub", ["", "a" * 256])
def test_a_sub_no_service_may_give_is_refused(sub: str) -> None:
    with pytest.raises(IdentityRefused):
        claims_from({"sub": sub}, issuer=ISSUER, sub=sub)
