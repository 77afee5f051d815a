"""What conforms, what waits for a Health Data Access Body, and what each complaint says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from caimera.dcat import PROFILES, Agent, Dataset, Severity, State, Text, conformance, read, to_graph
from caimera.dcat.profiles import Conformance
from caimera.dcat.properties import Need, properties
from tests.dcat import samples


def judged(dataset: Dataset, profile: str = "eucaim-v2") -> Conformance:
    return conformance(dataset, [profile])[profile]


def violations(dataset: Dataset, profile: str = "eucaim-v2") -> list[tuple[str, str]]:
    return [(each.path, each.problem) for each in judged(dataset, profile).of(Severity.VIOLATION)]


def test_the_whole_dataset_conforms_to_every_profile() -> None:
    found = conformance(samples.whole())
    assert list(found) == list(PROFILES)
    assert all((each.state, each.complaints) == (State.CONFORMS, ()) for each in found.values())


MANDATORY = [name for name, each in properties(Dataset) if each.need is Need.MANDATORY and name != "hdab"]


@pytest.mark.parametrize("name", MANDATORY)
def test_each_mandatory_property_is_missed(name: str) -> None:
    (curie,) = (each.curie for field, each in properties(Dataset) if field == name)
    bare = replace(
        samples.whole(), **{name: () if isinstance(getattr(samples.whole(), name), tuple) else None}
    )
    complaints = judged(bare).of(Severity.VIOLATION)
    assert [(each.path, each.problem) for each in complaints] == [(curie, "is missing")]
    assert complaints[0].sentence.startswith(f"{name.replace('_', ' ').capitalize()} is missing. ")
    assert judged(bare).state is State.VIOLATES


def test_a_record_without_access_body_is_in_transition() -> None:
    waiting = replace(samples.whole(), hdab=None)
    states = {name: each.state for name, each in conformance(waiting).items()}
    assert states == {
        "eucaim-v2": State.TRANSITION,
        "healthdcat-ap-r7": State.TRANSITION,
        "dcat-ap-3": State.CONFORMS,
        "fair-data-point": State.CONFORMS,
    }


def test_transition_excuses_nothing_else() -> None:
    assert judged(replace(samples.whole(), hdab=None, version=None)).state is State.VIOLATES


@pytest.mark.parametrize(
    "name", ["TBD", "n/a", "To be determined", "placeholder organisation", "?", "Unknown."]
)
def test_a_placeholder_is_no_access_body(name: str) -> None:
    found = judged(replace(samples.whole(), hdab=samples.agent(name)))
    (complaint,) = found.of(Severity.VIOLATION)
    assert complaint.mend.endswith("a placeholder must not be supplied.")
    assert found.state is State.VIOLATES


@pytest.mark.parametrize(
    "name", ["Napoli Health Data Access Body", "Xunta de Galicia", "Test Centre of the Ministry"]
)
def test_a_name_is_no_placeholder(name: str) -> None:
    assert judged(replace(samples.whole(), hdab=samples.agent(name))).state is State.CONFORMS


@pytest.mark.parametrize(
    ("changes", "path", "problem"),
    [
        ({"tier": f"{samples.EUCAIM}SPEC1"}, "eucaim:interoperabilityLevel", "which is not on the list"),
        ({"theme": f"{samples.EU}data-theme/ENVI"}, "dcat:theme", "which is not on the list"),
        (
            {"health_category": ("https://example.org/EHRS",)},
            "healthdcatap:healthCategory",
            "not of the form or list",
        ),
        (
            {"minimum_age": 90},
            "healthdcatap:minTypicalAge",
            "is “90”, and healthdcatap:maxTypicalAge is “85”",
        ),
        (
            {"segmented_studies": 900},
            "eucaim:nbrOfSegmentations",
            "is “900”, and healthdcatap:numberOfRecords is “512”",
        ),
        ({"version": "the newest"}, "dcat:version", "is “the newest”, which is not of the form"),
        ({"creator": (Agent(),)}, "foaf:name", "is missing"),
        ({"publisher": Agent(name=samples.english("A"))}, "cv:contactPoint", "is missing"),
        ({"variables": ()}, "", "is none of what is allowed"),
    ],
)
def test_what_does_not_fit_is_said(changes, path: str, problem: str) -> None:
    found = violations(replace(samples.whole(), **changes))
    assert [each for each, _ in found] == [path]
    assert problem in found[0][1]


def test_no_structured_data_needs_no_variables() -> None:
    assert judged(replace(samples.whole(), structured=False, variables=())).state is State.CONFORMS


def test_a_distribution_says_how_the_data_may_be_used() -> None:
    vague = replace(samples.distribution(), rights=samples.distribution().rights[1:])
    found = violations(replace(samples.whole(), distribution=(vague,)))
    assert found == [("dct:rights", "lacks a value that is asked for")]


def test_english_is_wished_for() -> None:
    spanish = replace(samples.whole(), title=(Text("Próstata", "es"),))
    assert judged(spanish).state is State.CONFORMS
    assert [each.name for each in judged(spanish).of(Severity.WARNING)] == ["title"]


def test_what_is_recommended_is_wished_for() -> None:
    (wish,) = judged(replace(samples.whole(), custodian=None)).complaints
    assert (wish.severity, wish.path) == (Severity.INFO, "geodcatap:custodian")


def test_non_public_health_data_need_more() -> None:
    bare = replace(samples.whole(), keyword=())
    assert len(violations(bare, "healthdcat-ap-r7")) == 1
    assert (
        violations(replace(bare, access_rights=f"{samples.EU}access-right/PUBLIC"), "healthdcat-ap-r7") == []
    )


def test_a_fair_data_point_wants_contact_points_with_addresses() -> None:
    document = b"""
    @prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
    <https://x.org/1> a dcat:Dataset ; dct:title "A" ; dcat:version "1" ; dcat:theme <https://x.org/t> ;
      dct:publisher [ <http://xmlns.com/foaf/0.1/name> "B" ] ; dcat:contactPoint [ ] .
    """
    found = conformance(read(document, "text/turtle"), ["fair-data-point"])["fair-data-point"]
    (complaint,) = found.of(Severity.VIOLATION)
    assert complaint.path == "dcat:contactPoint"


def test_a_foreign_record_is_judged_as_it_came() -> None:
    """Reading mends a datatype; what was published is still wrong."""
    document = b"""
    @prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix h: <http://healthdataportal.eu/ns/health#> .
    <https://x.org/1> a dcat:Dataset ; h:numberOfRecords 7 .
    """
    graph = read(document, "text/turtle")
    problems = {each.path: each.problem for each in conformance(graph, ["eucaim-v2"])["eucaim-v2"].complaints}
    assert problems["healthdcatap:numberOfRecords"] == "is “7”, not xsd:nonNegativeInteger"


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(KeyError):
        conformance(to_graph(samples.whole()), ["eucaim-v9"])
