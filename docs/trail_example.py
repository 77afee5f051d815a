"""A small trail whose keys, salts and days are made up, so that every run writes the same one; and its page.

Leaves, tree, signatures and lines are made by the code that makes a site's.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from click.testing import CliRunner

from caimera.audit.leaves import Opened, is_person, leaf_text, pseudonym
from caimera.audit.lines import CheckpointLine, Header, LeafLine, Line, PersonLine, WitnessLine, write
from caimera.cli.main import main as caimera
from caimera.merkle import COSIGNATURE, Checkpoint, Frontier, SignerKey, cosign, leaf_hash

SITE = "example-hub"
CHECKER = Path(__file__).with_name("check_trail.py")
TRUE, FALSE = "Dose in CT of the chest", "Dose in CT of the child"
BEGAN = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
ADA, FORGOTTEN = "person:ada@login.example", "person:somebody@login.example"

INTRODUCTION = """
[trail-example.jsonl](trail-example.jsonl) is a whole trail of eight acts, in the clear: a member signs in
and asks a question, somebody else is refused and later forgotten. You need no access to any site.
[The trail, and how to check it](../explanation/the-trail.md) says what each line means.

What you must know from elsewhere is whose word counts: the key of the log, and of the witness.
""".lstrip()
ALONE = """
These lines hash the leaves into their tree (RFC 6962) and compare the root with the one that was signed,
which the site tells at `/trail/checkpoint` and each witness knows. They need nothing but Python. To check
signatures and records as well, take the longer program of [the trail's page](../explanation/the-trail.md).
""".lstrip()


def bytes_of(what: str) -> bytes:
    """32 bytes that look like chance, and are not."""
    return hashlib.sha256(f"an example: {what}".encode()).digest()


LOG = SignerKey(f"caimera.audit/{SITE}", bytes_of("log"))
WITNESS = SignerKey("caimera.witness/example-node", bytes_of("witness"), COSIGNATURE)

ACTS = (
    ("node.enrolled", "system", "node:example-node", {}),
    ("person.signed-in", ADA, "", {"member": True}),
    ("question.asked", ADA, "question:1", {"purpose": TRUE, "canonical": "modality = CT"}),
    ("person.signed-in", FORGOTTEN, "", {"member": False}),
    ("access.refused", FORGOTTEN, "route:search:ask", {"needs": "member"}),
    ("trail.erased", "system", "", {"why": "a person was forgotten", "leaves": False, "positions": [[3, 4]]}),
    ("person.forgotten", "system", "", {"records": 2}),
    ("trail.exported", "system", "", {"opened": True}),
)
"""What happened; whoever signed in fourth is forgotten, and their records erased."""


def records() -> Iterator[Opened]:
    for number, (act, actor, what, detail) in enumerate(ACTS):
        at = BEGAN + timedelta(minutes=7 * number)
        salt = bytes_of(f"salt {number}")
        yield Opened(number + 1, at, act, actor, what, detail, f"request-{number:04}", salt)


def named(name: str) -> str:
    return pseudonym(name, bytes_of(name)) if is_person(name) else name


def lines() -> Iterator[Line]:
    """The export: leaves with their records, but for those erased; checkpoints of 5 and 8, one cosigned."""
    tree = Frontier()
    yield Header(site=SITE, key=LOG.verifier, begin=0, end=len(ACTS), opened=True, whole=True)
    yield WitnessLine("example-node", WITNESS.verifier)
    yield PersonLine(ADA, bytes_of(ADA))
    for position, record in enumerate(records()):
        text = leaf_text(record, site=SITE, position=position, named=named)
        tree.append(leaf_hash(text.encode()))
        shown = None if record.actor == FORGOTTEN else record
        yield LeafLine(position, text=text, record=shown)
        if tree.size in (5, len(ACTS)):
            yield _checkpoint(tree)


def _checkpoint(tree: Frontier) -> CheckpointLine:
    note = Checkpoint(LOG.name, tree.size, tree.root()).signed(LOG)
    if tree.size == len(ACTS):
        at = int((BEGAN + timedelta(hours=1)).timestamp())
        note = note.with_signature(cosign(note, WITNESS, now=at))
    return CheckpointLine(note, tuple(tree.hashes))


def text() -> str:
    """The file."""
    return "".join(write(lines()))


def root() -> str:
    """The root of its last checkpoint, as a witness would tell it."""
    last = [line for line in lines() if isinstance(line, CheckpointLine)][-1]
    return last.note.text.split("\n")[2]


def page() -> Iterator[str]:
    """What a stranger does with the file, and what they read then; each answer is what the program says."""
    whole = text()
    with tempfile.TemporaryDirectory() as folder:
        good, bad = Path(folder) / "trail-example.jsonl", Path(folder) / "changed.jsonl"
        good.write_text(whole)
        bad.write_text(whole.replace(TRUE, FALSE))
        yield "# A trail to check\n"
        yield INTRODUCTION
        yield f"```\n{LOG.verifier}\n{WITNESS.verifier}\n```\n"
        yield "## With Caimera\n"
        yield from _asked("trail-example.jsonl", good)
        yield "\nNow change a word of the question's purpose in a copy, and check that:\n"
        yield f"```console\n$ sed 's/{TRUE}/{FALSE}/' trail-example.jsonl > changed.jsonl\n```\n"
        yield from _asked("changed.jsonl", bad)
        bad.write_text("".join(each for each in whole.splitlines(True) if '"position":6' not in each))
        yield "\nOr remove an act, here the seventh:\n"
        yield "```console\n$ grep -v '\"position\":6' trail-example.jsonl > changed.jsonl\n```\n"
        yield from _asked("changed.jsonl", bad)
        yield "\n## Without any software of ours\n"
        yield ALONE
        yield f"```python\n{CHECKER.read_text()}```\n"
        yield from _checked("trail-example.jsonl", good)
        bad.write_text(whole.replace("question:1", "question:2"))
        yield "\nAnd with another question put into the leaf:\n"
        yield "```console\n$ sed 's/question:1/question:2/g' trail-example.jsonl > changed.jsonl\n```\n"
        yield from _checked("changed.jsonl", bad)


def _asked(name: str, path: Path) -> Iterator[str]:
    keys = ["--key", str(LOG.verifier), "--witness", str(WITNESS.verifier)]
    done = CliRunner().invoke(caimera, ["audit", "verify", str(path), *keys])
    yield "```console"
    yield f"$ caimera audit verify {name} \\\n    --key {keys[1]} \\\n    --witness {keys[3]}"
    yield f"{done.output}$ echo $?\n{done.exit_code}\n```"


def _checked(name: str, path: Path) -> Iterator[str]:
    command = [sys.executable, str(CHECKER), str(path), root()]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    yield f"```console\n$ python check_trail.py {name} {root()}"
    yield f"{done.stdout}$ echo $?\n{done.returncode}\n```"
