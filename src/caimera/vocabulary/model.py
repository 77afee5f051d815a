"""Variables, their values and their codes, and how a word finds them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol, TypeVar

from caimera.vocabulary.errors import BrokenVocabulary, UnknownValue, UnknownVariable

# How EUCAIM's search form writes a code of each system (samply/eucaim-frontend, catalogue-eucaim.json).
_EUCAIM_PREFIXES = {"SCT": "SNOMEDCT", "EUCAIM": "EUCAIM_Hyper-Ontology_V1.0."}
_EUCAIM_BARE = frozenset({"RADLEX", "NCIT", "BIRNLEX"})
_EUCAIM_FIRST = frozenset({"RADLEX", "BIRNLEX"})
"""Systems whose code the search form sends where there is one."""


class Level(StrEnum):
    """What a variable describes."""

    PATIENT = "patient"
    STUDY = "study"
    SERIES = "series"


class Kind(StrEnum):
    """What a variable's values are."""

    CODED = "coded"
    NUMBER = "number"
    BOOLEAN = "boolean"


class Operator(StrEnum):
    """How a question may compare; names as in the Lens query tree, MISSING is ours.

    LOWER_THAN and GREATER_THAN leave their number out, BETWEEN includes its ends. CONTAINS looks for a piece
    of text in what values are called.
    """

    EQUALS = "EQUALS"
    NOT_EQUALS = "NOT_EQUALS"
    IN = "IN"
    BETWEEN = "BETWEEN"
    LOWER_THAN = "LOWER_THAN"
    GREATER_THAN = "GREATER_THAN"
    CONTAINS = "CONTAINS"
    MISSING = "MISSING"


@dataclass(frozen=True, slots=True)
class Coding:
    """A code of a published system, with that system's own label where it is known."""

    system: str
    code: str
    label: str = ""

    @property
    def curie(self) -> str:
        """`SCT:248152002`."""
        return f"{self.system}:{self.code}"

    @property
    def eucaim(self) -> str:
        """As EUCAIM's search form writes it: `SNOMEDCT248152002`, `RID10312`; a CURIE where it has none."""
        if self.system in _EUCAIM_BARE:
            return self.code
        prefix = _EUCAIM_PREFIXES.get(self.system)
        return prefix + self.code if prefix else self.curie

    def spellings(self) -> Iterator[str]:
        """Every way this code is written in questions."""
        yield self.curie
        yield self.code
        yield self.eucaim


def _as_eucaim_writes(codes: tuple[Coding, ...]) -> str:
    known = [coding for coding in codes if coding.system in {*_EUCAIM_PREFIXES, *_EUCAIM_BARE}]
    first = [coding for coding in known if coding.system in _EUCAIM_FIRST]
    return (*first, *known, *codes)[0].eucaim


@dataclass(frozen=True, slots=True)
class Group:
    """A heading under which variables are shown."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Value:
    """One answer to a coded variable. `parent` names the broader value it is a kind, or a part, of."""

    name: str
    label: str
    codes: tuple[Coding, ...]
    synonyms: tuple[str, ...] = ()
    parent: str | None = None
    help: str = ""
    _folded: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_folded", frozenset(map(fold, self.spellings())))

    @property
    def code(self) -> str:
        """CURIE of the first coding: this value's identity in CDM tables."""
        return self.codes[0].curie

    @property
    def eucaim(self) -> str:
        """The code EUCAIM's search form sends for it, or would."""
        return _as_eucaim_writes(self.codes)

    @property
    def words(self) -> tuple[str, ...]:
        """What this value is called, codes left out."""
        return (self.name, self.label, *self.synonyms)

    def spellings(self) -> Iterator[str]:
        """Every word this value answers to."""
        yield from self.words
        for coding in self.codes:
            yield from coding.spellings()
            if coding.label:
                yield coding.label

    def answers_to(self, word: str) -> bool:
        """Whether `word` is one of this value's names, labels, synonyms or codes."""
        return fold(word) in self._folded


