"""Whatever somebody with all rights changes in the database is found, and where; likewise in an exported
file.

Each trail has 12 records under checkpoints of 5, 9 and 12, so that a change of the tree is placed between
two of them.
"""

from __future__ import annotations

import json

import pytest
from django.db import connection

from caimera.audit.checkpoints import make_checkpoint
from caimera.audit.errors import TrailDamaged
from caimera.audit.exporting import verifiable
from caimera.audit.keys import log_key
from caimera.audit.lines import read
from caimera.audit.models import Checkpoint
from caimera.audit.sequencing import sequence
from caimera.audit.verifying import verify
from caimera.merkle import Checkpoint as Signed
from caimera.merkle import Note, SignerKey, leaf_hash
from tests.audit.trails import (
    acts,
    file,
    findings,
    found_offline,
    found_online,
    harm,
    rows,
    signed,
)

pytestmark = pytest.mark.django_db(transaction=True)

THE_RECORD = "(SELECT record_id FROM audit_leaf WHERE position = 6)"


@pytest.fixture(autouse=True)
def trail(transactional_db: None) -> None:
    signed(5)
    signed(4, 5)
    signed(3, 9)


def rehash(position: int) -> None:
    """Give a changed leaf a hash that fits it."""
    ((text,),) = rows("SELECT text FROM audit_leaf WHERE position = %s", position)
    harm(f"UPDATE audit_leaf SET hash = '\\x{leaf_hash(text.encode()).hex()}' WHERE position = {position}")


def note_of(size: int) -> str:
    return Checkpoint.objects.get(pk=size).note


def test_an_untouched_trail_is_sound() -> None:
    report = verify(verifiable(), key=log_key().verifier)
    assert findings(report) == []
    assert (report.leaves, report.opened, report.erased, report.checkpoints) == (12, 12, 0, 3)
    assert report.latest is not None
    assert (report.latest.size, report.key_given) == (12, True)
    assert found_offline() == []
    assert found_offline(opened=False) == []


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'person:rosa'",
        "actor = 'system'",
        "act = 'question.sent'",
        "object = 'question:99'",
        "request_id = ''",
        "at = at + interval '1 microsecond'",
        """detail = detail || '{"purpose": "another"}'""",
        "detail = detail - 'n'",
        """detail = detail || '{"more": 1}'""",
        "salt = salt || '\\x00'",
    ],
)
def test_a_changed_record_is_found_at_its_place(change: str) -> None:
    harm(f"UPDATE audit_record SET {change} WHERE id = {THE_RECORD}")
    assert found_online() == found_offline() == [("record", 6, 6)]


def test_a_record_given_to_another_person_with_their_key_is_found() -> None:
    harm(
        f"UPDATE audit_record SET actor = 'person:rosa' WHERE id = {THE_RECORD}",
        "UPDATE audit_personkey SET key = (SELECT key FROM audit_personkey WHERE name = 'person:omar')"
        " WHERE name = 'person:rosa'",
    )
    assert ("record", 6, 6) in found_online()


def test_a_deleted_record_is_found_at_its_place() -> None:
    harm(f"DELETE FROM audit_record WHERE id = {THE_RECORD}")
    assert found_online() == found_offline() == [("erased", 6, 6)]


def test_a_deleted_record_and_leaf_are_found_at_their_place() -> None:
    harm(f"DELETE FROM audit_record WHERE id = {THE_RECORD}", "DELETE FROM audit_leaf WHERE position = 6")
    assert found_online() == found_offline() == [("missing", 6, 6)]


def test_a_trail_closed_over_a_gap_is_found() -> None:
    harm(
        "DELETE FROM audit_leaf WHERE position = 6",
        "UPDATE audit_leaf SET position = position - 1 WHERE position = 7",
        "UPDATE audit_leaf SET position = position - 1 WHERE position = 8",
    )
    assert found_online() == [("leaf", 6, 6), ("leaf", 7, 7), ("missing", 8, 8)]


def test_an_emptied_leaf_is_found_at_its_place() -> None:
    harm(
        f"DELETE FROM audit_record WHERE id = {THE_RECORD}",
        "UPDATE audit_leaf SET text = NULL WHERE position = 6",
    )
    assert found_online() == found_offline() == [("erased", 6, 6)]


