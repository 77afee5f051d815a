"""Who a site is, and what others know of it."""

import dataclasses

import pytest
from pydantic import ValidationError

from caimera.protocol import base64url
from caimera.protocol.errors import IdentityError
from caimera.protocol.identity import Card, Identity, check_site

IDENTITY = Identity.generate("north")
BROKER_KEY = "U" + "A" * 55


def test_a_card_holds_the_public_keys_of_its_identity() -> None:
    card = IDENTITY.card("The northern node", broker_key=BROKER_KEY)
    assert card.verifier.verify(IDENTITY.signer.sign(b"a text")) == b"a text"
    assert card.sealer.public_bytes_raw() == IDENTITY.opener.public_key().public_bytes_raw()
    assert (card.version, card.site, card.name) == (1, "north", "The northern node")
    assert card.broker_key == BROKER_KEY


def test_a_card_travels_as_json() -> None:
    card = IDENTITY.card("The northern node")
    assert Card.model_validate_json(card.model_dump_json()) == card


def test_an_identity_does_not_show_its_keys() -> None:
    shown = repr(IDENTITY) + str(IDENTITY)
    assert "north" in shown
    assert repr(IDENTITY.sign_key) not in shown
    assert repr(IDENTITY.seal_key) not in shown


def test_two_sites_do_not_share_keys() -> None:
    other = Identity.generate("north")
    assert len({IDENTITY.sign_key, IDENTITY.seal_key, other.sign_key, other.seal_key}) == 4


def test_an_identity_never_changes() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        IDENTITY.site = "south"  # type: ignore[misc]


@pytest.mark.parametrize("site", ["", "n", "North", "1st", "a.b", "a*", "a>", "a b", "é1", "ab\n", "a" * 42])
def test_a_name_that_would_confuse_a_subject_is_refused(site: str) -> None:
    with pytest.raises(IdentityError):
        check_site(site)
    with pytest.raises(ValidationError):
        Card.model_validate(IDENTITY.card("N").model_dump() | {"site": site})


@pytest.mark.parametrize("keys", [(b"short", IDENTITY.seal_key), (IDENTITY.sign_key, b"x" * 33)])
def test_keys_of_another_length_are_refused(keys: tuple[bytes, bytes]) -> None:
    with pytest.raises(IdentityError, match="32 bytes"):
        Identity("north", *keys)


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"name": ""},
        {"name": "n" * 201},
        {"sign_key": "AAAA"},
        {"sign_key": "not base64url!"},
        {"seal_key": base64url.encode(bytes(32))},
        {"seal_key": base64url.encode(bytes(31))},
        {"broker_key": "SU" + "A" * 54},
        {"broker_key": BROKER_KEY + "A"},
        {"more": "than known"},
    ],
)
def test_a_card_with_a_wrong_part_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Card.model_validate(IDENTITY.card("The northern node").model_dump() | change)
