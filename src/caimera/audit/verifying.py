"""Is a trail what its site signed? One pass over its lines; needs no database.

Every leaf is hashed into a tree of its own making, whose root is compared wherever the site signed one;
every record that is opened is compared with what its leaf commits to; everything missing must be explained
by the trail itself. Each finding says where.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from caimera.audit.errors import ExportMalformed
from caimera.audit.leaves import MEMBERS, SECRET_SIZE, VERSION, Opened, differences, is_leaf_of, pseudonym
from caimera.audit.lines import CheckpointLine, Header, LeafLine, Line, PersonLine, WitnessLine
from caimera.merkle import (
    Checkpoint,
    Frontier,
    MerkleError,
    Note,
    SignatureMissing,
    VerifierKey,
    cosigned_at,
    leaf_hash,
    open_checkpoint,
)

ERASED = "trail.erased"
"""The act that says which positions were erased, and why."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was signed: a word for it, the positions (first, last) and a sentence."""

    code: str
    first: int
    last: int
    sentence: str

    def __str__(self) -> str:
        return self.sentence


@dataclass(slots=True)
class Report:
    """What was checked and what was found."""

    header: Header
    key_given: bool = False
    leaves: int = 0
    opened: int = 0
    erased: int = 0
    retired: int = 0
    """Leaves of which the hash alone is left, as what was kept long enough leaves it."""
    checkpoints: int = 0
    latest: Checkpoint | None = None
    cosigned_by: dict[str, int] = field(default_factory=dict)
    """Who cosigned the latest checkpoint, and when (seconds since 1970-01-01 UTC)."""
    findings: list[Finding] = field(default_factory=list)


def verify(
    lines: Iterable[Line],
    *,
    key: VerifierKey | None = None,
    witnesses: Iterable[VerifierKey] = (),
    known: Iterable[Note] = (),
) -> Report:
    """Check a trail's lines, the first a Header.

    `key` is the log's, known from elsewhere; without it the one in the header is taken. `witnesses`
    likewise add to, and stand for, those in the lines. `known` are checkpoints that somebody kept: the
    trail must go on from them.

    Raises:
        ExportMalformed: these are not the lines of a trail.
    """
    iterator = iter(lines)
    header = next(iterator, None)
    if not isinstance(header, Header):
        raise ExportMalformed("There is nothing in this file; an export begins with its header.")
    walk = _Walk(header, key, tuple(witnesses), tuple(known))
    for line in iterator:
        walk.take(line)
    return walk.end()


