"""Entitlements are read as AARC-G069 writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caimera.people.entitlements import Authority, Group, groups, parse
from caimera.people.errors import NotAGroup

LIFE_SCIENCE = Authority("urn:geant:lifescience-ri.eu", "aai.lifescience-ri.eu")
BBMRI = Authority("urn:geant:bbmri-eric.eu", "perun.bbmri-eric.eu")
EUCAIM = "urn:geant:lifescience-ri.eu:group:lifescience:communities_and_projects:EUCAIM#aai.lifescience-ri.eu"
PATH = ("lifescience", "communities_and_projects", "EUCAIM")

READ = [
    (EUCAIM, Group(LIFE_SCIENCE, PATH)),
    (EUCAIM.replace("#", ":data-holders#"), Group(LIFE_SCIENCE, (*PATH, "data-holders"))),
    (EUCAIM.replace("#", ":role=member#"), Group(LIFE_SCIENCE, PATH, "member")),
    (EUCAIM.replace("#", ":role=vo%20manager#"), Group(LIFE_SCIENCE, PATH, "vo manager")),
    (
        "urn:geant:bbmri-eric.eu:group:bbmri:collections:BBMRI-ERIC%20Directory:CZ.LTS#perun.bbmri-eric.eu",
        Group(BBMRI, ("bbmri", "collections", "BBMRI-ERIC Directory", "CZ.LTS")),
    ),
    ("urn:x:y:group:no-authority", Group(Authority("urn:x:y", ""), ("no-authority",))),
    ("urn:x:y:group:a:group:b#z", Group(Authority("urn:x:y", "z"), ("a", "group", "b"))),
    ("urn:x:y:group:a%3Ab#z", Group(Authority("urn:x:y", "z"), ("a:b",))),
    ("urn:x:y:group:role%3Dadmin#z", Group(Authority("urn:x:y", "z"), ("role=admin",))),
    ("urn:x:y:group:a%23b#z", Group(Authority("urn:x:y", "z"), ("a#b",))),
]

NO_GROUPS = [
    "",
    "https://example.org/licence",
    "urn:geant:bbmri-eric.eu:res:role_admin#perun.bbmri-eric.eu",
    "urn:x:y:group:",
    "urn:x:y:group:#z",
    "urn:x:y:group:a::b#z",
    "urn:x:y:group:role=admin#z",
    "urn:x:y:group:a:role=#z",
    "urn:x:y:group:a%ZZ#z",
    "urn:x:y:group:a%F#z",
    "urn:x:y:group:%FF#z",
    "http://x:group:a#z",
]


@pytest.mark.parametrize(("text", "group"), READ)
def test_a_group_is_read(text: str, group: Group) -> None:
    assert parse(text) == group


@pytest.mark.parametrize("text", NO_GROUPS)
def test_what_is_no_group_is_refused(text: str) -> None:
    with pytest.raises(NotAGroup):
        parse(text)


def test_a_role_may_only_come_last() -> None:
    assert parse("urn:x:y:group:a:role=b:c#z").path == ("a", "role=b", "c")


@given(st.text())
def test_any_text_is_a_group_without_empty_parts_or_none(text: str) -> None:
    found = groups([f"urn:x:y:group:{text}#z"], trusted=(Authority("urn:x:y", "z"),))
    assert all(all(group.path) for group in found)


STRANGERS = [
    EUCAIM.replace("#aai.lifescience-ri.eu", "#evil.example.org"),
    EUCAIM.replace("urn:geant:lifescience-ri.eu", "urn:geant:evil.example.org"),
    EUCAIM.partition("#")[0],
    EUCAIM.replace(":group:", ":res:"),
    EUCAIM + ".evil.example.org",
    "https://example.org/" + EUCAIM,
]


@pytest.mark.parametrize("entitlement", STRANGERS)
def test_only_trusted_authorities_in_their_own_namespace_count(entitlement: str) -> None:
    assert groups([entitlement], trusted=(LIFE_SCIENCE,)) == frozenset()


NEIGHBOURS = [
    EUCAIM.replace("EUCAIM", "EUCAIM-test"),
    EUCAIM.replace("EUCAIM", "EUCAI"),
    EUCAIM.replace("EUCAIM", "eucaim"),
    EUCAIM.replace("EUCAIM", "EUCAIM%3Adata-holders"),
    EUCAIM.replace("#", ":data-holders#"),
    EUCAIM.replace(":communities_and_projects", ""),
    EUCAIM.replace("#", ":role=manager#"),
]


@pytest.mark.parametrize("entitlement", NEIGHBOURS)
def test_a_group_is_only_itself_segment_by_segment(entitlement: str) -> None:
    assert Group(LIFE_SCIENCE, PATH) not in groups([entitlement], trusted=(LIFE_SCIENCE,))


def test_the_role_member_is_membership() -> None:
    found = groups([EUCAIM.replace("#", ":role=member#"), "urn:nonsense"], trusted=(LIFE_SCIENCE,))
    assert found == {Group(LIFE_SCIENCE, PATH)}


def test_a_group_inside_a_group() -> None:
    assert parse(EUCAIM).inner("nodes", "trials") == parse(EUCAIM.replace("#", ":nodes:trials#"))
