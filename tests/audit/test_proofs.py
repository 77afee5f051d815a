"""One record on its own: its proof verifies offline, tells what was asked, and stands no change."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from caimera.audit.errors import ExportMalformed
from caimera.audit.keys import log_key
from caimera.audit.models import Leaf, Record
from caimera.audit.proofs import Proof, check, parse, written
from caimera.audit.proving import proof_of
from tests.audit.test_cli import caimera
from tests.audit.trails import act, harm, signed

pytestmark = pytest.mark.django_db(transaction=True)


def proven(record_id: int, **told: Any) -> Proof:
    proof = proof_of(Record.objects.get(pk=record_id), **{"opened": True, **told})
    assert proof is not None
    assert parse(written(proof).encode()) == proof
    return proof


@pytest.mark.parametrize("sizes", [(1,), (7,), (3, 6), (5, 4, 9)])
def test_every_record_of_every_checkpoint_is_proven(sizes: tuple[int, ...]) -> None:
    ids = [made for number, size in enumerate(sizes) for made in signed(size, number * 10)]
    for position, made in enumerate(ids):
        verdict = check(proven(made), key=log_key().verifier)
        assert (verdict.position, verdict.findings) == (position, ())
        assert verdict.size >= position + 1


def test_what_is_not_signed_yet_has_no_proof_and_neither_has_what_is_retired() -> None:
    waiting = act("person:rosa")
    assert proof_of(Record.objects.get(pk=waiting), opened=True) is None
    (made,) = signed(1)
    record = Record.objects.get(pk=made)
    harm("UPDATE audit_leaf SET text = NULL")
    assert proof_of(record, opened=True) is None


def test_a_proof_tells_no_more_than_its_reader_may_see() -> None:
    ids = signed(2)
    shut = written(proven(ids[0], opened=False))
    assert "rosa" not in shut
    assert "study 0" not in shut
    opened = proven(ids[0], persons=["person:rosa", "person:omar"])
    assert [name for name, _ in opened.persons] == ["person:rosa"]
    salt = bytes(Record.objects.get(pk=ids[0]).salt).hex()
    assert salt not in written(opened)


def changed_leaf(proof: Proof) -> Proof:
    return replace(proof, leaf=proof.leaf.replace("question:1", "question:2"))


def changed_value(proof: Proof) -> Proof:
    return replace(proof, opened=(replace(proof.opened[0], value="another"), *proof.opened[1:]))


def values_swapped(proof: Proof) -> Proof:
    first, second, *rest = proof.opened
    return replace(
        proof, opened=(replace(first, place=second.place), replace(second, place=first.place), *rest)
    )


CHANGES: list[tuple[Callable[[Proof], Proof], str]] = [
    (changed_leaf, "not shown to be what the site signed"),
    (changed_value, "does not commit to this value of detail."),
    (values_swapped, "does not commit to this value of detail."),
    (lambda proof: replace(proof, hashes=proof.hashes[1:]), "not shown to be"),
    (lambda proof: replace(proof, hashes=(proof.hashes[0], *proof.hashes)), "not shown to be"),
    (lambda proof: replace(proof, persons=(("person:omar", bytes(32)),)), "does not name person:omar"),
    (lambda proof: replace(proof, site="trials"), "none of this site's"),
    (lambda proof: replace(proof, opened=(replace(proof.opened[0], salt=b""),)), "does not commit"),
    (
        lambda proof: replace(proof, opened=(replace(proof.opened[0], place="detail.invented"),)),
        "value of detail.invented",
    ),
]


@pytest.mark.parametrize(("change", "sentence"), CHANGES)
def test_whatever_is_changed_is_found(change: Callable[[Proof], Proof], sentence: str) -> None:
    proof = proven(signed(5)[1])
    assert check(proof).findings == ()
    (finding, *_) = check(change(proof)).findings
    assert sentence in finding


def test_another_key_than_the_one_known_is_found() -> None:
    from caimera.audit.keys import witness_key

    verdict = check(proven(signed(3)[0]), key=witness_key().verifier)
    assert "not the one given" in verdict.findings[0]


@pytest.mark.parametrize(
    "data", [b"", b"{}", b'{"caimera_audit_proof": 2}', b"[" * 9999, b"\xff", b'{"caimera_audit_proof": 1}']
)
def test_what_is_no_proof_is_refused(data: bytes) -> None:
    with pytest.raises(ExportMalformed, match="no proof"):
        parse(data)


def test_the_command_line_verifies_a_proof_with_no_database(tmp_path: Path) -> None:
    path, made = tmp_path / "record.json", signed(6)[3]
    path.write_text(written(proven(made)))
    for words in ((), ("--key", str(log_key().verifier))):
        done = caimera("verify", str(path), *words)
        assert done.exit_code == 0, done.output
        assert "one record, at position 3 of 6 signed leaves" in done.output
        assert 'Opened: detail.purpose is "study 3"' in done.output
        assert done.output.endswith("Nothing was changed.\n")
    path.write_text(path.read_text().replace("study 3", "study 4"))
    done = caimera("verify", str(path))
    assert done.exit_code == 1
    assert "FOUND: The leaf does not commit to this value of detail.purpose." in done.output


def test_a_proof_reads_one_checkpoint_and_not_the_tree() -> None:
    signed(40)
    made = signed(3, 40)[1]
    harm("UPDATE audit_leaf SET hash = '' WHERE position < 30")
    assert check(proven(made)).findings == ()
    assert json.loads(Leaf.objects.get(record_id=made).text or "")["position"] == 41
