"""The real index, whole, in one node: held against counts that share no code with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from caimera.cohort import parse
from caimera.crate import open_crate
from caimera.demo.idc import build_crates
from caimera.node.sources import CrateOrigin, IndexedSource, SourceRelease
from tests.independent import idc_counts

pytestmark = pytest.mark.data


@dataclass(frozen=True)
class Node:
    """A source over all collections, its releases, and the title of each."""

    source: IndexedSource
    releases: dict[str, SourceRelease]


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    home = tmp_path_factory.mktemp("all collections")
    built = build_crates(home=home, nodes={"all": ("*",)}, signers=None, progress=lambda *_: None)
    releases = {}
    for path in built["all"]:
        crate = open_crate(path)
        about = crate.description
        releases[about.title] = SourceRelease(about.dataset_id, crate.digest, CrateOrigin(path))
    source = IndexedSource(home / "index")
    yield Node(source, releases)
    source.close()


@pytest.mark.parametrize(
    ("modality", "sex", "ages"),
    [("CT", "male", (40, 70)), ("CT", "female", (0, 55)), ("PT", "male", (61, 120))],
)
def test_all_164_collections_count_exactly(
    node: Node, modality: str, sex: str, ages: tuple[int, int]
) -> None:
    low, high = ages
    question = parse(
        f"modality = {modality} and body_part = chest and sex = {sex}"
        f" and age_at_imaging between {low} and {high}"
    )
    titles = idc_counts.titles()
    releases = [node.releases[title] for title in titles.values()]
    counted = node.source.count(question, releases, wait=60)
    expected = idc_counts.counts(modality=modality, sex=sex[0].upper(), ages=ages)
    assert len(counted) == 164
    assert {
        name: idc_counts.Counts(count.subjects, count.studies, count.series)
        for name, count in zip(titles, counted, strict=True)
    } == expected
    assert sum(count.series for count in counted) > 0


def test_sets_and_contributions_are_of_the_size_of_the_counts(node: Node) -> None:
    question, releases = parse("modality = CT and sex = male"), list(node.releases.values())
    counted = node.source.count(question, releases, wait=60)
    (sets,) = node.source.sets([question], releases, wait=60)
    assert [int(each.sum()) for each in sets] == [count.subjects for count in counted]
    for release, count in zip(releases[:10], counted, strict=False):
        each = node.source.contributions(question, release, wait=60)
        assert (each.studies.sum(), each.series.sum()) == (count.studies, count.series)
