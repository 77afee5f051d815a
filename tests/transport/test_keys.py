"""Broker keys and the configuration made of them."""

import json
from pathlib import Path

import nkeys
import pytest

from caimera.protocol.identity import Identity
from caimera.transport import (
    BadBrokerKey,
    BadSubject,
    broker_config,
    check_public_key,
    new_broker_key,
    public_key,
)

SEED, PUBLIC = new_broker_key()
_, OTHER = new_broker_key()


def test_a_new_key_is_a_seed_and_its_public_half() -> None:
    assert (SEED[:2], len(SEED), PUBLIC[0], len(PUBLIC)) == ("SU", 58, "U", 56)
    assert public_key(SEED) == check_public_key(PUBLIC) == PUBLIC
    assert new_broker_key() != (SEED, PUBLIC)


def test_a_card_takes_a_broker_key() -> None:
    assert Identity.generate("north").card("Node", broker_key=PUBLIC).broker_key == PUBLIC


def test_a_wrong_seed_is_refused_and_not_shown() -> None:
    account = nkeys.encode_seed(bytes(32), nkeys.PREFIX_BYTE_ACCOUNT).decode()
    mistyped = SEED[:20] + ("A" if SEED[20] != "A" else "B") + SEED[21:]
    for wrong in ("", "SU", PUBLIC, account, mistyped, SEED[:-1], SEED + "A", "SU" + "!" * 56):
        with pytest.raises(BadBrokerKey) as caught:
            public_key(wrong)
        assert len(wrong) < 3 or wrong not in str(caught.value)


def test_a_wrong_public_key_is_refused() -> None:
    mistyped = PUBLIC[:20] + ("A" if PUBLIC[20] != "A" else "B") + PUBLIC[21:]
    for wrong in ("", "U", SEED, mistyped, PUBLIC[:-1], PUBLIC.lower()):
        with pytest.raises(BadBrokerKey):
            check_public_key(wrong)


def test_the_configuration_gives_each_site_its_subjects_and_no_more(tmp_path: Path) -> None:
    text = broker_config(port=4222, hub_key=PUBLIC, node_keys={"north": OTHER}, store_dir=tmp_path)
    configuration = json.loads(text)
    assert configuration["listen"] == "127.0.0.1:4222"
    assert configuration["max_payload"] == 4_000_000
    assert "http" not in configuration
    assert configuration["authorization"]["users"] == [
        {
            "nkey": PUBLIC,
            "permissions": {
                "publish": {"allow": ["fed.q.>"]},
                "subscribe": {"allow": ["fed.r.>", "fed.hb.>", "fed.u.>"]},
            },
        },
        {
            "nkey": OTHER,
            "permissions": {
                "publish": {"allow": ["fed.r.north.>", "fed.hb.north"]},
                "subscribe": {"allow": ["fed.q.north"]},
            },
        },
    ]


def test_the_monitoring_page_is_on_loopback_and_only_if_wanted(tmp_path: Path) -> None:
    text = broker_config(port=1, hub_key=PUBLIC, node_keys={}, store_dir=tmp_path, monitoring_port=8222)
    assert json.loads(text)["http"] == "127.0.0.1:8222"


def test_sites_that_share_a_key_or_have_none_are_refused(tmp_path: Path) -> None:
    for node_keys in ({"north": PUBLIC}, {"north": OTHER, "south": OTHER}, {"north": ""}, {"north": SEED}):
        with pytest.raises(BadBrokerKey):
            broker_config(port=1, hub_key=PUBLIC, node_keys=node_keys, store_dir=tmp_path)


def test_a_node_with_a_wildcard_for_a_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSubject):
        broker_config(port=1, hub_key=PUBLIC, node_keys={">": OTHER}, store_dir=tmp_path)
