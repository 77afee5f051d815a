from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.independent import idc_counts


def test_the_independent_count_shares_no_code_with_the_project() -> None:
    tree = ast.parse(Path(idc_counts.__file__).read_text(encoding="utf-8"))
    modules = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    modules |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in modules} == {
        "__future__",
        "collections",
        "dataclasses",
        "importlib",
        "pathlib",
        "duckdb",
    }


@pytest.mark.data
def test_titles_tell_all_164_human_collections_apart() -> None:
    titles = idc_counts.titles()
    assert len(titles) == len(set(titles.values())) == 164


@pytest.mark.data
def test_the_count_is_what_it_was_for_this_version_of_the_index() -> None:
    found = {name: counts for name, counts in idc_counts.counts().items() if counts.series}
    assert len(found) == 27
    assert found["nsclc_radiogenomics"] == idc_counts.Counts(9, 9, 29)
    assert found["lidc_idri"] == idc_counts.Counts(74, 74, 74)
    assert found["tcga_luad"] == idc_counts.Counts(11, 36, 124)
    sums = [
        sum(getattr(counts, level) for counts in found.values())
        for level in ("subjects", "studies", "series")
    ]
    assert sums == [548, 675, 2223]


@pytest.mark.data
def test_only_the_collections_asked_for_are_told_zero_among_them() -> None:
    found = idc_counts.counts(["lidc_idri", "nlst"])
    assert found == {"lidc_idri": idc_counts.Counts(74, 74, 74), "nlst": idc_counts.Counts(0, 0, 0)}
