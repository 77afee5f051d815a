"""From a question's page into the basket: a row, or every dataset with a match, with the question."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from caimera.hub.catalogue import baskets
from caimera.hub.catalogue.baskets import Item, Origin
from caimera.hub.catalogue.models import Record, Source
from caimera.hub.search.models import Question
from caimera.people.models import Person
from caimera.protocol.messages import Count, CountKind, DatasetCount
from tests.hub.conftest import FakeNode, answer, make_person, open_dataset, protected_dataset
from tests.hub.search.test_actions import ask, say

pytestmark = pytest.mark.django_db

MakeNode = Callable[..., FakeNode]


@pytest.fixture
def told(person: Person, make_node: MakeNode) -> tuple[Question, dict[str, DatasetCount]]:
    """A question with an answer; all datasets but one are described in the catalogue."""
    node, question = make_node("trials"), ask(person)
    rounded, few = Count(kind=CountKind.ROUNDED, value=45, step=5), Count(kind=CountKind.FEWER_THAN, bound=10)
    datasets = {
        "wide": open_dataset(1234, title="Wide"),
        "closed": protected_dataset(rounded, title="Closed"),
        "tiny": protected_dataset(few, title="Tiny"),
        "hollow": open_dataset(0, title="Hollow"),
        "new": open_dataset(7, title="New"),
    }
    say(node, answer(question.pk, *datasets.values()))
    source, _made = Source.objects.get_or_create(pk=node.id, defaults={"node": node.row})
    now = timezone.now()
    for name in ("wide", "closed", "tiny", "hollow"):
        Record.objects.create(
            id=datasets[name].dataset_id,
            source=source,
            title=datasets[name].title,
            version="1.0.0",
            digest="0d" * 32,
            first_seen_at=now,
            changed_at=now,
        )
    return question, datasets


Told = tuple[Question, dict[str, DatasetCount]]


def titles(items: list[Item]) -> set[str]:
    return set(
        Record.objects.filter(pk__in=[one.dataset_id for one in items]).values_list("title", flat=True)
    )


def test_one_row_goes_in_with_the_question(member: Client, person: Person, told: Told) -> None:
    question, datasets = told
    page = member.get(f"/questions/{question.pk}").content.decode()
    assert f'name="put" value="{datasets["closed"].dataset_id}" form="into-basket"' in page
    response = member.post(f"/questions/{question.pk}/basket", {"put": str(datasets["closed"].dataset_id)})
    assert response["Location"] == f"/questions/{question.pk}#datasets"
    (item,) = baskets.items_of(person)
    assert item.dataset_id == datasets["closed"].dataset_id
    assert item.origin == Origin(question="modality = CT and sex = female", question_id=question.pk)
    basket = member.get("/basket").content.decode()
    assert "Led here by the question: Image series where modality is CT" in basket


def test_all_with_a_match_go_in_and_what_is_left_out_is_said(
    member: Client, person: Person, told: Told
) -> None:
    question, _datasets = told
    page = member.post(f"/questions/{question.pk}/basket", {"all": "1"}, follow=True).content.decode()
    assert titles(baskets.items_of(person)) == {"Wide", "Closed"}
    assert "2 datasets were put into your basket. 1 has no description in the catalogue yet" in page


def test_only_what_answered_the_question_goes_in(member: Client, person: Person, told: Told) -> None:
    question, _datasets = told
    for word in (str(uuid4()), "x", ""):
        assert member.post(f"/questions/{question.pk}/basket", {"put": word}).status_code == 302
    assert baskets.items_of(person) == []


def test_a_question_of_somebody_else_is_not_there(told: Told) -> None:
    question, _datasets = told
    other = Client()
    other.force_login(make_person("omar"))
    assert other.post(f"/questions/{question.pk}/basket", {"all": "1"}).status_code == 404


def test_it_needs_a_member_and_a_form_of_this_site(
    member: Client, outsider: Client, visitor: Client, person: Person, told: Told
) -> None:
    address = f"/questions/{told[0].pk}/basket"
    assert visitor.post(address, {"all": "1"}).status_code == 401
    assert outsider.post(address, {"all": "1"}).status_code == 403
    assert member.get(address).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(person)
    assert strict.post(address, {"all": "1"}).status_code == 403
    assert baskets.items_of(person) == []
