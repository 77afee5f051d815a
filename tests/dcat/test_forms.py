"""Other forms of a description, each judged by the tools of those who made it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import mlcroissant
import pytest
import rdflib
from datacite import schema45
from hypothesis import HealthCheck, Phase, given, settings

from caimera.dcat import Dataset, Text, as_croissant, as_datacite, as_schema_org, cite_as, header, links
from caimera.dcat.croissant import semantic
from caimera.dcat.schema_org import words
from caimera.protocol.messages import Count, CountKind
from tests.dcat import samples

# rdflib deprecates the graph that rdflib and mlcroissant read JSON-LD into.
pytestmark = [
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Dataset.default_context is deprecated:DeprecationWarning"),
]

SOME = settings(
    max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)
DOI = "10.5281/zenodo.1"
TODAY = date(2026, 11, 27)


def croissant_issues(dataset: Dataset) -> tuple[list[str], mlcroissant.Dataset]:
    found = mlcroissant.Dataset(jsonld=as_croissant(dataset))
    return [*found.metadata.ctx.issues.errors], found


def test_croissant_is_valid() -> None:
    errors, found = croissant_issues(samples.whole())
    assert errors == []
    assert found.metadata.name == "Prostate MR"
    assert [file.content_url for file in found.metadata.distribution] == [
        "https://hospital.example.org/images.zip"
    ]
    assert [field.name for records in found.metadata.record_sets for field in records.fields] == ["birth_sex"]
    assert found.metadata.version == "1.0.0"


def test_croissant_without_files_is_valid() -> None:
    bare = replace(samples.distribution(), download_url=())
    errors, found = croissant_issues(replace(samples.whole(), distribution=(bare,)))
    assert errors == []
    assert (found.metadata.distribution, found.metadata.record_sets) == ([], [])


@pytest.mark.parametrize(
    ("version", "semantic_version"),
    [("1", "1.0.0"), ("2026.08.1", "2026.08.1"), ("v2.1", "2.1.0"), ("newest", "0.0.0"), (None, "0.0.0")],
)
def test_versions_have_three_numbers(version: str | None, semantic_version: str) -> None:
    assert semantic(version) == semantic_version


def test_datacite_is_valid() -> None:
    document = as_datacite(samples.whole(), doi=DOI, today=TODAY)
    schema45.validator.validate(document)
    assert document["titles"] == [
        {"title": "Prostate MR", "lang": "en"},
        {"title": "MR de próstata", "lang": "es"},
        {"title": "Prostate", "lang": "en", "titleType": "AlternativeTitle"},
    ]
    assert document["publicationYear"] == "2023"
    assert document["rightsList"][0]["rightsIdentifier"] == "CC-BY-4.0"
    assert {"date": "2015/2023", "dateType": "Collected"} in document["dates"]
    assert "magnetic resonance" in json.dumps(document["subjects"])


def test_datacite_can_be_written_as_xml() -> None:
    written = schema45.tostring(as_datacite(samples.whole(), doi=DOI, today=TODAY))
    assert '<title xml:lang="en">Prostate MR</title>' in written


@SOME
@given(samples.records(Dataset))
def test_datacite_of_anything_is_valid(dataset: Dataset) -> None:
    document = as_datacite(dataset, doi=DOI, today=TODAY)
    assert [error.message for error in schema45.validator.iter_errors(document)] == []


def test_datacite_says_once_what_two_statements_say() -> None:
    whole = samples.whole()
    said = as_datacite(whole, doi=DOI, today=TODAY)
    twice = replace(whole, provenance=(*whole.provenance, *whole.provenance), keyword=whole.keyword * 2)
    assert whole.provenance
    assert as_datacite(twice, doi=DOI, today=TODAY) == said


def test_search_engines_understand_the_page() -> None:
    """The properties search engines require and recommend for datasets."""
    document = as_schema_org(samples.whole())
    text = json.dumps(document | {"@context": {"@vocab": "https://schema.org/"}})
    graph = rdflib.Graph().parse(data=text, format="json-ld")
    schema, about = rdflib.Namespace("https://schema.org/"), rdflib.URIRef(samples.HERE)
    assert (about, rdflib.RDF.type, schema.Dataset) in graph
    assert 50 <= len(str(graph.value(about, schema.description))) <= 5000
    assert str(graph.value(graph.value(about, schema.publisher), schema.name)) == "Hospital"
    assert graph.value(about, schema.temporalCoverage) == rdflib.Literal("2015/2023")
    assert document["license"] == "https://spdx.org/licenses/CC-BY-4.0"
    assert document["conditionsOfAccess"] == "Remote processing; Ask first."
    assert document["isAccessibleForFree"] is False
    assert document["variableMeasured"][0] == {
        "@type": "PropertyValue",
        "name": "Subjects",
        "value": 340,
        "description": "As the holder says; whether it is exact is not told.",
    }


@pytest.mark.parametrize(
    ("count", "size", "measured"),
    [
        (Count(kind=CountKind.EXACT, value=118), "118 subjects", {"value": 118}),
        (Count(kind=CountKind.ROUNDED, value=120, step=10), "about 120 subjects", {"value": 120}),
        (Count(kind=CountKind.FEWER_THAN, bound=10), "fewer than 10 subjects", {"maxValue": 9}),
        (Count(kind=CountKind.WITHHELD), None, None),
    ],
)
def test_a_size_is_told_as_its_number_is_to_be_read(
    count: Count, size: str | None, measured: dict[str, int] | None
) -> None:
    counts = {"subjects": count}
    document = as_datacite(samples.whole(), doi=DOI, today=TODAY, counts=counts)
    schema45.validator.validate(document)
    told = [size] if size else []
    assert document["sizes"] == [*told, "512 imaging studies"]
    found = as_schema_org(samples.whole(), counts)["variableMeasured"]
    about_subjects = [each for each in found if each["name"] == "Subjects"]
    assert len(about_subjects) == len(told)
    for each in about_subjects:
        assert {name: each[name] for name in each if name in ("value", "maxValue")} == measured
        assert ("Protected" in each["description"]) is (count.kind is not CountKind.EXACT)


def test_nothing_is_said_that_nobody_filled() -> None:
    assert as_schema_org(Dataset(id=samples.HERE, title=samples.english("Lung"))) == {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": samples.HERE,
        "name": "Lung",
        "description": "Lung A dataset of cancer images, described by Lung.",
        "url": samples.HERE,
    }


def test_english_comes_first_then_no_language() -> None:
    assert words((Text("a", "es"), Text("b"), Text("c", "en-gb"))) == "c"
    assert words((Text("a", "es"), Text("b"))) == "b"
    assert words(()) == ""


def test_a_citation_says_who_what_when_and_where() -> None:
    assert cite_as(samples.whole()) == (
        "Radiology (2023). Prostate MR (Version 1.0.0) [Dataset]. Hospital. https://doi.org/10.5281/zenodo.1"
    )


def test_signposts_lead_to_what_a_program_needs() -> None:
    page = "https://hub.example.org/dataset/7"
    found = links(samples.whole(), page=page, profile="https://hub.example.org/profile/eucaim-v2")
    by_relation: dict[str, list[str]] = {}
    for link in found:
        by_relation.setdefault(link.relation, []).append(link.target)
    assert by_relation == {
        "cite-as": ["https://doi.org/10.5281/zenodo.1"],
        "type": ["https://schema.org/AboutPage", "https://schema.org/Dataset"],
        "author": ["https://ror.org/00x"],
        "license": ["https://spdx.org/licenses/CC-BY-4.0"],
        "describedby": [f"{page}?format={name}" for name in ("ttl", "jsonld", "rdf", "nt")],
        "item": ["https://hospital.example.org/images.zip"],
    }
    assert header(found).startswith('<https://doi.org/10.5281/zenodo.1>; rel="cite-as", <https://schema.org')
    assert 'rel="item"; type="application/dicom"' in header(found)