class _Walk:
    """The state of one pass: the tree so far, and what still has to be explained."""

    def __init__(
        self,
        header: Header,
        key: VerifierKey | None,
        witnesses: tuple[VerifierKey, ...],
        known: tuple[Note, ...],
    ) -> None:
        self.report = Report(header, key_given=key is not None)
        self.key = key or header.key
        self.witnesses = {each.name: each for each in witnesses}
        self.given = bool(witnesses)
        self.pseudonyms: dict[str, str] = {}
        self.tree = Frontier()
        self.next = header.begin
        self.sound = header.begin == 0
        """Whether the tree so far is known to be the signed one, or to follow from it."""
        self.anchor = 0
        """The size at which the tree was last as signed."""
        self.unexplained: dict[int, str] = {}
        self.explained: list[tuple[int, int]] = []
        self.known = self._opened_known(known)
        self._takers: Mapping[type, Callable[[Any], None]] = {
            LeafLine: self._take_leaf,
            CheckpointLine: self._take_checkpoint,
            PersonLine: self._take_person,
            WitnessLine: self._take_witness,
        }
        if self.key != header.key:
            self._find("other key", 0, 0, f"The trail names the key {header.key}, not the one given.")

    def take(self, line: Line) -> None:
        self._takers[type(line)](line)

    def _find(self, code: str, first: int, last: int, sentence: str) -> None:
        self.report.findings.append(Finding(code, first, last, sentence))

    def _opened_known(self, notes: tuple[Note, ...]) -> dict[int, bytes]:
        opened: dict[int, bytes] = {}
        for note in notes:
            try:
                checkpoint = open_checkpoint(note, self.key)
            except MerkleError as error:
                self._find("forged", 0, 0, f"A checkpoint kept elsewhere is not this log's: {error}")
                continue
            opened[checkpoint.size] = checkpoint.root
        return opened

    def _take_person(self, line: PersonLine) -> None:
        if len(line.key) == SECRET_SIZE:  # a shorter or longer one can make the same code
            self.pseudonyms[line.name] = pseudonym(line.name, line.key)

    def _take_witness(self, line: WitnessLine) -> None:
        if not self.given:
            self.witnesses[line.key.name] = line.key

    def _take_leaf(self, line: LeafLine) -> None:
        if line.position < self.next:
            self._find("repeated", line.position, line.position, f"Position {line.position} is there twice.")
            return
        if line.position > self.next:
            self._miss(line.position)
        self.next = line.position + 1
        self.report.leaves += 1
        self.tree.append(self._hash_of(line))
        if line.record is not None and self._is_as_recorded(line, line.record):
            self._take_record(line.record)
        elif line.text is not None:
            self._read_leaf(line)
        elif self.report.header.opened:
            self.report.retired += 1
            self.unexplained[line.position] = "its leaf"
        self._compare_known()

    def _miss(self, position: int) -> None:
        first, last = self.next, position - 1
        places = f"Position {first} is" if first == last else f"Positions {first} to {last} are"
        self._find("missing", first, last, f"{places} missing: records were removed from the tree.")
        self.sound = False

    def _hash_of(self, line: LeafLine) -> bytes:
        if line.text is None:
            return line.hash or b""
        found = leaf_hash(line.text.encode("utf-8", "surrogatepass"))
        if line.hash is not None and line.hash != found:
            self._find(
                "leaf", line.position, line.position, f"The leaf at position {line.position} was changed."
            )
            return line.hash
        return found

    def _is_as_recorded(self, line: LeafLine, record: Opened) -> bool:
        """Whether the leaf is the one this record has: most are, and need not be taken apart."""
        return is_leaf_of(
            line.text or "",
            record,
            site=self.report.header.site,
            position=line.position,
            pseudonyms=self.pseudonyms,
        )

    def _take_record(self, record: Opened) -> None:
        self.report.opened += 1
        if record.act == ERASED:
            self.explained += _ranges(record.detail.get("positions"))

    def _read_leaf(self, line: LeafLine) -> None:
        leaf = read_leaf(line.text or "")
        if leaf is None or leaf["position"] != line.position or leaf["site"] != self.report.header.site:
            self._find(
                "leaf",
                line.position,
                line.position,
                f"What stands at position {line.position} is not its leaf.",
            )
        elif line.record is not None:
            self._compare_record(line.position, leaf, line.record)
        elif self.report.header.opened:
            self.report.erased += 1
            self.unexplained[line.position] = "its record"

    def _compare_record(self, position: int, leaf: Mapping[str, Any], record: Opened) -> None:
        changed = differences(leaf, record, self.pseudonyms)
        if not changed:
            self._take_record(record)
            return
        self.report.opened += 1
        sentence = f"The record at position {position} was changed: {', '.join(changed)}."
        self._find("record", position, position, sentence)

    def _compare_known(self) -> None:
        root = self.known.pop(self.tree.size, None)
        if root is not None and self.sound and root != self.tree.root():
            size = self.tree.size
            self._find(
                "forked",
                0,
                size - 1,
                f"The first {size} leaves are not those of a checkpoint kept elsewhere.",
            )

    def _take_checkpoint(self, line: CheckpointLine) -> None:
        self.report.checkpoints += 1
        try:
            checkpoint = open_checkpoint(line.note, self.key)
        except MerkleError as error:
            sentence = f"A checkpoint after position {self.next - 1} is not this log's: {error}"
            self._find("forged", self.anchor, self.next, sentence)
            return
        if checkpoint.size < self.next:
            sentence = f"A checkpoint of {checkpoint.size} stands after position {self.next - 1}."
            self._find("forged", checkpoint.size, self.next, sentence)
            return
        self._go_on_from(checkpoint, self._is_reached(checkpoint), _frontier(line, checkpoint))
        self._note_cosignatures(line.note, checkpoint)
        self._compare_known()

    def _is_reached(self, checkpoint: Checkpoint) -> bool:
        """Whether the leaves so far are the signed ones; what is not is found."""
        if (size := checkpoint.size) > self.next:
            self._miss(size)
            self.next = size
        if not self.sound:
            return False
        if self.tree.root() == checkpoint.root:
            return True
        sentence = f"Between positions {self.anchor} and {size - 1} the tree is not the one that was signed."
        self._find("root", self.anchor, size - 1, sentence)
        return False

    def _go_on_from(self, checkpoint: Checkpoint, reached: bool, frontier: Frontier | None) -> None:
        """Take the signed tree for granted from here, so that further changes are found further on."""
        if frontier is None:
            sentence = f"The frontier of the checkpoint of {checkpoint.size} does not have its root."
            self._find("frontier", self.anchor, checkpoint.size - 1, sentence)
        elif not reached:
            self.tree = frontier
        self.sound = reached or frontier is not None
        self.anchor = checkpoint.size
        self.report.latest = checkpoint

    def _note_cosignatures(self, note: Note, checkpoint: Checkpoint) -> None:
        self.report.cosigned_by = {}
        for witness in self.witnesses.values():
            try:
                self.report.cosigned_by[witness.name] = cosigned_at(note, witness)
            except SignatureMissing as error:
                if any(note.of(witness)):
                    last = checkpoint.size - 1
                    self._find("cosignature", last, last, f"Under the checkpoint of {last + 1}: {error}")

    def end(self) -> Report:
        header = self.report.header
        if self.next < header.end:
            self._miss(header.end)
        if self.anchor < self.next:
            sentence = f"No sound checkpoint covers the positions from {self.anchor} to {self.next - 1}."
            self._find("unsigned", self.anchor, self.next - 1, sentence)
        for size in sorted(size for size in self.known if size > self.next):
            sentence = f"The trail has {self.next} leaves, but this site once signed a checkpoint of {size}."
            self._find("rolled back", self.next, size - 1, sentence)
        if header.opened and header.whole:
            self._require_explanations()
        return self.report

    def _require_explanations(self) -> None:
        explained = _Ranges(self.explained)
        for position, what in self.unexplained.items():
            if position not in explained:
                sentence = f"At position {position}, {what} is gone, and no record says that it was erased."
                self._find("erased", position, position, sentence)


