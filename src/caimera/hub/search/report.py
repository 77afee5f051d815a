"""A question as a document to keep: JSON for programs, CSV for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import version
from typing import Annotated

from pydantic import Field

from caimera.hub.search.certainty import margin
from caimera.hub.search.columns import COLUMNS
from caimera.hub.search.results import ConditionState, DatasetState, NodeState, QuestionState, Shown
from caimera.protocol.messages import Count, CountKind
from caimera.web.spreadsheets import harmless

NOT_RECORDED = "(not recorded)"


class Report(Shown):
    """A question with everything known of it, and what made it."""

    report: Annotated[str, Field(description="Name and version of this document's form.")] = (
        "caimera.report/1"
    )
    reported_at: datetime
    software: Annotated[str, Field(description="Version of Caimera at the hub.")]
    question: QuestionState


def report_of(state: QuestionState, now: datetime) -> Report:
    """The report of a question as it stands."""
    return Report(reported_at=now, software=f"caimera {version('caimera')}", question=state)


def csv_of(report: Report) -> str:
    """The report as CSV (RFC 4180), one row for each dataset, node without datasets, and value counted by."""
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, COLUMNS, restval="")
    writer.writeheader()
    for row in _rows(report):
        writer.writerow({name: harmless(value) for name, value in row.items()})
    return written.getvalue()


Row = dict[str, object]


def _rows(report: Report) -> Iterator[Row]:
    asked = _of_question(report)
    for node in report.question.nodes:
        answering = {**asked, **_of_node(node)}
        if not node.datasets:
            yield answering
        for dataset in node.datasets:
            row = {**answering, **_of_dataset(dataset)}
            yield {**row, **_numbers(dataset)}
            yield from ({**row, **values} for values in _breakdowns(dataset))


def _of_question(report: Report) -> Row:
    state = report.question
    return {
        "question_id": state.id,
        "asked_at": state.asked_at.isoformat(),
        "reported_at": report.reported_at.isoformat(),
        "purpose": state.purpose,
        "question": state.question.text,
        "canonical": state.question.canonical,
        "hash": state.question.hash,
        "vocabulary": state.vocabulary,
        "software": report.software,
    }


def _of_node(node: NodeState) -> Row:
    return {
        "node": node.id,
        "node_name": node.name,
        "node_state": node.state.value,
        "node_reason": node.reason,
        "conditions": "; ".join(_treatment(one) for one in node.conditions if one.status != "applied"),
    }


def _treatment(condition: ConditionState) -> str:
    return f"{condition.text} {condition.status.value}: {condition.why}"


def _of_dataset(dataset: DatasetState) -> Row:
    said: Row = {
        "dataset": dataset.id,
        "title": dataset.title,
        "version": dataset.version,
        "policy": dataset.policy,
        "budget_left": dataset.budget_left,
        "reason": dataset.reason,
    }
    if (rules := dataset.protection) is not None:
        said |= {
            "minimum": rules.minimum,
            "step": rules.step,
            "epsilon": rules.epsilon,
            "margin_95": margin(rules),
        }
    return said


def _numbers(dataset: DatasetState) -> Row:
    return {
        **_patients(dataset.subjects),
        "studies": dataset.studies.value,
        "studies_kind": dataset.studies.kind.value,
        "series": dataset.series.value,
        "series_kind": dataset.series.kind.value,
    }


def _patients(count: Count) -> Row:
    return {
        "patients": count.value,
        "patients_kind": count.kind.value,
        "patients_bound": count.bound if count.kind is CountKind.FEWER_THAN else None,
        "patients_step": count.step,
    }


def _breakdowns(dataset: DatasetState) -> Iterator[Row]:
    for breakdown in dataset.breakdowns:
        for one in breakdown.values:
            value = one.value or NOT_RECORDED
            yield {"by": breakdown.variable, "value": value, **_patients(one.subjects)}
