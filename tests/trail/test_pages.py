"""The pages over the trail: each sees what is theirs to see, and that they looked stands in the trail."""

from __future__ import annotations

import html
import re
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client

from caimera.audit.models import PersonKey, Record
from caimera.audit.paging import page_of
from caimera.audit.proofs import check, parse
from caimera.audit.queries import kinds, records_about, trail
from caimera.people.roles import ROLES
from tests.audit.trails import act, harm, rows, signed
from tests.hub.conftest import make_person
from tests.looking import Look, browser
from tests.trail.conftest import with_role

pytestmark = pytest.mark.django_db(transaction=True)

ACTS = ("question.asked", "membership.accepted", "node.enrolled", "role.given", "saved.shared")


@pytest.fixture
def kept() -> dict[str, int]:
    """One act of each kind, by Omar; by kind, the record's id."""
    return {kind: act("person:omar", kind, object=f"x:{kind}", detail={"purpose": "secret"}) for kind in ACTS}


def shown(page: str) -> list[str]:
    return re.findall(r'aria-label="([a-z.-]+), record', page)


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("operator", [*ACTS[::-1]]),
        ("technical-board", ["node.enrolled"]),
        ("legal-board", ["question.asked"]),
        ("management-board", ["role.given", "membership.accepted"]),
        ("engagement", ["membership.accepted"]),
        ("access-committee", []),
    ],
)
def test_each_role_reads_its_own_kinds_of_acts_and_no_other(look: Look, role: str, seen: list[str]) -> None:
    page = look(with_role(role), "/trail")
    assert [kind for kind in shown(page) if kind in ACTS] == seen
    assert ("omar" in page.lower()) is (role == "operator")


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("role", ["researcher", "stakeholder", "software-provider", "data-holder-delegate"])
def test_other_roles_do_not_read_the_trail(look: Look, role: str) -> None:
    for address in ("/trail", "/trail/touched", "/trail/touched.zip"):
        assert "omar" not in look(with_role(role, f"{role}{address}"), address, status=403)


def test_what_a_role_reads_is_printed_on_it() -> None:
    assert {name for name, role in ROLES.items() if role.reads} == {
        name for name, role in ROLES.items() if "trail.see" in role.permissions and name != "operator"
    }


def test_one_sees_every_record_that_names_oneself_and_none_of_others(
    look: Look, kept: dict[str, int]
) -> None:
    rosa = make_person("rosa")
    mine = act("person:rosa", "saved.shared")
    given = act("person:omar", "role.given", object=f"person:{rosa.pk}")
    page = look(rosa, "/me/trail")
    assert shown(page) == ["role.given", "saved.shared"]
    assert f"/trail/records/{mine}" in page
    assert "omar" not in page
    for record in kept.values():
        look(rosa, f"/trail/records/{record}", status=404)
        look(rosa, f"/trail/records/{record}/proof.json", status=404)
    assert "you" in look(rosa, f"/trail/records/{given}")


def test_reading_the_trail_is_in_the_trail_and_who_was_looked_for_sees_it(look: Look) -> None:
    operator, rosa = with_role("operator"), make_person("rosa")
    look(operator, "/trail", who="rosa@example.org", kind="question")
    read = Record.objects.get(act="trail.read")
    assert read.actor == operator.actor
    assert read.detail == {
        "page": "records",
        "kind": "question",
        "about": sorted([rosa.actor, f"person:{rosa.pk}", "person:rosa@example.org"]),
        "records": 0,
    }
    assert shown(look(rosa, "/me/trail")) == ["trail.read"]


def test_who_reads_pseudonyms_cannot_look_for_a_person(look: Look) -> None:
    board = with_role("management-board")
    act("person:omar", "role.given", object="person:rosa")
    act("person:rosa", "role.given", object="person:omar")
    for query in ({"who": "omar"}, {"who": "person:omar"}, {"object": "person:omar"}):
        page = look(board, "/trail", kind="role.given", **query)
        assert len(shown(page)) == 2
        assert "omar" not in page


def test_an_operator_narrows_by_time_kind_person_object_and_request(look: Look) -> None:
    operator = with_role("operator")
    act("person:rosa", "question.asked", object="question:1", request_id="r-1")
    act("site:trials", "question.answered", object="question:1", request_id="r-1")
    old = act("person:rosa", "person.signed-in")
    harm(f"UPDATE audit_record SET at = '2026-01-05T10:00:00Z' WHERE id = {old}")
    narrowed = {
        "question": {"kind": "question"},
        "answered": {"kind": "question.answered"},
        "old": {"from": "2026-01-05", "until": "2026-01-05 10:01"},
        "rosa": {"who": "rosa", "kind": "question.asked"},
        "object": {"object": "question:1"},
        "request": {"request": "r-1"},
    }
    assert {name: shown(look(operator, "/trail", **query)) for name, query in narrowed.items()} == {
        "question": ["question.answered", "question.asked"],
        "answered": ["question.answered"],
        "old": ["person.signed-in"],
        "rosa": ["question.asked"],
        "object": ["question.answered", "question.asked"],
        "request": ["question.answered", "question.asked"],
    }