class _Ranges:
    """Pairs (first, last) of positions, merged so that one look tells whether a position is in one."""

    def __init__(self, pairs: Iterable[tuple[int, int]]) -> None:
        self.firsts: list[int] = []
        self.lasts: list[int] = []
        for first, last in sorted(pairs):
            if self.lasts and first <= self.lasts[-1]:
                self.lasts[-1] = max(last, self.lasts[-1])
            else:
                self.firsts.append(first)
                self.lasts.append(last)

    def __contains__(self, position: int) -> bool:
        place = bisect_right(self.firsts, position) - 1
        return place >= 0 and position <= self.lasts[place]


def _frontier(line: CheckpointLine, checkpoint: Checkpoint) -> Frontier | None:
    """The frontier of a checkpoint; None where it does not have its root."""
    try:
        frontier = Frontier(checkpoint.size, list(line.frontier))
    except ValueError:
        return None
    return frontier if frontier.root() == checkpoint.root else None


def read_leaf(text: str) -> dict[str, Any] | None:
    """A leaf with the right members; None where it is none."""
    try:
        leaf = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if type(leaf) is not dict or leaf.keys() != MEMBERS or leaf["v"] != VERSION:
        return None
    return leaf if type(leaf["detail"]) is dict else None


def _ranges(said: Any) -> list[tuple[int, int]]:
    """Pairs of positions, first and last, as an erasing record lists them."""
    pairs = said if isinstance(said, list) else []
    return [(pair[0], pair[1]) for pair in pairs if _is_range(pair)]


def _is_range(pair: Any) -> bool:
    numbers = isinstance(pair, list) and len(pair) == 2 and all(type(each) is int for each in pair)
    return numbers and 0 <= pair[0] <= pair[1]
