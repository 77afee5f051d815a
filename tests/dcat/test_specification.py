"""The models hold every line of EUCAIM DCAT-AP v2.0's own tables, and the shapes say the same."""

from __future__ import annotations

import pytest

from caimera.dcat import Agent, Catalogue, Contact, ContactPoint, Dataset, DatasetSeries, Distribution
from caimera.dcat.names import PREFIXES, expand, shrink, term
from caimera.dcat.parts import Period
from caimera.dcat.properties import Form, properties
from caimera.dcat.shacl import rules_of

# Property and occurrence as the specification writes them (releases/v2.0/*.md).
DATASET = """
dct:identifier 1..1 M|dct:title 1..n M|dct:alternative 0..n O|dct:description 1..n M
dcat:version 1..1 M|eucaim:interoperabilityLevel 1..1 M|dcat:distribution 1..n M
dcat:inSeries 0..n O|dcat:contactPoint 1..n M|foaf:page 0..n R|dcat:theme 1..1 M
healthdcatap:healthCategory 1..n M|healthdcatap:healthTheme 0..n R|dct:type 1..n M
dct:accessRights 1..1 M|dcatap:applicableLegislation 1..n M|dpv:hasLegalBasis 0..n R
dpv:hasPurpose 0..n R|dpv:hasPersonalData 0..n R|healthdcatap:retentionPeriod 0..1 R
dct:publisher 1..1 M|healthdcatap:hasStructuredData 1..1 M|healthdcatap:hasVariables 0..n C
healthdcatap:numberOfUniqueIndividuals 1..1 M|healthdcatap:numberOfRecords 1..1 M
eucaim:hasBirthSex 1..n M|healthdcatap:minTypicalAge 0..1 R|healthdcatap:maxTypicalAge 0..1 R
eucaim:hasCondition 1..1 M|healthdcatap:populationCoverage 0..n R|eucaim:collectionMethod 1..n M
dct:spatial 0..n O|eucaim:hasImageModality 1..n M|eucaim:hasEquipmentManufacturer 1..n M
eucaim:hasImageBodyPart 1..n M|dct:temporal 0..n R|eucaim:hasAnnotationLabel 0..n O
eucaim:hasAlgorithmType 0..n O|eucaim:nbrOfSegmentations 0..1 O|dcat:keyword 1..n M
dct:provenance 1..n M|healthdcatap:hasCodingSystem 0..n R|healthdcatap:hasCodeValues 0..n R
prov:wasGeneratedBy 0..n O|dct:conformsTo 0..n O|geodcatap:custodian 0..1 R|healthdcatap:hdab 1..1 M
dct:creator 0..n O|dct:issued 0..1 O|dct:modified 0..1 O|dcat:hasVersion 0..n O
adms:versionNotes 0..n O|adms:identifier 0..n O|dct:language 0..n R|dct:accrualPeriodicity 0..1 R
dcat:landingPage 0..n R|dct:source 0..n O|dct:isReferencedBy 0..n O|dct:relation 0..n O
adms:sample 0..n R|healthdcatap:analytics 0..n R|dcat:spatialResolutionInMeters 0..1 O
dcat:temporalResolution 0..1 O|dqv:hasQualityAnnotation 0..n R|prov:qualifiedAttribution 0..n O
dcat:qualifiedRelation 0..n O
"""
DISTRIBUTION = """
dcat:accessURL 1..n M|dcatap:applicableLegislation 1..n M|dct:rights 1..n M|dct:description 0..n R
dcatap:availability 0..1 R|dct:format 0..1 R|dct:license 0..1 R|dct:title 0..n O|foaf:page 0..n O
dcat:accessService 0..n O|dcat:downloadURL 0..n O|dcat:mediaType 0..1 O|dcat:compressFormat 0..1 O
dcat:packageFormat 0..1 O|dcat:byteSize 0..1 O|spdx:checksum 0..1 O
dcat:spatialResolutionInMeters 0..1 O|dcat:temporalResolution 0..1 O|dct:conformsTo 0..n O
dct:language 0..n O|odrl:hasPolicy 0..1 O|adms:status 0..1 O|dct:issued 0..1 O|dct:modified 0..1 O
"""
CATALOGUE = """
dct:title 1..n M|dct:description 1..n M|dcatap:applicableLegislation 1..n M|dct:publisher 1..1 M
foaf:homepage 0..1 R|dct:language 0..n R|dct:modified 0..1 R|dct:issued 0..1 R
dcat:themeTaxonomy 0..n R|dct:spatial 0..n R|dct:license 0..1 R|dcat:service 0..n R
dcat:dataset 0..n R|dcat:catalog 0..n O|dct:hasPart 0..n O|dcat:record 0..n O|dct:rights 0..n O
dct:temporal 0..n O|dct:creator 0..1 O
"""
AGENT = """
foaf:name 1..n M|dct:type 0..1 R|cv:contactPoint 0..1 C|dct:description 0..n R|foaf:homepage 0..n O
foaf:mbox 0..n O
"""
CONTACT_POINT = """
cv:contactPage 0..n C|cv:email 0..n C|cv:telephone 0..n O|cv:openingHours 0..n O
cv:specialOpeningHoursSpecification 0..n O
"""
TABLES = {
    Dataset: DATASET,
    Distribution: DISTRIBUTION,
    Catalogue: CATALOGUE,
    Agent: AGENT,
    ContactPoint: CONTACT_POINT,
}


