"""What the clinic would know of a cancer, generated from how far it has gone.

Every patient has a latent number, the `course`: the higher, the further the cancer. All that is generated
leans on it, so that what belongs together goes together: a high Gleason score with a high PSA and a later
stage.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from caimera.demo.clinical.chance import Chance, Numbers, codes, likely
from caimera.vocabulary import VOCABULARY

T_STEPS = (("T1",), ("T2", "T2a", "T2b", "T2c"), ("T3", "T3a", "T3b"), ("T4",))
T_NAMES = tuple(name for step in T_STEPS for name in step)
M_NAMES = ("M0", "M1", "M1a", "M1b", "M1c")
GLEASON = ("gleason_6", "gleason_7", "gleason_8", "gleason_9", "gleason_10")
ISUP = ("isup_1", "isup_2", "isup_3", "isup_4", "isup_5")
HER2 = ("score_0", "score_1", "score_2", "score_3")
SIGNS = ("negative", "positive")
PI_RADS = ("pi_rads_1", "pi_rads_2", "pi_rads_3", "pi_rads_4", "pi_rads_5")
BI_RADS_CANCER = (
    "bi_rads_0",
    "bi_rads_3",
    "bi_rads_4a",
    "bi_rads_4b",
    "bi_rads_4c",
    "bi_rads_5",
    "bi_rads_6",
)
BI_RADS_SCREENED = ("bi_rads_0", "bi_rads_1", "bi_rads_2", "bi_rads_3", "bi_rads_4", "bi_rads_5")


@dataclass(frozen=True, slots=True)
class Finding:
    """Values of one variable: `who` are places in the list of patients, `values` codes or numbers.

    `months` after the diagnosis, where the finding has a time.
    """

    variable: str
    who: Numbers
    values: Any
    months: Numbers | None = None


def stages(chance: Chance, course: Numbers) -> Iterator[Finding]:
    """TNM, clinical for nearly all, pathological for those who were operated on."""
    count = len(course)
    step = chance.ranked(course + 0.6 * chance.normal(count), (0.3, 0.4, 0.22, 0.08))
    nodes = chance.happens(likely(1.2 * course - 0.9), count)
    spread = chance.happens(likely(1.6 * course - 2.9), count)
    yield _some(chance, 0.9, "clinical_t", _t_codes(chance, "c", step))
    yield _some(chance, 0.85, "clinical_n", codes("clinical_n", ("cN0", "cN1"), nodes.astype(int)))
    kind = np.where(spread, 1 + chance.one_of(count, 4), 0)
    yield _some(chance, 0.8, "clinical_m", codes("clinical_m", [f"c{name}" for name in M_NAMES], kind))
    operated = ~spread & chance.happens(0.55, count)
    shift = np.array([-1, 0, 0, 0, 0, 1])[chance.one_of(count, 6)]
    found = np.clip(step + shift, 0, len(T_STEPS) - 1)
    also = nodes ^ chance.happens(0.15, count)
    yield _of(operated, "pathological_t", _t_codes(chance, "p", found))
    yield _of(operated, "pathological_n", codes("pathological_n", ("pN0", "pN1"), also.astype(int)))
    biopsied = spread & chance.happens(0.3, count)
    yield _of(biopsied, "pathological_m", codes("pathological_m", ["pM1"], np.zeros(count, int)))


def _t_codes(chance: Chance, prefix: str, step: Numbers) -> Any:
    """A T of each step, with a letter or without."""
    begins = np.cumsum([0, *map(len, T_STEPS)])[:-1]
    within = (chance.uniform(len(step)) * np.array(list(map(len, T_STEPS)))[step]).astype(int)
    variable = "clinical_t" if prefix == "c" else "pathological_t"
    return codes(variable, [prefix + name for name in T_NAMES], begins[step] + within)


def prostate(chance: Chance, course: Numbers) -> Iterator[Finding]:
    """Gleason score with its grade group, PSA over time, PI-RADS."""
    count = len(course)
    score = chance.ranked(course + 0.3 * chance.normal(count), (0.28, 0.44, 0.12, 0.14, 0.02))
    group = np.array([0, 1, 3, 4, 4])[score] + ((score == 1) & chance.happens(0.4, count))
    graded = chance.happens(0.88, count)
    again = graded & chance.happens(0.15, count)
    lower = np.maximum(score - chance.one_of(count, 2), 0)
    lower_group = np.where(lower == score, group, np.array([0, 1, 3, 4, 4])[lower])
    yield _of(graded, "gleason_score", codes("gleason_score", GLEASON, score))
    yield _of(graded, "isup_grade_group", codes("isup_grade_group", ISUP, group))
    yield _of(again, "gleason_score", codes("gleason_score", GLEASON, lower))
    yield _of(again, "isup_grade_group", codes("isup_grade_group", ISUP, lower_group))
    yield from _psa(chance, course)
    suspicion = chance.ranked(course + 0.8 * chance.normal(count), (0.02, 0.08, 0.15, 0.4, 0.35))
    yield _some(chance, 0.75, "pi_rads", codes("pi_rads", PI_RADS, suspicion))


def _psa(chance: Chance, course: Numbers) -> Iterator[Finding]:
    """PSA in ng/mL at diagnosis, and later for a third; what spreads far gives hundreds and thousands."""
    count = len(course)
    level = np.exp(np.log(7.5) + 0.6 * course + 0.4 * chance.normal(count))
    level = np.where(course > 1.6, level * np.exp(2.2 + 0.9 * chance.normal(count)), level)
    measured = chance.happens(0.9, count)
    yield _of(measured, "psa", np.round(level, 2), np.zeros(count))
    for _ in range(2):
        later = measured & chance.happens(0.35, count)
        level = level * np.where(chance.happens(0.7, count), chance.uniform(count, 0.01, 0.4), 1.3)
        months = np.round(chance.uniform(count, 2, 36))
        yield _of(later, "psa", np.round(level, 2), months)


def breast(chance: Chance, course: Numbers) -> Iterator[Finding]:
    """Receptors, HER2, Ki-67 and BI-RADS; for one in twelve a second biopsy."""
    count = len(course)
    estrogen = chance.happens(likely(1.2 - 0.5 * course), count)
    progesterone = chance.happens(np.where(estrogen, 0.85, 0.08), count)
    her2 = chance.ranked(chance.normal(count) + 0.2 * course, (0.36, 0.29, 0.18, 0.17))
    growth = np.exp(np.log(18) + 0.45 * course + 0.4 * chance.normal(count) + np.where(estrogen, -0.2, 0.5))
    tested = chance.happens(0.86, count)
    for share in (1.0, 0.08):
        mine = tested & chance.happens(share, count)
        yield _of(mine, "er_status", codes("er_status", SIGNS, estrogen.astype(int)), np.zeros(count))
        yield _of(mine, "pr_status", codes("pr_status", SIGNS, progesterone.astype(int)), np.zeros(count))
        yield _of(mine, "her2_status", codes("her2_status", HER2, her2), np.zeros(count))
        progesterone = progesterone ^ chance.happens(0.1, count)
        her2 = np.clip(her2 + chance.one_of(count, 2), 0, 3)
    rate = np.clip(np.round(growth), 1, 99)
    yield _of(tested & chance.happens(0.8, count), "ki67", rate, np.zeros(count))
    suspicion = chance.ranked(course + 0.9 * chance.normal(count), (0.03, 0.03, 0.09, 0.16, 0.24, 0.35, 0.1))
    yield _some(chance, 0.8, "bi_rads", codes("bi_rads", BI_RADS_CANCER, suspicion))


def prostate_suspected(chance: Chance, course: Numbers) -> Iterator[Finding]:
    """PSA and PI-RADS of people of whom nobody says that they have a cancer."""
    count = len(course)
    level = np.round(np.exp(np.log(5.5) + 0.5 * course + 0.3 * chance.normal(count)), 2)
    yield _of(chance.happens(0.9, count), "psa", level)
    suspicion = chance.ranked(course + 0.8 * chance.normal(count), (0.05, 0.3, 0.25, 0.25, 0.15))
    yield _some(chance, 0.9, "pi_rads", codes("pi_rads", PI_RADS, suspicion))


def breast_screened(chance: Chance, course: Numbers) -> Iterator[Finding]:
    """BI-RADS of people of whom nobody says that they have a cancer."""
    suspicion = chance.ranked(course, (0.08, 0.5, 0.25, 0.09, 0.06, 0.02))
    yield _some(chance, 0.95, "bi_rads", codes("bi_rads", BI_RADS_SCREENED, suspicion))


def topography(chance: Chance, count: int, sites: Sequence[str]) -> tuple[Any, Numbers]:
    """An ICD-O-3 site for each patient, and who has one recorded."""
    names = [VOCABULARY.variable("topography").value(site).name for site in sites]
    return codes("topography", names, chance.one_of(count, len(names))), chance.happens(0.93, count)


def _some(chance: Chance, share: float, variable: str, values: Any) -> Finding:
    return _of(chance.happens(share, len(values)), variable, values)


def _of(mask: Numbers, variable: str, values: Any, months: Numbers | None = None) -> Finding:
    who = np.flatnonzero(mask)
    kept = values[mask] if isinstance(values, np.ndarray) else values.take(who)
    return Finding(variable, who, kept, None if months is None else months[mask])
