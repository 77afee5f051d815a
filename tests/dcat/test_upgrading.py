"""Records of version 1, after the specification's own examples, read as version 2."""

from __future__ import annotations

import pytest

from caimera.dcat import TURTLE, Dataset, Moment, Text, conformance, read, record_of, to_graph, upgraded
from caimera.dcat.mapping import Reading
from tests.dcat import samples

HERE = "https://catalogue.example.org/#/collection/1"
VERSION_1 = f"""
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dcatap: <http://data.europa.eu/r5r/> .
@prefix dct: <http://purl.org/dc/terms/> . @prefix dpv: <https://w3id.org/dpv#> .
@prefix eucaim: <https://cancerimage.eu/ontology/EUCAIM#> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix healthdcatap: <https://w3id.org/healthdcat-ap#> . @prefix locn: <http://www.w3.org/ns/locn#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix spdx: <http://spdx.org/rdf/terms#> . @prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<{HERE}> a dcat:Dataset ;
  dct:identifier "{HERE}"^^xsd:anyURI ;
  dct:title "Open Challenge Prostate Cancer V1"@en ;
  healthdcatap:healthCategory <http://13.81.34.152:1101/resource/authority/healthcategories/EHRS> ;
  healthdcatap:healthTheme <http://13.81.34.152:1101/resource/authority/health-theme/CANCER> ;
  healthdcatap:numberOfUniqueIndividuals "8237"^^xsd:nonNegativeInteger ;
  dcat:contactPoint [ a vcard:Organization ; vcard:fn "FORTH" ;
    vcard:hasEmail <mailto:access@procancer-i.com> ] ;
  dct:publisher [ a foaf:Organization ; healthdcatap:trustedDataHolder true ;
    healthdcatap:publisherType <http://13.81.34.152:1101/resource/authority/publisher-type/academia> ;
    locn:address [ a locn:Address ; foaf:name "FORTH" ; foaf:mbox <mailto:forth@procancer-i.com> ;
      foaf:homepage <https://forth.ics.gr> ] ] ;
  healthdcatap:hdab [ a foaf:Organization ; foaf:name "Access Body" ;
    dcat:contactPoint [ a vcard:Kind ;
      vcard:hasEmail <mailto:hdab@example.org> ; vcard:hasURL <https://hdab.example.org> ] ] ;
  healthdcatap:hasCodeValues [ a skos:Concept ;
    skos:inScheme [ a skos:ConceptScheme ; skos:notation "ICD-10" ;
      owl:versionInfo "Version:2019" ] ; skos:notation "C61" ; skos:prefLabel "Prostate"@en ] ;
  dct:issued "2022-09-10"^^xsd:date ;
  dcat:distribution [ a dcat:Distribution ;
    dcat:accessURL <https://negotiator.example.org/1> ;
    dct:rights eucaim:SPEC1000022 ;
    dct:temporal "PT1S"^^xsd:duration ;
    dcat:byteSize "348966092800"^^xsd:decimal ;
    spdx:algorithm spdx:checksumAlgorithm_sha256 ;
    spdx:checksumValue "4e07408562bedb8b60ce05c1decfe3ad16b7223095b6f7f1f4a87b9b6e6f9f74" ] .
"""


@pytest.fixture(scope="module")
def reading() -> Reading[Dataset]:
    return record_of(upgraded(read(VERSION_1.encode(), TURTLE)).graph, HERE, Dataset)


def test_names_and_lists_move_to_release_7(reading: Reading[Dataset]) -> None:
    assert reading.record.individuals == 8237
    assert reading.record.health_category == (f"{samples.HEALTH}healthcategories/EHRS",)
    assert reading.record.health_theme == (f"{samples.HEALTH}health-theme/CANCER_DISEASE",)


def test_agents_get_contact_points(reading: Reading[Dataset]) -> None:
    publisher, hdab = reading.record.publisher, reading.record.hdab
    assert publisher is not None
    assert publisher.contact_point is not None
    assert hdab is not None
    assert hdab.contact_point is not None
    assert (publisher.name, publisher.contact_point.email) == ((Text("FORTH"),), ("forth@procancer-i.com",))
    assert publisher.contact_point.page == ("https://forth.ics.gr",)
    assert publisher.type == f"{samples.HEALTH}publisher-type/academia"
    assert (hdab.contact_point.email, hdab.contact_point.page) == (
        ("hdab@example.org",),
        ("https://hdab.example.org",),
    )


def test_the_dataset_keeps_its_vcard(reading: Reading[Dataset]) -> None:
    (contact,) = reading.record.contact_point
    assert (contact.name, contact.email) == (Text("FORTH"), "mailto:access@procancer-i.com")


def test_concepts_become_words(reading: Reading[Dataset]) -> None:
    assert reading.record.code_values == (Text("ICD-10: C61"),)


def test_distributions_get_their_new_form(reading: Reading[Dataset]) -> None:
    (distribution,) = reading.record.distribution
    assert distribution.size == 348_966_092_800
    assert distribution.temporal_resolution == "PT1S"
    assert [right.id for right in distribution.rights] == [f"{samples.ACCESS}REMOTE_PROCESSING"]
    assert distribution.checksum is not None
    assert (distribution.checksum.value or "").startswith("4e0740")
    assert distribution.checksum.algorithm == "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"


def test_what_needs_no_change_stays(reading: Reading[Dataset]) -> None:
    assert reading.record.issued == Moment("2022-09-10")
    assert reading.record.title == (Text("Open Challenge Prostate Cancer V1", "en"),)
    assert reading.notes == ()


def test_every_change_is_told() -> None:
    changes = {(note.path, note.sentence) for note in upgraded(read(VERSION_1.encode(), TURTLE)).changes}
    assert {path for path, _ in changes} == {
        "healthdcatap:healthCategory",
        "healthdcatap:healthTheme",
        "healthdcatap:numberOfUniqueIndividuals",
        "healthdcatap:trustedDataHolder",
        "healthdcatap:publisherType",
        "healthdcatap:hdab",
        "healthdcatap:hasCodeValues",
        "dct:rights",
        "cv:contactPoint",
        "foaf:name",
        "dct:type",
        "dcat:byteSize",
        "spdx:checksum",
        "spdx:checksumValue",
        "dcat:temporalResolution",
    }
    assert ("dcat:byteSize", "was a decimal and is now a whole number") in changes
    assert (
        "healthdcatap:trustedDataHolder",
        "said whether the publisher is a trusted data holder, which v2 no longer says",
    ) in changes


def test_a_record_of_version_2_stays_as_it_is() -> None:
    whole = to_graph(samples.whole())
    found = upgraded(whole)
    assert (set(found.graph), found.changes) == (set(whole), ())


def test_upgrading_twice_changes_nothing_more() -> None:
    once = upgraded(read(VERSION_1.encode(), TURTLE)).graph
    assert upgraded(once).changes == ()


def test_what_version_1_did_not_ask_for_is_missing_still(reading: Reading[Dataset]) -> None:
    found = conformance(reading.record, ["eucaim-v2"])["eucaim-v2"]
    missing = {each.path for each in found.complaints if each.problem == "is missing"}
    assert {"healthdcatap:hasStructuredData", "eucaim:interoperabilityLevel"} <= missing
    assert not {"dct:publisher", "cv:contactPoint", "foaf:name", "healthdcatap:hdab"} & missing