def test_a_changed_leaf_is_found_at_its_place() -> None:
    harm("UPDATE audit_leaf SET text = replace(text, 'question:6', 'question:9') WHERE position = 6")
    assert found_online() == [("leaf", 6, 6), ("record", 6, 6)]
    assert found_offline() == [("record", 6, 6), ("root", 5, 8)]


def test_a_hash_changed_under_its_leaf_is_found_at_its_place() -> None:
    harm("UPDATE audit_leaf SET hash = sha256(hash) WHERE position = 6")
    assert found_online() == [("leaf", 6, 6), ("root", 5, 8)]


def test_record_leaf_and_hash_changed_together_are_found_between_two_checkpoints() -> None:
    harm(
        f"UPDATE audit_record SET object = 'question:9' WHERE id = {THE_RECORD}",
        "UPDATE audit_leaf SET text = replace(text, 'question:6', 'question:9') WHERE position = 6",
    )
    rehash(6)
    assert found_online() == found_offline() == [("root", 5, 8)]


def test_swapped_leaves_are_found_at_both_places() -> None:
    harm(
        "UPDATE audit_leaf SET position = -1 WHERE position = 6",
        "UPDATE audit_leaf SET position = 6 WHERE position = 7",
        "UPDATE audit_leaf SET position = 7 WHERE position = -1",
    )
    assert found_online() == found_offline() == [("leaf", 6, 6), ("leaf", 7, 7), ("root", 5, 8)]


def test_swapped_contents_are_found_at_both_places() -> None:
    harm(
        "UPDATE audit_record AS a SET object = b.object, detail = b.detail, salt = b.salt"
        " FROM audit_record AS b, audit_leaf AS l, audit_leaf AS m"
        " WHERE a.id = l.record_id AND b.id = m.record_id AND (l.position, m.position) IN ((6, 7), (7, 6))"
    )
    assert found_online() == [("record", 6, 6), ("record", 7, 7)]


def test_a_truncated_trail_is_found_where_it_ends() -> None:
    harm("DELETE FROM audit_leaf WHERE position >= 10")
    assert found_online() == found_offline() == [("missing", 10, 11)]


def test_nothing_is_built_on_a_truncated_trail() -> None:
    harm("DELETE FROM audit_leaf WHERE position >= 10")
    acts(1, 12)
    with pytest.raises(TrailDamaged, match="has 10 leaves, but this site signed 12"):
        sequence(wait=True)


def test_nothing_is_signed_on_a_changed_frontier() -> None:
    harm("UPDATE audit_checkpoint SET frontier = frontier || frontier WHERE size = 12")
    assert found_online() == [("frontier", 9, 11)]
    acts(1, 12)
    sequence(wait=True)
    with pytest.raises(TrailDamaged, match="checkpoint of 12"):
        make_checkpoint(wait=True)


def test_a_checkpoint_forged_under_another_key_is_found() -> None:
    forged = Signed("caimera.audit/hub", 9, bytes(32)).signed(SignerKey("caimera.audit/hub", bytes(32)))
    harm(f"UPDATE audit_checkpoint SET note = '{forged}' WHERE size = 9")
    assert [code for code, *_ in found_online()] == [code for code, *_ in found_offline()] == ["forged"]


def test_a_checkpoint_signed_over_another_tree_is_found() -> None:
    """The log's own key, misused: only that it was never the root of these leaves gives it away."""
    forged = Signed("caimera.audit/hub", 9, bytes(32)).signed(log_key())
    harm(f"UPDATE audit_checkpoint SET note = '{forged}' WHERE size = 9")
    assert found_online() == found_offline() == [("root", 5, 8), ("frontier", 5, 8)]


@pytest.mark.parametrize("note", ["", "no note", "caimera.audit/hub\n9\n"])
def test_a_checkpoint_that_is_none_is_found(note: str) -> None:
    harm(f"UPDATE audit_checkpoint SET note = '{note}' WHERE size = 9")
    assert [code for code, *_ in found_online()] == ["forged"]


def test_a_swapped_checkpoint_is_found() -> None:
    harm(f"UPDATE audit_checkpoint SET note = '{note_of(5)}' WHERE size = 9")
    assert found_online() == [("forged", 5, 9)]


