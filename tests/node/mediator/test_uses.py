"""At a node its holder sees every use of each dataset: questions, changes, and what other programs report."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from django.test import Client

from caimera.audit.models import Record
from caimera.cohort import parse
from caimera.node.datasets.actions import register_crate
from caimera.node.datasets.models import Dataset
from caimera.node.mediator.actions import answer_question
from caimera.node.sources import IndexedSource
from caimera.people.models import Person
from caimera.trail.schemas import NewTrace
from caimera.trail.traces import add_trace
from tests.node.conftest import KEY, NOW, ask_of, letter_of
from tests.node.crates import folder, random_holding
from tests.node.test_pages import make_person

pytestmark = pytest.mark.django_db


def rows(person: Person, **query: str) -> list[dict[str, str]]:
    client = Client()
    client.force_login(person)
    response = client.get("/trail/uses.csv", query)
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_a_holder_sees_each_datasets_uses_and_others_none(tmp_path: Path, source: IndexedSource) -> None:
    for number in (1, 2):
        written = random_holding(number, patients=5).write(tmp_path)
        register_crate(path=folder(written), policy="open", actor="system")
    answer_question(letter=letter_of(ask_of(parse("modality = CT"))), source=source, now=NOW, key=KEY)
    holder = make_person("data-holders")
    first, second = sorted(str(one.pk) for one in Dataset.objects.all())
    add_trace(new=NewTrace(userAction="USE_DATASETS", datasetsIds=[first], toolName="desktop"), caller=holder)
    told = rows(holder)
    assert [row["act"] for row in told] == [
        "trace.datasets-used",
        "question.answered",
        "dataset.registered",
        "dataset.registered",
    ]
    question = told[1]
    assert (question["question"], question["purpose"]) == ("modality = CT", "lung study")
    assert question["asker"] == "a-pseudonym"
    assert sorted(question["datasets"].split()) == [first, second]
    of_one = [row["act"] for row in rows(holder, dataset=second)]
    assert of_one == ["question.answered", "dataset.registered"]
    assert rows(holder, dataset=first)[0]["act"] == "trace.datasets-used"
    assert rows(holder, dataset="no such dataset") == []
    assert Record.objects.filter(act="trail.exported", actor=holder.actor).count() == 4
    other = Client()
    other.force_login(make_person())
    assert other.get("/trail/uses.csv").status_code == 403
