"""The hub is what its authorisation matrix says: every route, every role, one's own and others' objects."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from caimera.audit.models import Record
from caimera.cohort import parse
from caimera.hub.documents.models import Document
from caimera.hub.onboarding import actions as onboarding
from caimera.hub.onboarding.models import Attachment, Case
from caimera.hub.search.actions import save_question
from caimera.notices.models import Notice
from caimera.people.matrix import CALLERS, Route
from caimera.people.models import Identity, Person
from caimera.people.personal_tokens import make_token
from caimera.trail.schemas import NewTrace
from caimera.trail.traces import add_trace
from tests.hub.conftest import FakeNode, answer, make_person, open_dataset
from tests.hub.search.test_actions import ask, say
from tests.people.matrix import all_routes, disagreements, knock, knocks, turned_away

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("caller", CALLERS)
def test_every_route_lets_in_whom_the_matrix_says(caller: str) -> None:
    assert disagreements(caller) == []


def case_with_document(owner: Person) -> tuple[Case, Document]:
    case = onboarding.begin(name="data-holder", person=owner)
    document = Document.objects.create(
        name="paper.pdf", media_type="application/pdf", size=1, sha256="", scanned=False, handed_in_by=owner
    )
    Attachment.objects.create(document=document, case=case, form="expression-of-interest", question="x")
    return case, document


@pytest.fixture
def owned(db: None, make_node: Callable[..., FakeNode]) -> tuple[Person, dict[str, object]]:
    """Somebody, and an object of theirs for every parameter of a route."""
    owner = make_person("owner")
    node = make_node("trials")
    question = ask(owner)
    said = answer(question.pk, open_dataset(5))
    say(node, said)
    saved = save_question(person=owner, name="Mine", question=parse("modality = CT"))
    case, document = case_with_document(owner)
    trace = add_trace(new=NewTrace(userAction="USE_DATASETS", datasetsIds=["d"]), caller=owner)
    linked = Identity.objects.create(
        person=owner, issuer="https://other", sub="owner", checked_at=timezone.now()
    )
    return owner, {
        "case_id": case.pk,
        "identity_id": linked.pk,
        "name": "expression-of-interest",
        "document_id": document.pk,
        "question_id": question.pk,
        "saved_id": saved.pk,
        "dataset_id": said.datasets[0].dataset_id,
        "record_id": Record.objects.get(act="question.asked").pk,
        "trace_id": trace.detail["trace"],
        "token_id": make_token(person=owner, name="mine", scopes=[], days=1)[0].pk,
        "notice_id": Notice.objects.filter(person=owner, kind="security").latest("written_at").pk,
    }


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def found(client: Client, route: Route, values: dict[str, object]) -> bool:
    answers = [knock(client, route, method, **values) for method in knocks(route)]
    assert not any(turned_away(one) for one in answers)
    return any(one.status_code != 404 for one in answers if one.status_code != 405)


@pytest.mark.django_db(transaction=True)
def test_of_ones_own_objects_others_find_nothing(owned: tuple[Person, dict[str, object]]) -> None:
    owner, values = owned
    routes = [route for route in all_routes() if route.whose == "own"]
    assert len(routes) > 8
    # What removes an object comes last, and its parts before it.
    for route in sorted(routes, key=lambda route: (route.method == "DELETE", -len(route.address))):
        other = signed_in(make_person(f"other-{route.method}-{route.address}"))
        assert not found(other, route, values), route
        assert found(signed_in(owner), route, values), route
