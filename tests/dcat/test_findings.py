"""Descriptions that contradict themselves or their data, told to the holder in sentences."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files

import pytest

from caimera.dcat import (
    Agent,
    Dataset,
    Described,
    Memory,
    Moment,
    Period,
    describe_open,
    describe_protected,
    findings,
)
from caimera.dcat.concepts import concepts, iri_of, label_of, listed, values_of
from caimera.dcat.findings import _plausible
from caimera.vocabulary import VOCABULARY
from tests.dcat import samples
from tests.dcat.people import Patient, Study, about, guard, tables
from tests.dcat.samples import EUCAIM, english


def iri(variable: str, name: str) -> str:
    found = iri_of(VOCABULARY.variable(variable).value(name))
    assert found is not None
    return found


def sentences(dataset: Dataset) -> list[tuple[str, str]]:
    return [(finding.field, finding.sentence) for finding in findings(Described(dataset))]


LUNG, BREAST = iri("condition", "lung_cancer"), iri("condition", "breast_cancer")
HEART, CHEST = iri("body_part", "heart"), iri("body_part", "chest")


def test_the_whole_dataset_is_plausible() -> None:
    assert sentences(samples.whole()) == []


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        (
            {"condition": LUNG, "body_part": (HEART,)},
            "body_part",
            "The dataset is about lung cancer, but its images show heart.",
        ),
        (
            {"title": english("Lung"), "keyword": (), "condition": None, "body_part": (HEART,)},
            "body_part",
            "The dataset is about lung, but its images show heart.",
        ),
        ({"minimum_age": 90}, "minimum_age", "The lowest age, 90, is above the highest, 85."),
        ({"maximum_age": 850}, "maximum_age", "Nobody is 850 years old; ages are given in years."),
        (
            {"individuals": 600},
            "studies",
            "There are 600 people and 512 imaging studies: each person has at least one.",
        ),
        (
            {"segmented_studies": 513},
            "segmented_studies",
            "There are 513 studies with a segmentation, of 512 studies.",
        ),
        (
            {"modified": Moment("2022", "gYear")},
            "modified",
            "The last change is dated before the publication.",
        ),
        (
            {"acquired": (Period(start=Moment("2020"), end=Moment("2019-12", "gYearMonth")),)},
            "acquired",
            "The period of acquisition ends before it starts.",
        ),
        (
            {"sex": (f"{EUCAIM}COM1001370",)},
            "sex",
            "The dataset is about prostate cancer, but none of its people is male.",
        ),
    ],
)
def test_implausible_pairs_are_told(changes, field: str, sentence: str) -> None:
    assert sentences(replace(samples.whole(), **changes)) == [(field, sentence)]


def test_neighbouring_body_parts_are_plausible() -> None:
    assert sentences(replace(samples.whole(), condition=LUNG, body_part=(CHEST, HEART), sex=())) == []


def test_kinds_of_a_cancer_are_imaged_as_it_is() -> None:
    assert _plausible()["non_small_cell_lung_cancer"] == _plausible()["lung_cancer"]


def test_the_list_of_plausible_parts_uses_the_vocabulary() -> None:
    conditions = {value.name for value in VOCABULARY.variable("condition").values}
    parts = {value.name for value in VOCABULARY.variable("body_part").values}
    assert _plausible().keys() <= conditions
    assert set().union(*_plausible().values()) <= parts
    text = files("caimera.dcat").joinpath("data", "plausible.csv").read_text()
    assert len(text.splitlines()) == len({line.partition(",")[0] for line in text.splitlines()})


# Drift between what was typed and what the data say


DATA = tables(
    [
        Patient(f"P{n}", "female" if n < 60 else "male", "lung_cancer", (Study(50 + n % 20, 2010, n < 30),))
        for n in range(100)
    ]
)
AGREED = Dataset(
    individuals=100,
    studies=100,
    segmented_studies=30,
    minimum_age=50,
    maximum_age=69,
    condition=LUNG,
    sex=(iri("sex", "female"), iri("sex", "male")),
    modality=(iri("modality", "CT"),),
)


def drift(typed: Dataset, *, protected: bool = False) -> list[tuple[str, str]]:
    if protected:
        computed, _ = describe_protected(DATA, about(), guard=guard(), remembered=Memory())
    else:
        computed = describe_open(DATA, about())
    return [(finding.field, finding.sentence) for finding in findings(Described(typed, computed))]


def test_what_agrees_is_not_told() -> None:
    assert drift(AGREED) == []
    assert drift(Dataset()) == []
    assert drift(replace(AGREED, individuals=95)) == []


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"studies": 1000}, "studies", "1,000 imaging studies, the data hold 100."),
        ({"individuals": 70}, "individuals", "70 people, the data hold 100."),
        ({"segmented_studies": 90}, "segmented_studies", "90 studies with a segmentation, the data hold 30."),
        ({"minimum_age": 18}, "minimum_age", "18 years for the lowest age, the data say 50."),
        ({"condition": BREAST}, "condition", "breast cancer, the data say lung cancer."),
    ],
)
def test_drift_is_told_with_both_sides(changes, field: str, sentence: str) -> None:
    assert drift(replace(AGREED, **changes)) == [(field, f"The description says {sentence}")]


def test_a_value_nobody_typed_is_told() -> None:
    typed = replace(AGREED, sex=(iri("sex", "male"),))
    assert drift(typed) == [("sex", "The data hold sex female, the description does not say so.")]


def test_a_typed_value_the_data_lack_is_told_of_open_datasets_only() -> None:
    """Of a protected dataset it would tell that nobody, or hardly anybody, has it."""
    typed = replace(AGREED, modality=(iri("modality", "CT"), iri("modality", "MR")))
    sentence = "The description says modality MR (magnetic resonance imaging), the data hold none."
    assert ("modality", sentence) in drift(typed)
    assert [field for field, _ in drift(typed, protected=True)] == []


def test_a_protected_number_is_told_as_about() -> None:
    found = dict(drift(replace(AGREED, individuals=1000, studies=1000), protected=True))
    assert found["individuals"].startswith("The description says 1,000 people, the data hold about ")


def test_a_crowd_that_is_a_handful_is_told() -> None:
    computed, _ = describe_protected(tables([Patient("a")]), about(), guard=guard(), remembered=Memory())
    (finding,) = findings(Described(Dataset(individuals=500), computed))
    assert finding.sentence == "The description says 500 people, the data hold fewer than 10."


def test_the_data_s_word_is_published_and_the_typed_one_kept() -> None:
    described = Described(replace(samples.whole(), individuals=5000), describe_open(DATA, about()))
    published = described.published()
    assert (published.individuals, described.typed.individuals) == (100, 5000)
    assert (published.minimum_age, published.maximum_age, published.condition) == (50, 69, LUNG)
    assert published.acquired == (Period(start=Moment("2010", "gYear"), end=Moment("2010", "gYear")),)
    assert published.title == samples.whole().title


def test_what_the_data_may_not_say_people_may() -> None:
    computed, _ = describe_protected(tables([Patient("a")]), about(), guard=guard(), remembered=Memory())
    assert Described(samples.whole(), computed).published() == samples.whole()
    assert Described(samples.whole()).published() == samples.whole()


# Lists of concepts


def test_concepts_are_listed_by_scheme() -> None:
    sizes = {name: len(listed(name)) for name in sorted({each.scheme for each in concepts().values()})}
    assert sizes == {
        "access_condition": 3,
        "access_right": 3,
        "cancer_condition": 1,
        "collection_method": 5,
        "data_use": 23,
        "dataset_type": 3,
        "health_category": 17,
        "tier": 9,
    }
    with pytest.raises(KeyError):
        listed("colours")


def test_each_data_use_condition_says_what_it_means_and_its_duo_code() -> None:
    assert all(each.words.endswith(".") and each.code.startswith("DUO_0000") for each in listed("data_use"))
    assert len({each.code for each in listed("data_use")}) == 23


def test_concepts_have_labels_and_the_vocabulary_s_too() -> None:
    assert label_of(f"{samples.ACCESS}DOWNLOAD") == "Download"
    assert label_of(LUNG) == "lung cancer"
    assert label_of("https://cancerimage.eu/ontology/EUCAIM#CLIN1007977") == "cancer (any kind)"
    assert label_of("https://example.org/list#Thing") == "Thing"
    assert concepts()[f"{samples.EU}access-right/PUBLIC"].words == "Anyone may have the data."


def test_vocabulary_and_hyper_ontology_go_both_ways() -> None:
    assert [value.name for value in values_of("modality", [f"{EUCAIM}IMG1000026", "https://x.org/none"])] == [
        "CT"
    ]
    for name in ("sex", "modality", "body_part", "condition", "manufacturer"):
        for value in VOCABULARY.variable(name).values:
            address = iri_of(value)
            assert address is None or list(values_of(name, [address])) == [value]


def test_creators_and_other_agents_do_not_disturb() -> None:
    assert sentences(replace(samples.whole(), creator=(Agent(),))) == []