def test_a_trail_rolled_back_is_found_by_whoever_kept_a_checkpoint() -> None:
    kept = Note.parse(note_of(12))
    harm(
        "DELETE FROM audit_record WHERE id IN (SELECT record_id FROM audit_leaf WHERE position >= 9)",
        "DELETE FROM audit_leaf WHERE position >= 9",
        "DELETE FROM audit_checkpoint WHERE size > 9",
    )
    assert found_online() == []
    assert findings(verify(verifiable(), known=[kept])) == [("rolled back", 9, 11)]
    assert findings(verify(read(file()), known=[kept])) == [("rolled back", 9, 11)]


def test_a_trail_written_anew_is_found_by_whoever_kept_a_checkpoint() -> None:
    kept = Note.parse(note_of(9))
    harm("DELETE FROM audit_record", "DELETE FROM audit_leaf", "DELETE FROM audit_checkpoint")
    signed(12)
    assert found_online() == []
    assert findings(verify(verifiable(), known=[kept])) == [("forked", 0, 8)]


def test_a_kept_checkpoint_of_another_log_is_none() -> None:
    other = Signed("caimera.audit/hub", 5, bytes(32)).signed(SignerKey("caimera.audit/hub", bytes(32)))
    assert findings(verify(verifiable(), known=[other])) == [("forged", 0, 0)]


def test_a_trail_under_another_key_is_not_the_one_known() -> None:
    known = SignerKey("caimera.audit/hub", bytes(32)).verifier
    codes = {code for code, *_ in findings(verify(verifiable(), key=known))}
    assert codes == {"other key", "forged", "unsigned"}


def test_each_of_several_changes_is_found() -> None:
    harm(
        f"UPDATE audit_record SET act = 'x.y' WHERE id = {THE_RECORD.replace('6', '1')}",
        "UPDATE audit_leaf SET hash = sha256(hash) WHERE position = 2",
        "DELETE FROM audit_leaf WHERE position = 7",
        "UPDATE audit_leaf SET hash = sha256(hash) WHERE position = 10",
    )
    assert found_online() == [
        ("record", 1, 1),
        ("leaf", 2, 2),
        ("root", 0, 4),
        ("missing", 7, 7),
        ("leaf", 10, 10),
        ("root", 9, 11),
    ]


def changed(lines: list[bytes], number: int, **said: object) -> list[bytes]:
    line = json.dumps({**json.loads(lines[number]), **said}).encode()
    return [*lines[:number], line, *lines[number + 1 :]]


def offline(lines: list[bytes]) -> list[tuple[str, int, int]]:
    return findings(verify(read(lines)))


def test_in_a_file_too_every_change_is_found() -> None:
    lines = file()
    places = {json.loads(line).get("position"): number for number, line in enumerate(lines)}
    six, seven = places[6], places[7]
    leaf = json.loads(lines[six])["leaf"]
    assert offline(changed(lines, six, leaf=leaf.replace("question:6", "question:9"))) == [("root", 5, 8)]
    assert offline([*lines[:six], *lines[seven:]]) == [("missing", 6, 6)]
    assert offline([*lines[:seven], lines[six], *lines[seven:]]) == [("repeated", 6, 6)]
    swapped = [*lines[:six], lines[seven], lines[six], *lines[seven + 1 :]]
    assert offline(swapped) == [("missing", 6, 6), ("repeated", 6, 6)]
    assert offline(lines[:-3]) == [("missing", 10, 11), ("unsigned", 9, 9)]
    assert offline(lines[:-1]) == [("unsigned", 9, 11)]
    assert offline([line for line in lines if b'"checkpoint"' not in line]) == [("unsigned", 0, 11)]
    assert offline(changed(lines, 0, site="trials"))[0] == ("leaf", 0, 0)
    assert offline(changed(lines, 0, end=13)) == [("missing", 12, 12)]


def test_every_finding_says_in_a_sentence_where() -> None:
    harm("DELETE FROM audit_leaf WHERE position >= 10")
    (finding,) = verify(verifiable()).findings
    assert str(finding) == "Positions 10 to 11 are missing: records were removed from the tree."
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_record")
        assert cursor.fetchone() == (12,)