@pytest.mark.parametrize("wrong", ["yesterday", "2026-13-01", "0\x00", "'; --"])
def test_a_time_that_is_none_has_its_sentence(look: Look, wrong: str) -> None:
    page = look(with_role("operator"), "/trail", status=422, **{"from": wrong})
    assert "Write the time as 2026-11-27" in page


def test_pages_go_by_records_and_lose_none_while_others_write(look: Look) -> None:
    operator = with_role("operator")
    made = [act("system", "node.arrived") for _ in range(120)]
    seen: list[int] = []
    page, query = "", {"kind": "node.arrived"}
    for _ in range(3):
        page = look(operator, "/trail", **query)
        seen += [int(number) for number in re.findall(r"node.arrived, record (\d+)", page)]
        act("system", "node.arrived")
        if older := re.search(r"before=(\d+)", page):
            query["before"] = older[1]
    assert seen == made[::-1]
    assert "Older" not in page
    newer = re.search(r"after=(\d+)", page)
    assert newer
    back = look(operator, "/trail", kind="node.arrived", after=newer[1])
    assert re.findall(r"node.arrived, record (\d+)", back)[-1] == str(seen[99])


@pytest.mark.parametrize("given", ["x", "-1", "9" * 40, "\0", "1e3"])
def test_a_page_that_is_none_is_the_first(look: Look, given: str) -> None:
    act("system", "node.arrived")
    for name in ("before", "after"):
        assert "node.arrived" in look(with_role("operator", f"o{given!r}{name}"), "/trail", **{name: given})


def test_at_the_newest_page_there_is_nothing_newer() -> None:
    made = [act() for _ in range(5)]
    page = page_of(trail(), after=made[-1], most=3)
    assert [each.id for each in page.records] == made[:1:-1]
    assert (page.newer, page.older) == (None, made[2])
    assert page_of(trail(), before=made[0], most=3).records == ()


def test_a_record_shows_its_proof_and_gives_it_as_a_file(look: Look) -> None:
    rosa = make_person("rosa")
    made = signed(6)[0]
    page = look(rosa, f"/trail/records/{made}")
    assert "It is leaf 0 of the 6 that this site has signed. 3 hashes" in page
    assert "study 0" in page
    response = browser(rosa).get(f"/trail/records/{made}/proof.json")
    proof = parse(response.content)
    assert check(proof).findings == ()
    assert {one.place for one in proof.opened} == {"detail.purpose", "detail.n", "request_id"}
    assert [name for name, _ in proof.persons] == ["person:rosa"]
    assert html.escape(str(proof.key)) in page
    assert Record.objects.filter(act="trail.exported", actor=rosa.actor).exists()


def test_a_role_gets_the_proof_without_what_the_record_says(look: Look) -> None:
    board, made = with_role("legal-board"), signed(5)[0]
    page = look(board, f"/trail/records/{made}")
    pseudonym = re.search(r"pseudonym:[0-9a-f]{12}(?=<)", page)
    assert pseudonym
    assert "study 0" not in page
    assert "rosa" not in page
    proof = parse(browser(board).get(f"/trail/records/{made}/proof.json").content)
    assert (proof.opened, proof.persons) == ((), ())
    assert check(proof).findings == ()


def test_a_record_not_signed_yet_says_so(look: Look) -> None:
    made = act("person:rosa")
    rosa = make_person("rosa")
    assert "It is signed within a minute or two" in look(rosa, f"/trail/records/{made}")
    look(rosa, f"/trail/records/{made}/proof.json", status=409)


def test_a_record_that_was_changed_says_so(look: Look) -> None:
    made = signed(5)[0]
    harm(f'UPDATE audit_record SET detail = \'{{"purpose": "another", "n": 0}}\' WHERE id = {made}')
    assert "This record is not as it was signed" in look(with_role("operator"), f"/trail/records/{made}")


def test_somebody_without_a_pseudonym_yet_is_somebody(look: Look) -> None:
    act("person:omar", "question.asked")
    assert not PersonKey.objects.exists()
    assert "<td>somebody</td>" in look(with_role("legal-board"), "/trail")


def test_a_visitor_is_sent_to_sign_in() -> None:
    for address in ("/trail", "/me/trail", "/trail/records/1", "/trail/uses", "/trail/uses.csv"):
        response = Client().get(address)
        assert (response.status_code, response["Location"].partition("?")[0]) == (302, "/sign-in")


def test_records_are_found_by_indexes_and_kinds_by_as_many_looks_as_there_are() -> None:
    harm(
        "INSERT INTO audit_record (act, actor, object, request_id, detail)"
        " SELECT 'a.b', 'system', 'x:' || n, '', jsonb_build_object('n', n)"
        " FROM generate_series(1, 5000) AS n",
        "ANALYZE audit_record",
    )
    act("system", "role.given", detail={"to": {"who": [f"person:{uuid4()}", "person:rosa"]}})
    (found,) = records_about(["person:rosa"])
    assert found.act == "role.given"
    statement, values = records_about(["person:rosa"]).order_by().query.sql_with_params()
    with transaction.atomic():
        harm("SET LOCAL enable_seqscan = off")  # so few are read through as cheaply while a list is pending
        plan = "\n".join(line for (line,) in rows(f"EXPLAIN {statement}", *values))
    assert "audit_by_detail" in plan
    assert "Seq Scan" not in plan
    assert kinds() == ["a.b", "role.given"]
