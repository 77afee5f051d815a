"""The named profiles, and how far a record conforms to each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from caimera.dcat.dataset import Record
from caimera.dcat.graph import Graph
from caimera.dcat.mapping import to_graph
from caimera.dcat.names import shrink
from caimera.dcat.shacl import Kinds, Result, Severity, evaluate, rules_of


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile by its short name, which is also the name of its shapes, its title and its specification."""

    name: str
    title: str
    specification: str


PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        profile.name: profile
        for profile in (
            Profile("eucaim-v2", "EUCAIM DCAT-AP v2.0", "https://github.com/EUCAIM/eucaim_dcat_ap"),
            Profile(
                "healthdcat-ap-r7",
                "HealthDCAT-AP Release 7",
                "https://healthdataeu.pages.code.europa.eu/healthdcat-ap/releases/release-7/",
            ),
            Profile("dcat-ap-3", "DCAT-AP 3", "https://semiceu.github.io/DCAT-AP/releases/3.0.0/"),
            Profile("fair-data-point", "FAIR Data Point 1.2", "https://specs.fairdatapoint.org/"),
        )
    }
)


class State(StrEnum):
    """How far a record conforms. In transition only what waits for a Health Data Access Body is open."""

    CONFORMS = "conforms"
    TRANSITION = "transition"
    VIOLATES = "violates"


@dataclass(frozen=True, slots=True)
class Complaint:
    """A rule that is broken: where, what is the matter, and how to mend it."""

    rule: str
    severity: Severity
    about: str
    name: str
    path: str
    problem: str
    mend: str
    pending: bool = False

    @property
    def sentence(self) -> str:
        """What a data manager reads."""
        subject = self.name or self.path or self.about
        return f"{subject[0].upper()}{subject[1:]} {self.problem}. {self.mend}"


@dataclass(frozen=True, slots=True)
class Conformance:
    """A profile, and all that a record leaves to be wished."""

    profile: Profile
    complaints: tuple[Complaint, ...]

    @property
    def state(self) -> State:
        """What the violations come to; warnings and recommendations do not count."""
        violations = self.of(Severity.VIOLATION)
        if not violations:
            return State.CONFORMS
        return State.TRANSITION if all(each.pending for each in violations) else State.VIOLATES

    def of(self, severity: Severity) -> tuple[Complaint, ...]:
        """The complaints of one severity."""
        return tuple(each for each in self.complaints if each.severity is severity)


def conformance(
    record: Record | Graph, profiles: Iterable[str] = tuple(PROFILES)
) -> Mapping[str, Conformance]:
    """How a record conforms to each profile, by its name; raises KeyError on names not in `PROFILES`.

    A foreign record is judged as it came: give its graph, not what was read from it.
    """
    graph = to_graph(record) if isinstance(record, Record) else record
    kinds = Kinds(graph)
    return {name: _judged(kinds, PROFILES[name]) for name in profiles}


def _judged(kinds: Kinds, profile: Profile) -> Conformance:
    found = dict.fromkeys(map(_complaint, evaluate(kinds, rules_of(profile.name))))
    return Conformance(profile, tuple(found))


def _complaint(result: Result) -> Complaint:
    rule = result.rule
    path = shrink(rule.path.value) if rule.path else ""
    about = result.focus.value
    return Complaint(rule.id, rule.severity, about, rule.name, path, result.problem, rule.mend, rule.pending)
