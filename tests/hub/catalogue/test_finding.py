"""Facets, words, numbers and orders: the same as counting by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from django.db import connection
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from caimera.hub.catalogue import index as indexing
from caimera.hub.catalogue.counting import facet_counts
from caimera.hub.catalogue.facets import FACET, FACETS, NOT_RECORDED
from caimera.hub.catalogue.filters import BOUNDS, SIZES, Query, Sort, read
from caimera.hub.catalogue.finding import find
from caimera.hub.catalogue.index import Entry, Index, pack, unpack
from caimera.hub.catalogue.sentences import in_words
from caimera.vocabulary import VOCABULARY
from tests.dcat.samples import english
from tests.hub.catalogue.holders import Federation, Holder, described

NAMES = tuple(facet.name for facet in FACETS)
KEYS = ("a", "b", "c", "d")


def test_there_are_the_fourteen_facets_of_eucaim() -> None:
    assert [str(facet.title) for facet in FACETS] == [
        "Condition",
        "Topography",
        "Body part",
        "Geographical coverage",
        "Collection type",
        "Collection method",
        "Order of magnitude",
        "Sex",
        "Modality",
        "Vendor",
        "Image access type",
        "Provider",
        "Terms of use",
        "Interoperability tier",
    ]


def by_hand(entries: Sequence[Entry], query: Query, *, but: str = "") -> list[Entry]:
    """What a query finds, one record after the other; `but` is a facet left out."""

    def fits(entry: Entry) -> bool:
        for name, keys in query.chosen.items():
            if name != but and not set(entry.facets.get(name) or [NOT_RECORDED]) & set(keys):
                return False
        if query.least is not None and (entry.subjects is None or entry.subjects < query.least):
            return False
        if query.most is not None and (entry.subjects is None or entry.subjects > query.most):
            return False
        low, high = entry.minimum_age, entry.maximum_age
        if query.youngest is not None and (high is None or high < query.youngest):
            return False
        return query.oldest is None or (low is not None and low <= query.oldest)

    return [entry for entry in entries if fits(entry)]


def counted(entries: Sequence[Entry], name: str) -> Mapping[str, int]:
    return Counter(key for entry in entries for key in entry.facets.get(name) or [NOT_RECORDED])


ENTRIES = st.lists(
    st.builds(
        lambda facets, subjects, changed, ages: (facets, subjects, changed, *ages),
        st.dictionaries(
            st.sampled_from(NAMES[:4]), st.lists(st.sampled_from(KEYS), min_size=1, max_size=3, unique=True)
        ),
        st.none() | st.integers(0, 50),
        st.sampled_from(["", "2024", "2025-01-02"]),
        st.tuples(st.none() | st.integers(0, 60), st.none() | st.integers(40, 100)),
    ),
    max_size=80,
).map(lambda rows: [Entry(UUID(int=number), f"Title {number % 7}", *row) for number, row in enumerate(rows)])
QUERIES = st.builds(
    Query,
    chosen=st.dictionaries(
        st.sampled_from(NAMES[:5]),
        st.lists(st.sampled_from([*KEYS, NOT_RECORDED, "unknown"]), min_size=1, max_size=3).map(tuple),
        max_size=3,
    ),
    least=st.none() | st.integers(0, 50),
    most=st.none() | st.integers(0, 50),
    youngest=st.none() | st.integers(0, 100),
    oldest=st.none() | st.integers(0, 100),
    sort=st.sampled_from(Sort),
)


@given(ENTRIES, QUERIES)
def test_what_is_found_and_counted_is_what_counting_by_hand_finds(entries: list[Entry], query: Query) -> None:
    found = Index(entries).find(query)
    assert sorted(found.ids) == sorted(entry.id for entry in by_hand(entries, query))
    for name in NAMES:
        assert found.counts[name] == counted(by_hand(entries, query, but=name), name)


@given(ENTRIES, QUERIES)
def test_orders_are_orders(entries: list[Entry], query: Query) -> None:
    known = {entry.id: entry for entry in entries}
    found = [known[one] for one in Index(entries).find(query).ids]
    keys: dict[Sort, Any] = {
        Sort.RELEVANCE: lambda one: (one.title, one.id),
        Sort.TITLE: lambda one: (one.title, one.id),
        Sort.MOST_SUBJECTS: lambda one: (-1 if one.subjects is None else one.subjects) * -1,
        Sort.FEWEST_SUBJECTS: lambda one: (one.subjects is None, one.subjects or 0),
        Sort.NEWEST: lambda one: [-ord(letter) for letter in one.changed_on.ljust(10)],
    }
    order = [keys[query.sort](one) for one in found]
    assert order == sorted(order)


@given(st.lists(st.booleans(), max_size=300))
def test_bits_come_out_as_they_went_in(flags: list[bool]) -> None:
    packed = pack(np.array(flags, dtype=bool))
    assert unpack(packed, len(flags)).tolist() == flags
    assert int(np.bitwise_count(packed).sum()) == sum(flags)


def test_ranks_narrow_and_order() -> None:
    entries = [Entry(UUID(int=number), "x", {}, None, "") for number in range(4)]
    known, asked = Index(entries), []

    def ranks_of(text: str) -> dict[str, float]:
        asked.append(text)
        ranks = {UUID(int=3): 0.9, UUID(int=1): 0.1, UUID(int=99): 1.0} if text == "lung" else {}
        return {str(dataset_id): rank for dataset_id, rank in ranks.items()}

    for _again in range(2):
        assert known.find(Query(), known.scores("lung", ranks_of)).ids == [UUID(int=3), UUID(int=1)]
        assert known.find(Query(), known.scores("nothing", ranks_of)).ids == []
    assert asked == ["lung", "nothing"]
    assert len(known.find(Query(), known.scores("", ranks_of)).ids) == 4


def test_only_so_many_words_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "_REMEMBERED", 2)
    known, asked = Index([]), []
    for text in ("a", "b", "c", "a"):
        known.scores(text, lambda text: asked.append(text) or {})
    assert asked == ["a", "b", "c", "a"]


TEXTS = st.text(max_size=30)


@given(st.dictionaries(st.sampled_from([*NAMES, "text", *BOUNDS, "sort", "size", "page"]), TEXTS))
def test_any_address_is_read_and_written_the_same_again(data: dict[str, str]) -> None:
    given_data = QueryDict(mutable=True)
    given_data.update(data)
    query = read(given_data)
    again = read(QueryDict(query.address))
    assert again == read(QueryDict(again.address))
    assert (again.text, again.chosen, again.size, again.page) == (
        query.text,
        query.chosen,
        query.size,
        query.page,
    )


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("least=many", "least"),
        ("least=-3", "least"),
        ("most=9999999999999", "most"),
        ("least=5&most=3", "most"),
        ("youngest=old", "youngest"),
        ("oldest=151", "oldest"),
        ("youngest=50&oldest=40", "oldest"),
    ],
)
def test_numbers_that_are_none_are_told(address: str, problem: str) -> None:
    query = read(QueryDict(address))
    assert list(query.problems) == [problem]
    assert getattr(query, problem) is None


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("", "All datasets."),
        ("sort=title&size=50", "All datasets."),
        ("text=<b>", "Datasets with the words “<b>”."),
        (
            "text=lung&modality=CT&modality=not_recorded&least=1&oldest=18",
            (
                "Datasets with the words “lung”, modality “CT (computed tomography) or Not recorded”, "
                "at least 1 subject, subjects of 18 years or younger."
            ),
        ),
        ("most=200&youngest=40", "Datasets with at most 200 subjects, subjects of 40 years or older."),
    ],
)
def test_what_is_looked_for_is_said_in_a_sentence(address: str, sentence: str) -> None:
    assert in_words(read(QueryDict(address))) == sentence


def test_an_address_says_only_what_is_not_usual() -> None:
    query = read(QueryDict("text=+lung+&modality=CT&modality=MR&modality=&least=&size=50&page=0&sort=best"))
    assert query.address == "text=lung&modality=CT&modality=MR&size=50"
    assert query.without("modality", "CT").address == "text=lung&modality=MR&size=50"
    assert Query().address == ""
    assert 50 in SIZES


@pytest.mark.django_db(transaction=True)
class TestTheCatalogue:
    """With records in a real database."""

    def test_words_to_look_in_lie_in_the_record_itself(self, holder: Holder, federation: Federation) -> None:
        holder.publish(1, description=english(" ".join(f"word{number}" for number in range(250))))
        federation.harvest()
        words = "SELECT pg_column_size(search), pg_column_toast_chunk_id(search) FROM catalogue_record"
        with connection.cursor() as cursor:
            cursor.execute(words)
            ((size, beside),) = cursor.fetchall()
        assert size > 2_000  # PostgreSQL would put it beside the record by itself
        assert beside is None

    def test_words_are_found_ranked_and_marked(self, holder: Holder, federation: Federation) -> None:
        says = {
            1: ("Lungs", "CT of the lungs & more, when a < b."),
            2: ("Prostate", "Compared with images of a lung."),
            3: ("Breast", "Mammograms of many women."),
        }
        for number, (title, description) in says.items():
            holder.publish(number, title=english(title), description=english(description), keyword=())
        federation.harvest()
        results = find(read(QueryDict("text=lung")))
        assert [hit.record.title for hit in results.hits] == ["Lungs", "Prostate"]
        assert results.hits[0].snippet == (
            "<mark>Lungs</mark> — CT of the <mark>lungs</mark> &amp; more, when"
        )
        assert find(read(QueryDict("text=lung+-compared"))).count == 1
        assert find(read(QueryDict("text=%22many+women%22"))).count == 1
        assert find(read(QueryDict("text=the"))).count == 0
        # Words of facets are found, too: what the images are of stands in no description.
        assert find(read(QueryDict("text=siemens"))).count == 3

    def test_a_page_holds_what_it_should(self, holder: Holder, federation: Federation) -> None:
        for number in range(1, 13):
            holder.publish(number, individuals=number, sex=() if number > 10 else described(1).sex)
        federation.harvest()
        results = find(read(QueryDict("size=10&page=2&sort=most-subjects")))
        assert [hit.record.subjects for hit in results.hits] == [2, 1]
        assert (results.count, results.pages) == (12, 2)
        assert find(read(QueryDict("page=77"))).query.page == 1
        sexes = next(facet for facet in results.facets if facet.name == "sex")
        assert [(one.label, one.count) for one in sexes.values] == [("Male", 10), ("Not recorded", 2)]
        magnitudes = next(facet for facet in results.facets if facet.name == "magnitude")
        assert [one.count for one in magnitudes.values] == [9, 3]

    def test_datasets_are_found_by_the_age_of_their_subjects(
        self, holder: Holder, federation: Federation
    ) -> None:
        ages = {1: (0, 17), 2: (40, 70), 3: (65, 90), 4: (None, None), 5: (10, 999)}
        for number, (youngest, oldest) in ages.items():
            holder.publish(number, minimum_age=youngest, maximum_age=oldest)
        federation.harvest()

        def found(asked: str) -> set[int]:
            return {hit.record.pk.int for hit in find(read(QueryDict(asked))).hits}

        assert found("youngest=60") == {2, 3}
        assert found("oldest=17") == {1, 5}
        assert found("youngest=66&oldest=70") == {2, 3}
        assert found("oldest=150") == {1, 2, 3, 5}

    def test_what_is_chosen_stays_in_sight(self, holder: Holder, federation: Federation) -> None:
        holder.publish(1)
        federation.harvest()
        results = find(read(QueryDict("modality=CT&modality=tricorder")))
        assert results.count == 0
        (facet,) = [one for one in results.facets if one.chosen]
        assert [(one.label, one.count, one.chosen) for one in facet.values] == [
            ("MR (magnetic resonance imaging)", 1, False),
            ("CT (computed tomography)", 0, True),
            ("Tricorder", 0, True),
        ]

    def test_a_harvest_builds_the_index_anew(self, holder: Holder, federation: Federation) -> None:
        holder.publish(1)
        federation.harvest()
        before = indexing.index()
        assert indexing.index() is before
        holder.publish(2)
        federation.harvest()
        assert len(indexing.index()) == 2
        assert len(before) == 1


KINDS = {"breast_cancer": ("breast_ductal_carcinoma", "breast_lobular_carcinoma"), "lung_cancer": ()}


@given(
    st.lists(
        st.lists(
            st.sampled_from([*KINDS, *KINDS["breast_cancer"], "https://x.example/y"]), unique=True, max_size=3
        ),
        max_size=30,
    ),
    st.sampled_from([*KINDS, *KINDS["breast_cancer"]]),
)
def test_a_value_counts_and_finds_all_that_are_kinds_of_it(records: list[list[str]], chosen: str) -> None:
    entries = [
        Entry(UUID(int=number), "x", {"condition": keys} if keys else {}, None, "")
        for number, keys in enumerate(records)
    ]
    meant = {chosen, *KINDS.get(chosen, ())}
    expected = {UUID(int=number) for number, keys in enumerate(records) if meant & set(keys)}
    found = Index(entries).find(Query(chosen={"condition": (chosen,)}))
    assert set(found.ids) == expected
    assert found.counts["condition"].get(chosen, 0) == len(expected)


def test_kinds_stand_below_what_they_are_kinds_of() -> None:
    counts = {"leukemia": 4, "breast_lobular_carcinoma": 2, "breast_cancer": 3, NOT_RECORDED: 9}
    query = Query(chosen={"condition": ("breast_ductal_carcinoma", "acute_myeloid_leukemia")})
    shown = facet_counts(FACET["condition"], counts, query)
    assert [(one.key, one.depth, one.within, one.kinds) for one in shown.values] == [
        ("leukemia", 0, "", 1),
        ("acute_myeloid_leukemia", 1, "leukemia", 0),
        ("breast_cancer", 0, "", 2),
        ("breast_lobular_carcinoma", 1, "breast_cancer", 0),
        ("breast_ductal_carcinoma", 1, "breast_cancer", 0),
        (NOT_RECORDED, 0, "", 0),
    ]
    assert shown.values[2].words == "Breast cancer, with 2 kinds (3)"


def test_parts_of_the_body_are_called_parts() -> None:
    shown = facet_counts(FACET["body_part"], {"chest": 5, "lung": 3, "heart": 2, "chest_abdomen": 1}, Query())
    assert [(one.words, one.depth) for one in shown.values] == [
        ("Chest, with 2 parts (5)", 0),
        ("Lung (3)", 1),
        ("Heart (2)", 1),
        ("Chest and abdomen (1)", 0),
    ]


def test_every_key_is_below_each_of_its_parents_in_the_vocabulary() -> None:
    for name in ("condition", "topography", "body_part", "modality"):
        variable = VOCABULARY.variable(name)
        for value in variable.values:
            kinds = {kind.name for kind in variable.narrower(value.name)} - {value.name}
            below = {one.name for one in variable.values if value.name in FACET[name].broader(one.name)}
            assert below == kinds
