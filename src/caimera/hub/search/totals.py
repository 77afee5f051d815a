"""Adding what the nodes released, and saying what the sum leaves out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypedDict

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caimera.disclosure import total
from caimera.hub.search.results import DatasetState, NodeState, Totals
from caimera.hub.search.states import State
from caimera.protocol.messages import Count, CountKind, Treatment

_WITHHELD = Count(kind=CountKind.WITHHELD)


class Sums(TypedDict):
    """Patients, studies and series added up."""

    subjects: Count
    studies: Count
    series: Count


def totals_of(nodes: Sequence[NodeState]) -> Totals:
    """The totals over all nodes, from released values only."""
    datasets = [dataset for node in nodes for dataset in node.datasets]
    complete = all(node.subjects.kind != CountKind.WITHHELD for node in nodes)
    return Totals(**sums_of(datasets, complete=complete), left_out=tuple(left_out(nodes)))


def sums_of(datasets: Sequence[DatasetState], *, complete: bool) -> Sums:
    """Add up what datasets released; nothing to add is 0 when that is `complete`, else it is not told."""
    if not datasets and not complete:
        return Sums(subjects=_WITHHELD, studies=_WITHHELD, series=_WITHHELD)
    return Sums(
        subjects=total(dataset.subjects for dataset in datasets),
        studies=total(dataset.studies for dataset in datasets),
        series=total(dataset.series for dataset in datasets),
    )


def left_out(nodes: Sequence[NodeState]) -> Iterator[str]:
    """What the totals leave out, in sentences, weightiest first."""
    datasets = [dataset for node in nodes for dataset in node.datasets]
    yield from _silent_nodes(nodes)
    yield from _untested_conditions(nodes)
    yield from _small_numbers(datasets)
    yield from _withheld(datasets)
    yield from _rounding(datasets)
    yield from _counted_twice(datasets)


def _silent_nodes(nodes: Iterable[NodeState]) -> Iterator[str]:
    sentences = {
        State.WAITING: _("Still waiting for %(nodes)s."),
        State.SLOW: _("No answer in time from %(nodes)s."),
        State.OFFLINE: _("Offline: %(nodes)s."),
        State.REFUSED: _("Refused to answer: %(nodes)s."),
    }
    for state, sentence in sentences.items():
        if names := [node.name for node in nodes if node.state == state]:
            yield sentence % {"nodes": ", ".join(names)}


def _untested_conditions(nodes: Iterable[NodeState]) -> Iterator[str]:
    if names := _with_treatment(nodes, Treatment.UNSUPPORTED):
        yield _("No numbers from %(nodes)s: a condition cannot be tested there.") % {
            "nodes": ", ".join(names)
        }
    if names := _with_treatment(nodes, Treatment.APPROXIMATED):
        yield _("A condition is only approximated at %(nodes)s.") % {"nodes": ", ".join(names)}


def _with_treatment(nodes: Iterable[NodeState], treatment: Treatment) -> list[str]:
    return [
        node.name for node in nodes if any(condition.status == treatment for condition in node.conditions)
    ]


def _small_numbers(datasets: Iterable[DatasetState]) -> Iterator[str]:
    bounds = [
        dataset.subjects.bound or 0 for dataset in datasets if dataset.subjects.kind == CountKind.FEWER_THAN
    ]
    if bounds:
        yield ngettext(
            "%(count)d dataset with fewer than %(bound)d matching patients (perhaps none) is not counted.",
            "%(count)d datasets with fewer than %(bound)d matching patients each (or none) are not counted.",
            len(bounds),
        ) % {"count": len(bounds), "bound": max(bounds)}


def _withheld(datasets: Iterable[DatasetState]) -> Iterator[str]:
    silent = [dataset for dataset in datasets if dataset.studies.kind == CountKind.WITHHELD]
    if silent:
        yield ngettext(
            "Studies and series of %(count)d protected dataset are not told.",
            "Studies and series of %(count)d protected datasets are not told.",
            len(silent),
        ) % {"count": len(silent)}


def _rounding(datasets: Iterable[DatasetState]) -> Iterator[str]:
    steps = [dataset.subjects.step or 0 for dataset in datasets if dataset.subjects.kind == CountKind.ROUNDED]
    if steps:
        yield ngettext(
            "%(count)d number is rounded to the nearest %(step)d.",
            "%(count)d numbers are rounded to the nearest %(step)d.",
            len(steps),
        ) % {"count": len(steps), "step": max(steps)}


def _counted_twice(datasets: Iterable[DatasetState]) -> Iterator[str]:
    if sum(bool(dataset.subjects.value) for dataset in datasets) > 1:
        yield _("A patient who is in two datasets is counted in both.")
