from __future__ import annotations

import csv

import pytest

from caimera.cdm import Decision, Outcome, read_decisions
from caimera.demo.idc import readings
from caimera.demo.idc.collections import MAPPINGS, REST, Collection, assigned, declared_policies, plain_text
from caimera.demo.idc.conditions import condition_of
from caimera.demo.idc.errors import CollectionUndeclared
from caimera.vocabulary import VOCABULARY
from tests.demo.idc_samples import collection, collection_record


@pytest.mark.parametrize(
    ("raw", "years"),
    [
        ("045Y", 45),
        ("042y", 42),
        ("001Y", 1),
        ("120Y", 120),
        ("000M", 0),
        ("011M", 0),
        ("543M", 45),
        ("051W", 0),
        ("053W", 1),
        ("000D", 0),
        ("365D", 0),
        ("366D", 1),
    ],
)
def test_ages_are_completed_years(raw: str, years: int) -> None:
    decision = readings.read_age(raw)
    assert (decision.outcome, decision.value) == (Outcome.MAPPED, years)


@pytest.mark.parametrize(
    ("raw", "outcome"),
    [
        ("000Y", Outcome.IMPLAUSIBLE),
        ("121Y", Outcome.IMPLAUSIBLE),
        ("155Y", Outcome.IMPLAUSIBLE),
        ("90", Outcome.UNMAPPED),
        ("N-A", Outcome.UNMAPPED),
        ("45Y", Outcome.UNMAPPED),
        ("0045Y", Outcome.UNMAPPED),
        ("045X", Outcome.UNMAPPED),
    ],
)
def test_ages_that_say_nothing_are_not_guessed(raw: str, outcome: Outcome) -> None:
    decision = readings.read_age(raw)
    assert (decision.outcome, decision.value) == (outcome, None)
    assert decision.reason


@pytest.mark.parametrize(
    ("raw", "shifted", "outcome", "year"),
    [
        ("1980-01-01", False, Outcome.MAPPED, 1980),
        ("2026-12-31", False, Outcome.MAPPED, 2026),
        ("1979-12-31", False, Outcome.IMPLAUSIBLE, None),
        ("2027-01-01", False, Outcome.IMPLAUSIBLE, None),
        ("2001-13-01", False, Outcome.UNMAPPED, None),
        ("2001-01-01", True, Outcome.IMPLAUSIBLE, None),
        ("1880-01-01", True, Outcome.IMPLAUSIBLE, None),
        ("soon", True, Outcome.UNMAPPED, None),
    ],
)
def test_years_are_read_from_plausible_days(
    raw: str, shifted: bool, outcome: Outcome, year: int | None
) -> None:
    decision = readings.year_reading(shifted=shifted).decide(raw)
    assert (decision.outcome, decision.value) == (outcome, year)


def test_modalities_are_read_by_their_dicom_name_alone() -> None:
    assert readings.MODALITY.decide("CT").label == "CT"
    assert readings.MODALITY.decide("computed tomography").outcome is Outcome.UNMAPPED


@pytest.mark.parametrize(
    ("raw", "maker"),
    [
        ("SIEMENS", "siemens"),
        ("Siemens HealthCare GmbH", "siemens"),
        ("SIEMENS / MIM Software", "siemens"),
        ("GE MEDICAL S]STEMS", "ge"),
        ("Lorad, A Hologic Company", "hologic"),
        ("UIH / MIM Software", "united_imaging"),
    ],
)
def test_spellings_of_one_maker_become_one(raw: str, maker: str) -> None:
    assert readings.MANUFACTURER.decide(raw).label == maker


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("QIICR", "software named as manufacturer"),
        ("highdicom", "software named as manufacturer"),
        ("MIM Software Inc.", "software named as manufacturer"),
        ("Stony Brook University", "institution named as manufacturer"),
        ("0000000", "a row of zeros"),
        ("Unknown manufacturer", "said to be unknown"),
    ],
)
def test_what_is_no_maker_is_implausible(raw: str, reason: str) -> None:
    assert readings.MANUFACTURER.decide(raw) == Decision(Outcome.IMPLAUSIBLE, reason=reason)


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("sexes", "sex"),
        ("body_parts", "body_part"),
        ("manufacturers", "manufacturer"),
        ("cancer_types", "condition"),
    ],
)
def test_every_mapping_table_names_values_of_the_vocabulary(name: str, variable: str) -> None:
    codes = {value.code for value in VOCABULARY.variable(variable).values}
    decisions = read_decisions(variable, MAPPINGS / f"{name}.csv").values()
    assert {decision.value for decision in decisions if decision.outcome is Outcome.MAPPED} <= codes


