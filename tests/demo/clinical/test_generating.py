"""Generated clinical data are plausible, the same every time, and said to be generated."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from statistics import median

import pyarrow as pa
import pytest

from caimera.cdm import PLACES, check, recorded
from caimera.demo.clinical.database import clinical_tables
from caimera.demo.clinical.generating import LABEL, PROFILES
from caimera.vocabulary import VOCABULARY
from tests.demo.clinical.samples import made

Tables = Mapping[str, pa.Table]
REAL = ("image_study", "image_series")


def values(tables: Tables, variable: str) -> dict[int, list[object]]:
    """The values of a variable by patient, codes by the names of the vocabulary."""
    names = {value.code: value.name for value in VOCABULARY.variable(variable).values}
    found: dict[int, list[object]] = defaultdict(list)
    for row in recorded(variable, tables).to_pylist():
        found[row["owner"]].append(names.get(row["value"], row["value"]))
    return found


@pytest.fixture(scope="module")
def prostate() -> Tables:
    return clinical_tables(made("Prostate Cancer", "Prostate", patients=3000))


@pytest.fixture(scope="module")
def breast() -> Tables:
    return clinical_tables(made("Breast Cancer", "Breast"))


@pytest.mark.parametrize(
    ("cancer_type", "organ"),
    [
        ("Prostate Cancer", "Prostate"),
        ("Breast Cancer", "Breast"),
        ("Lung Cancer", "Chest"),
        ("Glioblastoma", "Brain"),
        ("Prostate Cancer|Non-Cancer", "Prostate"),
        ("Breast Cancer|Non-Cancer", "Breast"),
        ("Phantom", "Phantom"),
    ],
)
@pytest.mark.parametrize("patients", [1, 40])
def test_what_is_generated_satisfies_the_model(cancer_type: str, organ: str, patients: int) -> None:
    assert check(clinical_tables(made(cancer_type, organ, patients=patients))) == ()


def test_the_same_patients_come_out_every_time_and_others_in_another_dataset() -> None:
    first, again, other = (
        clinical_tables(made("Breast Cancer", "Breast", patients=60, name=name)) for name in ("a", "a", "b")
    )
    assert first == again
    assert first["tumor_marker_test"] != other["tumor_marker_test"]


def test_images_and_sexes_stay_as_they_are() -> None:
    dataset = made("Prostate Cancer", "Prostate", patients=20)
    tables = clinical_tables(dataset)
    assert all(tables[name] == dataset.tables[name] for name in REAL)
    assert tables["patient"]["birth_sex"] == dataset.tables["patient"]["birth_sex"]
    assert tables["cancer_condition"]["code"] == dataset.tables["cancer_condition"]["code"]


def test_a_patient_is_called_by_collection_and_identifier() -> None:
    tables = clinical_tables(made("Phantom", "Phantom", patients=2, name="x"))
    assert tables["patient"]["patient_identifier"].to_pylist() == ["x/p00000", "x/p00001"]


def test_generated_data_are_said_to_be_generated(prostate: Tables) -> None:
    (dataset,) = prostate["dataset"].to_pylist()
    assert dataset["title"] == "C" + LABEL
    assert "are generated for a demonstration and describe nobody" in dataset["description"]


@pytest.mark.parametrize(
    ("cancer_type", "organ"), [("Phantom", "Liver Phantom"), ("Lung Cancer|Non-Cancer", "Chest")]
)
def test_where_nothing_is_known_nothing_is_generated_or_said(cancer_type: str, organ: str) -> None:
    dataset = made(cancer_type, organ, patients=5)
    tables = clinical_tables(dataset)
    assert tables.keys() == dataset.tables.keys()
    assert tables["dataset"] == dataset.tables["dataset"]


def test_the_grade_group_follows_the_gleason_score(prostate: Tables) -> None:
    allowed = {
        "gleason_6": {"isup_1"},
        "gleason_7": {"isup_2", "isup_3"},
        "gleason_8": {"isup_4"},
        "gleason_9": {"isup_5"},
        "gleason_10": {"isup_5"},
    }
    scores, groups = values(prostate, "gleason_score"), values(prostate, "isup_grade_group")
    assert scores.keys() == groups.keys()
    pairs = [pair for patient in scores for pair in zip(scores[patient], groups[patient], strict=True)]
    assert all(group in allowed[str(score)] for score, group in pairs)
    assert {score for score, _ in pairs} == set(allowed)


def test_psa_rises_with_the_grade_and_reaches_a_thousand(prostate: Tables) -> None:
    psa, scores = values(prostate, "psa"), values(prostate, "gleason_score")
    first = {
        score: median([psa[p][0] for p in scores if scores[p][0] == score and p in psa])  # type: ignore[type-var]
        for score in ("gleason_6", "gleason_7", "gleason_9")
    }
    assert first["gleason_6"] < first["gleason_7"] < first["gleason_9"]
    assert max(max(levels) for levels in psa.values()) > 1000  # type: ignore[type-var]
    assert min(min(levels) for levels in psa.values()) >= 0  # type: ignore[type-var]


def test_some_have_several_tests_and_some_none(prostate: Tables) -> None:
    tests = Counter(len(levels) for levels in values(prostate, "psa").values())
    assert set(tests) == {1, 2, 3}
    assert 0.8 < tests.total() / 3000 < 0.97


def test_suspicion_rises_with_the_grade(prostate: Tables) -> None:
    scores, suspicion = values(prostate, "gleason_score"), values(prostate, "pi_rads")
    high = {
        score: sum(suspicion[p] == ["pi_rads_5"] for p in found) / len(found)
        for score in ("gleason_6", "gleason_9")
        if (found := [p for p in scores if scores[p][0] == score and p in suspicion])
    }
    assert high["gleason_6"] < high["gleason_9"]


def test_receptors_go_together_as_in_breast_cancer(breast: Tables) -> None:
    er, pr = values(breast, "er_status"), values(breast, "pr_status")
    positive = [patient for patient in er if er[patient][0] == "positive"]
    assert 0.65 < len(positive) / len(er) < 0.85
    with_both = sum(pr[patient][0] == "positive" for patient in positive) / len(positive)
    pr_alone = sum(pr[p][0] == "positive" for p in er if p not in positive) / (len(er) - len(positive))
    assert with_both > 0.75
    assert pr_alone < 0.2
    assert {score for scores in values(breast, "her2_status").values() for score in scores} == {
        "score_0",
        "score_1",
        "score_2",
        "score_3",
    }
    assert all(1 <= rate <= 99 for rates in values(breast, "ki67").values() for rate in rates)  # type: ignore[operator]


def test_nodes_and_spread_come_with_larger_tumors(breast: Tables) -> None:
    t, n = values(breast, "clinical_t"), values(breast, "clinical_n")
    share = {
        step: sum(n[p] == ["cN1"] for p in found) / len(found)
        for step in ("cT1", "cT4")
        if (found := [p for p in t if t[p] == [step] and p in n])
    }
    assert share["cT1"] < share["cT4"]


def test_who_has_metastases_is_not_operated_on(breast: Tables) -> None:
    m, operated = values(breast, "clinical_m"), values(breast, "pathological_t")
    assert not {patient for patient in m if m[patient] != ["cM0"]} & operated.keys()
    assert set(values(breast, "pathological_n")) == set(operated)


def test_a_cancer_lies_where_it_can(prostate: Tables, breast: Tables) -> None:
    assert {site for sites in values(prostate, "topography").values() for site in sites} == {"C61.9"}
    assert all(
        str(site).startswith("C50") for sites in values(breast, "topography").values() for site in sites
    )


def test_diagnosis_comes_before_imaging(prostate: Tables) -> None:
    imaged = values(prostate, "age_at_imaging")
    patients = prostate["image_study"].select(["study_id", "patient_id"]).to_pylist()
    of_patient = {row["patient_id"]: imaged[row["study_id"]][0] for row in patients}
    ages = values(prostate, "age_at_diagnosis")
    assert 0.85 < len(ages) / 3000 < 1
    assert all(of_patient[p] - 3.6 < age < of_patient[p] + 1.01 for p, (age,) in ages.items())  # type: ignore[operator]
    years = {year for found in values(prostate, "year_of_diagnosis").values() for year in found}
    assert years <= {2007, 2008, 2009, 2010}
    assert 2010 in years


def test_no_day_of_diagnosis_where_dates_are_shifted() -> None:
    tables = clinical_tables(made("Prostate Cancer", "Prostate", patients=50, year=1960))
    assert values(tables, "year_of_diagnosis") == {}
    assert values(tables, "age_at_diagnosis")


def test_no_age_at_diagnosis_is_made_up_where_no_age_is_known() -> None:
    tables = clinical_tables(made("Prostate Cancer", "Prostate", patients=50, PatientAge=""))
    assert values(tables, "age_at_diagnosis") == {}


def test_people_nobody_calls_ill_get_no_diagnosis() -> None:
    tables = clinical_tables(made("Breast Cancer|Non-Cancer", "Breast", patients=400))
    with_something = {variable for variable in PLACES if values(tables, variable)}
    assert "bi_rads" in with_something
    assert not with_something & {"condition", "topography", "clinical_t", "er_status", "age_at_diagnosis"}
    said = Counter(found[0] for found in values(tables, "bi_rads").values())
    assert said["bi_rads_1"] > said["bi_rads_4"] > 0


def test_a_brain_tumor_is_not_staged() -> None:
    tables = clinical_tables(made("Glioblastoma", "Brain", patients=50))
    assert values(tables, "topography")
    assert "cancer_stage" not in tables


def test_profiles_name_conditions_and_sites_of_the_vocabulary() -> None:
    for condition, profile in PROFILES.items():
        assert VOCABULARY.variable("condition").value(condition).name == condition
        for site in profile.sites:
            assert VOCABULARY.variable("topography").value(site).name == site
