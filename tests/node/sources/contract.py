"""A small node that has every variable in every state, and what its answers must be.

What is expected is worked out series by series with `cohort.holds` over the plain records, from which the
crates and the database are written too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, combinations
from random import Random

from caimera.cohort import Condition, Question, Range, holds, parse
from caimera.node.sources import Source, SourceCount, SourceRelease
from caimera.vocabulary import VOCABULARY, Kind, Level, Operator, Variable
from tests.cohort.strategies import NUMBERS, WORDS
from tests.node.crates import SERIES_VARIABLES, SEVERAL, Holding

CLINICAL_NUMBERS: Mapping[str, tuple[float, ...]] = {
    "psa": (0.04, 4.1, 1043.5),
    "ki67": (0.0, 14.5, 100.0),
    "age_at_diagnosis": (39.9, 40.0, 71.5),
    "year_of_diagnosis": (1999.0, 2008.0, 2015.0),
}
IMAGING_NUMBERS: Mapping[str, tuple[int, ...]] = {
    "age_at_imaging": (0, 40, 71),
    "year_of_imaging": (1999, 2008, 2015),
}
Value = str | float | bool


def values(variable: Variable) -> tuple[Value, ...]:
    """The values of a variable that the data hold: where there are kinds of values, some of one another."""
    if variable.kind is Kind.BOOLEAN:
        return (False, True)
    if variable.kind is Kind.NUMBER:
        return tuple(chain(CLINICAL_NUMBERS.get(variable.name, ()), IMAGING_NUMBERS.get(variable.name, ())))
    largest = max((variable.narrower(value.name) for value in variable.values), key=len)
    first = largest[:2] if len(largest) > 1 else variable.values[:2]
    others = [value for value in reversed(variable.values) if value not in first]
    return tuple(value.name for value in (*first, *others[:1]))


def _systematic() -> Holding:
    """Every variable alone, in every state: nothing, one value, and for several values each set of them."""
    holding = Holding(1)
    for variable in VOCABULARY.variables:
        held = values(variable)
        for value in (None, *held):
            if variable.name == "sex":
                holding.add_series(holding.add_study(holding.add_patient(sex=value)))  # type: ignore[arg-type]
            elif variable.level is Level.STUDY:
                named = {"age_at_imaging": "age", "year_of_imaging": "year"}.get(variable.name, "segmented")
                holding.add_series(holding.add_study(holding.add_patient(), **{named: value}))  # type: ignore[arg-type]
            elif variable.level is Level.SERIES:
                holding.add_series(holding.add_study(holding.add_patient()), **{variable.name: value})  # type: ignore[arg-type]
        for size in range(1, len(held) + 1) if variable.multiple else ():
            for state in combinations(held, size):
                patient = holding.add_patient()
                for value in (*state, state[0]):
                    holding.record(patient, **{variable.name: value})
                holding.add_series(holding.add_study(patient), modality="CT")
    return holding


def _random(patients: int) -> Holding:
    """Patients of whom anything may be known, several studies and series of each."""
    random, holding = Random("contract"), Holding(2, dates_shifted=True)
    for _ in range(patients):
        patient = holding.add_patient(sex=random.choice((None, *WORDS["sex"])))
        for name in SEVERAL:
            known = (*values(VOCABULARY.variable(name)), *WORDS.get(name, ()), *NUMBERS.get(name, ()))
            for value in random.sample(known, random.choice((0, 1, 1, 2))):
                holding.record(patient, **{name: value})
        for _ in range(random.randint(0, 3)):
            study = holding.add_study(
                patient,
                age=random.choice((None, 0, 39, 40, 62, 70, 71)),
                year=random.choice((None, 1999, 2005, 2006, 2008, 2015)),
                segmented=random.choice((None, False, True)),
            )
            for _ in range(random.randint(1, 4)):
                known = {
                    name: (*WORDS.get(name, ()), *values(VOCABULARY.variable(name)))
                    for name in SERIES_VARIABLES
                }
                holding.add_series(study, **{n: random.choice((None, *v)) for n, v in known.items()})  # type: ignore[arg-type]
    return holding


def _empty() -> Holding:
    """A patient without any series, whom no question can find."""
    holding = Holding(3)
    holding.record(holding.add_patient(sex="male"), psa=4.1)
    return holding


HOLDINGS = (_systematic(), _random(80), _empty())


def conditions(variable: Variable) -> Iterator[Condition]:
    """Every operator of a variable, on values that are held and on one that is not."""
    for operator in variable.operators:
        for value in _operands(variable, operator):
            yield Condition(variable.name, operator, value)  # type: ignore[arg-type]
    if Operator.CONTAINS in variable.operators:
        for value in values(variable):
            contained = parse(f'{variable.name} contains "{variable.value(str(value)).label[:4]}"')
            assert isinstance(contained, Condition)
            yield contained
    if variable.kind is Kind.CODED:
        for value in values(variable):
            yield Condition(variable.name, Operator.EQUALS, value, descendants=True)
        yield Condition(variable.name, Operator.IN, values(variable)[:2], descendants=True)  # type: ignore[arg-type]


def _operands(variable: Variable, operator: Operator) -> Sequence[object]:
    held = values(variable)
    match operator:
        case Operator.MISSING:
            return (None,)
        case Operator.CONTAINS:
            return ()
        case Operator.IN:
            return (held[:1], held[:2], held, (*held, _absent(variable)))
        case Operator.BETWEEN:
            low, middle, high = held
            ends = (
                (low, middle),
                (middle, middle),
                (middle, None),
                (None, middle),
                (None, None),
                (low, high),
            )
            return [Range(*each) for each in ends]  # type: ignore[arg-type]
        case _ if variable.kind is Kind.BOOLEAN:
            return held
        case _:
            return (*held, _absent(variable))


def _absent(variable: Variable) -> Value:
    """A value of the vocabulary that no record holds."""
    if variable.kind is Kind.NUMBER:
        return 2020.0 if variable.name.startswith("year") else 55.5
    held = set(values(variable)) | set(WORDS.get(variable.name, ()))
    return next((value.name for value in variable.values if value.name not in held), variable.values[0].name)


def differences(source: Source, releases: Sequence[SourceRelease], question: Question) -> list[str]:
    """Every number and set that is not as it should be, in words."""
    counts = source.count(question, releases, wait=60)
    (sets,) = source.sets([question], releases, wait=60)
    found = []
    for holding, release, count, fits in zip(HOLDINGS, releases, counts, sets, strict=True):
        each = source.contributions(question, release, wait=60)
        told = zip(
            source.patients(release), fits.tolist(), each.studies.tolist(), each.series.tolist(), strict=True
        )
        expected = _expected(holding, question)
        if list(told) != expected:
            found.append(f"{holding.number}: not these patients")
        if count != _counted(holding, expected):
            found.append(f"{holding.number}: not {count}")
    return found


Fitting = list[tuple[str, bool, int, int]]
"""Of each patient with a series: whether one fits, in how many studies, how many."""


def _expected(holding: Holding, question: Question) -> Fitting:
    series: dict[int, list[tuple[int, Mapping[str, object]]]] = {}
    for patient, study, record in holding.records():
        series.setdefault(patient, []).append((study, record))
    rows = []
    for patient in sorted(series):
        together = [record for _, record in series[patient]]
        fitting = [study for study, record in series[patient] if holds(question, record, together)]
        identifier = holding.patients[patient - 1]["identifier"]
        rows.append((identifier, bool(fitting), len(set(fitting)), len(fitting)))
    return rows


def _counted(holding: Holding, rows: Fitting) -> SourceCount:
    return SourceCount(
        holding.dataset_id,
        subjects=sum(fits for _, fits, _, _ in rows),
        studies=sum(studies for _, _, studies, _ in rows),
        series=sum(series for _, _, _, series in rows),
    )
