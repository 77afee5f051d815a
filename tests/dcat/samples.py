"""A dataset that fills every line of the specification, and records of any kind for Hypothesis."""

from __future__ import annotations

import string
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from caimera.dcat import (
    Agent,
    Checksum,
    Contact,
    ContactPoint,
    DataService,
    Dataset,
    Distribution,
    Identifier,
)
from caimera.dcat.distribution import Duty, Permission, Policy, Prohibition
from caimera.dcat.parts import (
    Activity,
    Attribution,
    Certificate,
    Column,
    LegalBasis,
    Moment,
    MomentKind,
    Period,
    Provenance,
    Purpose,
    Relationship,
    Rights,
    Table,
    TableGroup,
    Text,
)
from caimera.dcat.properties import Form, Property, Thing, properties

HERE = "https://hub.example.org/dataset/7"
EUCAIM = "https://cancerimage.eu/ontology/EUCAIM#"
EU = "http://publications.europa.eu/resource/authority/"
HEALTH = "https://hdeu-dcat.acceptance.data.health.europa.eu/resource/authority/"
IANA = "https://www.iana.org/assignments/media-types/"
EHDS = ("http://data.europa.eu/eli/reg/2025/327/oj",)
PROSTATE = f"{EUCAIM}BP1000021"
ACCESS = "https://eucaim.github.io/eucaim_dcat_ap/releases/controlled-vocabularies/access-conditions/#"


def english(words: str) -> tuple[Text, ...]:
    return (Text(words, "en"),)


def agent(name: str) -> Agent:
    hours = Period(description=english("Monday to Friday"), frequency=(f"{EU}frequency/WEEKLY",))
    contact = ContactPoint(
        page=("https://hospital.example.org/contact",),
        email=("images@hospital.example.org",),
        telephone=("+34 96 000",),
        open=(hours,),
        closed=(Period(description=english("Closed on public holidays")),),
    )
    return Agent(
        name=english(name),
        type=f"{HEALTH}publisher-type/healthcare-providers",
        contact_point=contact,
        description=english("A hospital."),
        homepage=("https://hospital.example.org/",),
        mailbox=("mailto:info@hospital.example.org",),
    )


def distribution() -> Distribution:
    policy = Policy(
        permission=(Permission(action=("http://www.w3.org/ns/odrl/2/read",)),),
        prohibition=(Prohibition(action=("http://www.w3.org/ns/odrl/2/sell",)),),
        obligation=(Duty(action=("http://www.w3.org/ns/odrl/2/attribute",)),),
    )
    return Distribution(
        access_url=("https://negotiator.example.org/7",),
        legislation=EHDS,
        rights=(Rights(id=f"{ACCESS}REMOTE_PROCESSING"), Rights(label=english("Ask first."))),
        description=english("DICOM images."),
        availability=f"{EU}planned-availability/STABLE",
        format=f"{EU}file-type/DCM",
        licence="https://spdx.org/licenses/CC-BY-4.0",
        title=english("Images"),
        documentation=("https://hospital.example.org/guide",),
        access_service=(DataService(title=english("Search"), endpoint=("https://hub.example.org/search",)),),
        download_url=("https://hospital.example.org/images.zip",),
        media_type=f"{IANA}application/dicom",
        compression=f"{IANA}application/gzip",
        packaging=f"{IANA}application/zip",
        size=348_966_092_800,
        checksum=Checksum(value="4e07" * 16, algorithm="http://spdx.org/rdf/terms#checksumAlgorithm_sha256"),
        spatial_resolution=Decimal("0.0005"),
        temporal_resolution="PT1S",
        conforms_to=("https://www.dicomstandard.org/current",),
        language=(f"{EU}language/ENG",),
        policy=policy,
        status=f"{EU}distribution-status/COMPLETED",
        issued=Moment("2023-11-22"),
        modified=Moment("2024", "gYear"),
    )


def variables() -> TableGroup:
    column = Column(
        name="birth_sex", title=english("Sex"), description=english("Sex at birth"), datatype="string"
    )
    return TableGroup(title=english("Tables"), table=(Table(title=english("patient"), column=(column,)),))