@dataclass(frozen=True, slots=True)
class Variable:
    """Something a question may ask about.

    `cdm` is `table.column` of the common data model; where several variables share that column, `cdm_code` is
    what the row's own code must be (`CLIN1045815`). `minimum`, `maximum` bound numbers, in `unit`; `whole`
    numbers have no fraction. `multiple` variables may hold several values at once. `banded` ones, ages and
    years, tell people apart so well that protected datasets are only asked for bands of them. Narrower values
    are kinds of broader ones, of a variable with `parts` their parts.
    """

    name: str
    label: str
    help: str
    group: str
    level: Level
    kind: Kind
    operators: tuple[Operator, ...]
    cdm: str
    codes: tuple[Coding, ...]
    unit: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    whole: bool = False
    multiple: bool = False
    banded: bool = False
    parts: bool = False
    cdm_code: str = ""
    values: tuple[Value, ...] = ()
    _index: Mapping[str, Value] = field(init=False, repr=False, compare=False)
    _narrower: Mapping[str, tuple[Value, ...]] = field(init=False, repr=False, compare=False)
    _called: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_index", _index(self.values, f"values of {self.name}"))
        object.__setattr__(self, "_narrower", _narrower(self.values))
        called = tuple("\n".join(map(fold, value.words)) for value in self.values)
        object.__setattr__(self, "_called", called)

    @property
    def eucaim(self) -> str:
        """The key EUCAIM's search form sends for it, or would."""
        return _as_eucaim_writes(self.codes)

    def spellings(self) -> Iterator[str]:
        """Every word this variable answers to."""
        yield from (self.name, self.label)
        for coding in self.codes:
            yield from coding.spellings()

    def value(self, word: str) -> Value:
        """The value answering to `word` (name, label, synonym, code or CURIE). Raises UnknownValue."""
        found = self._index.get(word) or self._index.get(fold(word))
        if found is None:
            raise UnknownValue(word, self.name, _suggestions(word, self._index))
        return found

    def narrower(self, name: str) -> tuple[Value, ...]:
        """The value of this name and all that are kinds or parts of it, at any remove."""
        return self._narrower[name]

    def containing(self, text: str) -> tuple[Value, ...]:
        """The values whose name, label or a synonym contains `text`, compared as `fold` does."""
        piece = fold(text)
        pairs = zip(self.values, self._called, strict=True)
        return tuple(value for value, called in pairs if piece and piece in called)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All variables of one version. `missing` collects what others write for “not recorded”."""

    version: str
    groups: tuple[Group, ...]
    variables: tuple[Variable, ...]
    missing: Value
    _index: Mapping[str, Variable] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_index", _index(self.variables, "variables"))

    def variable(self, word: str) -> Variable:
        """The variable answering to `word` (name, label, code or EUCAIM key). Raises UnknownVariable."""
        found = self._index.get(word) or self._index.get(fold(word))
        if found is None:
            raise UnknownVariable(word, _suggestions(word, self._index))
        return found


def fold(word: str) -> str:
    """The form in which two words are compared: case, blanks, hyphens and underscores do not count."""
    return re.sub(r"[\s_-]+", " ", word.casefold()).strip()


class _Named(Protocol):
    @property
    def name(self) -> str: ...

    def spellings(self) -> Iterator[str]: ...


_N = TypeVar("_N", bound=_Named)


def _index(things: Iterable[_N], what: str) -> Mapping[str, _N]:
    index: dict[str, _N] = {}
    for thing in things:
        for spelling in thing.spellings():
            other = index.setdefault(fold(spelling), thing)
            if other is not thing:
                raise BrokenVocabulary(
                    f"Two {what} share “{spelling}”: {other.name} and {thing.name}. Take it from one."
                )
        # Most words are names as they stand: those need no folding to be found.
        index[thing.name] = thing
    return MappingProxyType(index)


def _narrower(values: tuple[Value, ...]) -> Mapping[str, tuple[Value, ...]]:
    parents = {value.name: value.parent for value in values}
    narrower: dict[str, list[Value]] = {name: [] for name in parents}
    for value in values:
        above: list[str] = []
        name: str | None = value.name
        # Loading refuses circles of parents only once the variable stands.
        while name in parents and name not in above:
            above.append(name)
            name = parents[name]
        for each in above:
            narrower[each].append(value)
    return MappingProxyType({name: tuple(kinds) for name, kinds in narrower.items()})


def _suggestions(word: str, index: Mapping[str, _N]) -> tuple[str, ...]:
    folded = fold(word)
    beginning = [key for key in index if len(folded) >= 3 and key.startswith(folded)]
    close = difflib.get_close_matches(folded, index, n=6, cutoff=0.7)
    names = dict.fromkeys(index[key].name for key in (*close, *beginning))
    return tuple(names)[:3]
