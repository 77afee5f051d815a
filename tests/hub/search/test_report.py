"""The report of a question: everything needed to read its numbers years later."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable

import pytest
from django.test import Client

from caimera.hub.search import actions
from caimera.hub.search.certainty import margin
from caimera.hub.search.columns import COLUMNS
from caimera.hub.search.models import Question
from caimera.people.models import Person
from caimera.protocol.messages import ConditionStatus, Count, CountKind, Protection, Treatment
from tests.hub.conftest import FakeNode, answer, exact, make_person, open_dataset, protected_dataset
from tests.hub.search.test_actions import WOMEN_IN_CT, ask, say
from tests.hub.search.test_breakdowns import FEW, by, rounded

MakeNode = Callable[..., FakeNode]
RULES = Protection(minimum=10, step=5, epsilon=0.28)


@pytest.fixture
def member(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def table(client: Client, question: Question) -> list[dict[str, str]]:
    response = client.get(f"/api/questions/{question.pk}/report.csv")
    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == f'attachment; filename="caimera-{question.pk}.csv"'
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("epsilon", [0.05, 0.1, 0.28, 1.0, 3.0])
@pytest.mark.parametrize("step", [1, 5, 10])
def test_the_margin_holds_in_ninety_five_of_a_hundred_cases(epsilon: float, step: int) -> None:
    def outside(limit: int) -> float:
        """How likely noise and rounding together carry a number of patients further than `limit`."""
        base = math.exp(-epsilon)
        mass = (1 - base) / (1 + base)
        near = {0: mass} | {n: 2 * mass * base**n for n in range(1, 2000)}
        return 1 - sum(likely for n, likely in near.items() if n + step // 2 <= limit)

    found = margin(Protection(minimum=10, step=step, epsilon=epsilon))
    assert outside(found) <= 0.05
    assert found == step // 2 or outside(found - 1) > 0.05


@pytest.mark.django_db
def test_the_table_has_a_row_for_each_dataset_value_and_silent_node(
    member: Client, person: Person, make_node: MakeNode
) -> None:
    trials = make_node("trials")
    make_node("community", present=False)
    question = actions.ask(
        person=person, question=WOMEN_IN_CT, purpose="Feasibility", request_id="r", breakdown=["modality"]
    )
    protected = protected_dataset(rounded(45), title="Closed").model_copy(
        update={"protection": RULES, "budget_left": 37}
    )
    status = ConditionStatus(path="0", status=Treatment.APPROXIMATED, why="Dates are shifted.")
    said = answer(
        question.pk,
        by("modality", open_dataset(30, title="Wide"), CT=exact(30), missing=exact(2)),
        by("modality", protected, CT=FEW),
        conditions=(status,),
    )
    say(trials, said)

    rows = table(member, question)
    assert set(rows[0]) == set(COLUMNS)
    shown = ("node", "node_state", "title", "by", "value", "patients", "patients_kind", "patients_bound")
    assert [tuple(row[name] for name in shown) for row in rows] == [
        ("community", "offline", "", "", "", "", "", ""),
        ("trials", "answered", "Wide", "", "", "30", "exact", ""),
        ("trials", "answered", "Wide", "modality", "CT", "30", "exact", ""),
        ("trials", "answered", "Wide", "modality", "(not recorded)", "2", "exact", ""),
        ("trials", "answered", "Closed", "", "", "45", "rounded", ""),
        ("trials", "answered", "Closed", "modality", "CT", "", "fewer_than", "10"),
    ]
    closed = rows[4]
    rules = ("patients_step", "minimum", "step", "epsilon", "margin_95", "budget_left")
    assert [closed[name] for name in rules] == ["5", "10", "5", "0.28", "13", "37"]
    assert closed["studies"] == ""
    assert closed["studies_kind"] == "withheld"
    assert closed["conditions"] == "modality = CT approximated: Dates are shifted."
    assert {row["question"] for row in rows} == {"sex = female and modality = CT"}
    assert {row["hash"] for row in rows} == {question.question_hash}
    assert {row["purpose"] for row in rows} == {"Feasibility"}
    assert rows[0]["node_reason"] == "This node is offline, so it was not asked."


@pytest.mark.django_db
@pytest.mark.parametrize("title", ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "\r=1", "＝1"])
def test_no_cell_can_be_taken_for_a_formula(
    title: str, member: Client, person: Person, make_node: MakeNode
) -> None:
    node = make_node("trials")
    question = ask(person, purpose="=cmd|' /C calc'!A0")
    say(node, answer(question.pk, open_dataset(3, title=title)))

    (row,) = table(member, question)
    assert row["title"] == f"'{title}"
    assert row["purpose"] == "'=cmd|' /C calc'!A0"
    assert row["patients"] == "3"


@pytest.mark.django_db
def test_the_document_holds_the_whole_state_and_what_made_it(
    member: Client, person: Person, make_node: MakeNode
) -> None:
    node = make_node("trials")
    question = ask(person)
    few = Count(kind=CountKind.FEWER_THAN, bound=10)
    say(node, answer(question.pk, protected_dataset(few).model_copy(update={"protection": RULES})))

    response = member.get(f"/api/questions/{question.pk}/report")
    report = response.json()
    assert response["Content-Disposition"] == f'attachment; filename="caimera-{question.pk}.json"'
    assert report["report"] == "caimera.report/1"
    assert report["software"].startswith("caimera ")
    assert report["question"] == member.get(f"/api/questions/{question.pk}").json()
    (dataset,) = report["question"]["nodes"][0]["datasets"]
    assert dataset["protection"] == {"minimum": 10, "step": 5, "epsilon": 0.28}


@pytest.mark.django_db
@pytest.mark.parametrize("suffix", ["", ".csv"])
def test_a_report_is_for_who_asked(suffix: str, member: Client, person: Person) -> None:
    address = f"/api/questions/{ask(make_person('another')).pk}/report{suffix}"
    assert member.get(address).status_code == 404
    assert Client().get(address).status_code == 401