def whole() -> Dataset:
    """Conforms to every profile."""
    return Dataset(
        id=HERE,
        identifier=HERE,
        title=(Text("Prostate MR", "en"), Text("MR de próstata", "es")),
        alternative=english("Prostate"),
        description=english("Magnetic resonance images of the prostate of 340 men with confirmed cancer."),
        version="1.0.0",
        tier=f"{EUCAIM}SPEC1000011",
        distribution=(distribution(),),
        in_series=("https://hub.example.org/series/1",),
        contact_point=(
            Contact(
                name=Text("Image desk"),
                page="https://hospital.example.org/",
                email="mailto:desk@hospital.example.org",
            ),
        ),
        documentation=("https://hospital.example.org/prostate",),
        theme=f"{EU}data-theme/HEAL",
        health_category=(f"{HEALTH}healthcategories/EHRS",),
        health_theme=(f"{HEALTH}health-theme/CANCER_DISEASE",),
        type=(f"{EUCAIM}SPEC1000019", "https://w3id.org/dpv#PseudonymisedData"),
        access_rights=f"{EU}access-right/NON_PUBLIC",
        legislation=EHDS,
        legal_basis=(LegalBasis(id="https://w3id.org/dpv#Consent"),),
        purpose=(Purpose(description=english("Find prostate cancer early.")),),
        personal_data=("https://w3id.org/dpv/pd#Age",),
        retention=Period(start=Moment("2020-03-01"), end=Moment("2034-12-31")),
        publisher=agent("Hospital"),
        structured=True,
        variables=(variables(),),
        individuals=340,
        studies=512,
        sex=(f"{EUCAIM}COM1001366",),
        minimum_age=40,
        maximum_age=85,
        condition=f"{EUCAIM}CLIN1000075",
        population=english("Men with prostate cancer."),
        collection_method=(f"{EUCAIM}SPEC1000007",),
        spatial=(f"{EU}country/ESP",),
        modality=(f"{EUCAIM}IMG1000022",),
        manufacturer=(f"{EUCAIM}IMG1000047", f"{EUCAIM}IMG1000044"),
        body_part=(PROSTATE,),
        acquired=(Period(start=Moment("2015", "gYear"), end=Moment("2023", "gYear")),),
        segmentation_label=(f"{EUCAIM}BP1000168",),
        segmentation_method=(f"{EUCAIM}COM1000003",),
        segmented_studies=200,
        keyword=(Text("prostate cancer", "en"), Text("mpMRI", "en")),
        provenance=(Provenance(label=english("Collected in routine care, pseudonymised in 2023.")),),
        coding_system=(f"{HEALTH}coding-system/SNOMED-CT",),
        code_values=(Text("ICD-10: C61"),),
        generated_by=(Activity(type=f"{HEALTH}health-activity/HOSPITAL_RECORDS", label=english("Care")),),
        conforms_to=(f"{HEALTH}standard/DICOM",),
        custodian=agent("Image department"),
        hdab=agent("National Access Body"),
        creator=(Agent(id="https://ror.org/00x", name=english("Radiology")),),
        attribution=(Attribution(agent=agent("Reader"), role=("https://standards.iso.org/role#processor",)),),
        issued=Moment("2023-11-22"),
        modified=Moment("2024-02-15T10:00:00Z", "dateTime"),
        has_version=("https://hub.example.org/dataset/6",),
        version_notes=english("More studies."),
        other_identifier=(Identifier(notation="https://doi.org/10.5281/zenodo.1", agency="Zenodo"),),
        language=(f"{EU}language/ENG",),
        frequency=f"{EU}frequency/ANNUAL",
        landing_page=("https://hospital.example.org/prostate",),
        source=("https://hub.example.org/dataset/1",),
        referenced_by=("https://doi.org/10.1186/s13690-021-00709-x",),
        relation=("https://hub.example.org/other",),
        sample=(distribution(),),
        analytics=(distribution(),),
        spatial_resolution=Decimal("0.0005"),
        temporal_resolution="P1D",
        quality=(Certificate(dimension=("https://hub.example.org/quality#integrity",)),),
        qualified_relation=(
            Relationship(
                relation=("https://hub.example.org/x",),
                role=("http://www.iana.org/assignments/relation/related",),
            ),
        ),
    )


# Anything the models can hold, for Hypothesis

_LETTERS = st.characters(exclude_categories=("C", "Z"), exclude_characters="<>&")
WORDS = st.text(_LETTERS, min_size=1, max_size=20)
LANGUAGES = st.sampled_from(["", "en", "es", "pt-br", "zh-hant"])
ADDRESSES = st.text(string.ascii_letters + string.digits + "/-_.~%41", min_size=1, max_size=12).map(
    lambda rest: f"https://example.org/{rest.replace('%', '%20')}"
)
_MOMENTS: dict[MomentKind, st.SearchStrategy[str]] = {
    "date": st.dates().map(str),
    "dateTime": st.datetimes(allow_imaginary=False).map(
        lambda moment: moment.isoformat(timespec="milliseconds")
    ),
    "gYear": st.integers(1000, 9999).map(str),
    "gYearMonth": st.dates().map(lambda day: str(day)[:7]),
}
_VALUES: dict[Form, st.SearchStrategy[Any]] = {
    Form.TEXT: st.builds(Text, WORDS, LANGUAGES),
    Form.PLAIN: WORDS,
    Form.NUMBER: st.integers(0, 10**12),
    Form.BOOLEAN: st.booleans(),
    Form.DECIMAL: st.decimals(-1000, 1000, places=4),
    Form.DURATION: st.sampled_from(["PT1S", "P1D", "P1Y2M", "-P3DT4H"]),
    Form.MOMENT: st.sampled_from(sorted(_MOMENTS)).flatmap(
        lambda kind: st.builds(Moment, _MOMENTS[kind], st.just(kind))
    ),
    Form.HEX: st.binary(min_size=1, max_size=32).map(bytes.hex),
    Form.IRI: ADDRESSES,
}


def things(kind: type[Thing], *, fewest: int = 0) -> st.SearchStrategy[Any]:
    """Any thing of a kind; each property is there or not."""
    fields = {name: _field(each) for name, each in properties(kind)}
    return (
        st.fixed_dictionaries({}, optional=fields)
        .map(lambda given: kind(**given))
        .filter(lambda one: fewest == 0 or one != kind())
    )


def _field(each: Property) -> st.SearchStrategy[Any]:
    value = things(each.thing) if each.thing else _VALUES[each.form]
    return (
        st.lists(value, min_size=1, max_size=2, unique=each.thing is None).map(tuple) if each.many else value
    )


def records(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Any record of a kind, at an address."""
    fields = {name: _field(each) for name, each in properties(kind)}
    return st.fixed_dictionaries({}, optional=fields).map(lambda given: kind(id=HERE, **given))