def test_one_listed_cancer_type_is_every_patients_condition() -> None:
    decision = condition_of(collection())
    assert (decision.outcome, decision.label) == (Outcome.MAPPED, "lung_cancer")


@pytest.mark.parametrize(
    "types",
    [("Lung Cancer", "Non-Cancer"), ("Lymphoma", "Melanoma"), ("Lung Cancer", "Lung Cancer")],
)
def test_several_listed_cancer_types_say_nothing_of_one_patient(types: tuple[str, ...]) -> None:
    decision = condition_of(collection(cancer_types=types))
    assert (decision.outcome, decision.value) == (Outcome.UNMAPPED, None)
    assert "which patient has which" in decision.reason


@pytest.mark.parametrize(
    ("cancer_type", "location", "label"),
    [
        ("Squamous Cell Carcinoma", "Lung", "lung_squamous_cell_carcinoma"),
        ("Squamous Cell Carcinoma", "", "squamous_cell_carcinoma"),
        ("Ductal Adenocarcinoma", "Pancreas", "pancreatic_ductal_adenocarcinoma"),
        ("Ductal Adenocarcinoma", "Breast", ""),
        ("COVID-19 (non-cancer)", "Lung", ""),
        ("Phantom", "Lung Phantom", ""),
        ("Toothache", "Jaw", ""),
        ("", "", ""),
    ],
)
def test_a_cancer_type_is_read_with_its_place(cancer_type: str, location: str, label: str) -> None:
    decision = condition_of(collection(cancer_types=(cancer_type,), tumor_locations=location))
    assert decision.label == label
    assert (decision.value is None) == (label == "")


def test_a_comma_inside_a_cancer_type_does_not_split_it() -> None:
    record = collection_record(
        "c", "x", cancer_types="Renal Cell Carcinoma, Not Otherwise Specified, Sarcomas"
    )
    found = Collection.from_record(record)
    assert found.cancer_types == ("Renal Cell Carcinoma, Not Otherwise Specified", "Sarcomas")


def test_a_collection_is_described_from_the_index() -> None:
    found = Collection.from_record(collection_record("c", "tcga"))
    assert (found.title, found.summary) == ("C", "All of it & more.")
    assert (found.provider, found.doi) == ("The Cancer Imaging Archive", "10.1/c")
    assert found.dataset_id == collection(collection_id="c").dataset_id
    assert found.dataset_id != collection(collection_id="d").dataset_id


@pytest.mark.parametrize(
    ("provenance", "provider"),
    [
        ({"data_contributor": "IDC", "source_data_provider": "GDC"}, "Genomic Data Commons"),
        ({"data_contributor": "IDC", "source_data_provider": "Elsewhere"}, "Elsewhere"),
        (None, ""),
    ],
)
def test_the_provider_is_who_gave_the_data(provenance: dict[str, str] | None, provider: str) -> None:
    source = {"source_type": "analysis_result", "source_doi": None, "provenance": provenance}
    found = Collection.from_record(collection_record("c", "tcga", sources=[source]))
    assert (found.provider, found.doi) == (provider, "")


def test_collections_go_to_the_node_of_their_programme() -> None:
    some = [collection(collection_id=name, programme=name) for name in ("a", "b", "c")]

    def held(nodes: dict[str, tuple[str, ...]]) -> dict[str, list[str]]:
        return {node: [one.programme for one in found] for node, found in assigned(some, nodes).items()}

    assert held({"one": ("a", "b"), "rest": (REST,)}) == {"one": ["a", "b"], "rest": ["c"]}
    assert held({"one": ("b",), "idle": ()}) == {"one": ["b"], "idle": []}


def test_markup_becomes_text() -> None:
    assert plain_text("<p>a&amp;b<br/>\n c</p>") == "a&b c"


def test_a_policy_is_open_or_protected(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("policies") / "policies.csv"
    path.write_text("collection_id,policy,reason\nc,secret,why\n", encoding="utf-8")
    with pytest.raises(CollectionUndeclared, match="'secret' is neither open nor protected"):
        declared_policies(path)


def test_every_declaration_gives_its_reason() -> None:
    with (MAPPINGS / "policies.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({row["collection_id"] for row in rows}) == len(rows) == 164
    assert all(row["reason"] for row in rows)