@pytest.mark.parametrize("kind", TABLES)
def test_a_model_has_the_lines_of_its_table(kind) -> None:
    lines = set(TABLES[kind].strip().replace("\n", "|").split("|"))
    assert {f"{each.curie} {each.occurrence}" for _, each in properties(kind)} == lines


def test_no_property_stands_twice() -> None:
    for kind in (Dataset, Distribution, Catalogue, DatasetSeries, Agent, Contact, Period):
        curies = [each.curie for _, each in properties(kind)]
        assert len(curies) == len(set(curies))


def target(curie: str):
    (rule,) = (each for each in rules_of("eucaim-v2") if each.id == f"urn:caimera:shapes:eucaim-v2:{curie}")
    return rule


@pytest.mark.parametrize(
    ("kind", "shape"),
    [
        (Dataset, "dataset"),
        (Distribution, "distribution"),
        (Catalogue, "catalogue"),
        (DatasetSeries, "series"),
    ],
)
def test_the_shapes_have_a_rule_for_each_line_with_its_counts(kind, shape: str) -> None:
    rules = [each for each in target(shape).rules if each.severity == "Violation"]
    assert {each.path for each in rules} == {term(each.curie) for _, each in properties(kind)}
    for _, each in properties(kind):
        made = [
            check.__qualname__ for rule in rules if rule.path == term(each.curie) for check in rule.checks
        ]
        assert any(name.startswith("minimum") for name in made) == (each.minimum == 1), each.curie
        assert any(name.startswith("maximum") for name in made) == (not each.many), each.curie


def test_recommended_lines_are_recommended_by_the_shapes() -> None:
    told = {each.path for each in target("dataset").rules if each.severity == "Info"}
    assert told == {term(each.curie) for _, each in properties(Dataset) if each.need == "R"}


def test_every_rule_says_how_to_mend() -> None:
    for name in ("eucaim-v2", "healthdcat-ap-r7", "dcat-ap-3", "fair-data-point"):
        waiting, seen = list(rules_of(name)), 0
        while waiting:
            rule = waiting.pop()
            waiting += rule.rules
            seen += 1
            assert not rule.checks or (rule.mend.endswith(".") and rule.mend[0].isupper()), rule.id
        assert seen > 10


def test_short_names_go_both_ways() -> None:
    for _, each in properties(Dataset):
        assert shrink(expand(each.curie)) == each.curie
    assert shrink("https://nowhere.example.org/x") == "https://nowhere.example.org/x"
    assert shrink(PREFIXES["dct"]) == PREFIXES["dct"]


def test_counts_and_ages_are_whole_numbers() -> None:
    numbers = {name for name, each in properties(Dataset) if each.form is Form.NUMBER}
    assert numbers == {"individuals", "studies", "minimum_age", "maximum_age", "segmented_studies"}
