"""A question's page: numbers with their kinds, states in words, and what the totals leave out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from caimera.hub.search.models import Question
from caimera.people.models import Person
from caimera.protocol.messages import ConditionStatus, Count, CountKind, Treatment
from tests.hub.conftest import FakeNode, answer, make_person, open_dataset, protected_dataset
from tests.hub.search.test_actions import ask, say

pytestmark = pytest.mark.django_db

MakeNode = Callable[..., FakeNode]


def page_of(client: Client, question: Question) -> str:
    response = client.get(f"/questions/{question.pk}")
    assert response.status_code == 200
    return response.content.decode()


def test_an_open_question_listens_and_reloads_without_scripts(
    member: Client, person: Person, make_node: MakeNode
) -> None:
    make_node("trials")
    question = ask(person)
    page = page_of(member, question)
    assert f'sse-connect="/questions/{question.pk}/live"' in page
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in page
    assert "0 of 1 node answered; numbers arrive here by themselves." in page
    assert "No numbers yet." in page
    assert "Counting in its own data" in page


def test_a_closed_question_neither_listens_nor_reloads(
    member: Client, person: Person, make_node: MakeNode
) -> None:
    node = make_node("trials")
    question = ask(person)
    say(node, answer(question.pk, open_dataset(1234)))
    page = page_of(member, question)
    assert "sse-connect" not in page
    assert "http-equiv" not in page
    assert "1 of 1 node answered." in page


def test_numbers_say_their_kind(member: Client, person: Person, make_node: MakeNode) -> None:
    node = make_node("trials")
    question = ask(person)
    rounded = Count(kind=CountKind.ROUNDED, value=45, step=5)
    few = Count(kind=CountKind.FEWER_THAN, bound=10)
    said = answer(
        question.pk,
        open_dataset(1234, title="Wide"),
        protected_dataset(rounded, title="Closed"),
        protected_dataset(few, title="Tiny"),
        open_dataset(0, title="Hollow"),
    )
    say(node, said)
    page = page_of(member, question)
    assert '<span class="count">1,234</span>' in page
    assert '<span class="count">45</span><span class="count-note">rounded to 5</span>' in page
    assert "1 protected dataset: fewer than 10, perhaps none" in page
    assert '<span class="count-words">not released</span>' in page
    assert '<span class="count">about 1,279</span>' in page
    assert "What these totals leave out" in page
    assert "1 open dataset without a match" in page
    assert page.index("Wide") < page.index("Closed") < page.index("Tiny") < page.index("Hollow")


def test_a_node_where_nothing_matches_says_so(member: Client, person: Person, make_node: MakeNode) -> None:
    node = make_node("trials")
    question = ask(person)
    say(node, answer(question.pk))
    assert "No dataset here has a match." in page_of(member, question)


def test_a_node_with_few_patients_everywhere_says_so(
    member: Client, person: Person, make_node: MakeNode
) -> None:
    node = make_node("trials")
    question = ask(person)
    few = Count(kind=CountKind.FEWER_THAN, bound=10)
    said = [protected_dataset(few, title="One"), protected_dataset(few, title="Two"), open_dataset(0)]
    say(node, answer(question.pk, *said))
    page = page_of(member, question)
    assert "No dataset here has enough matching patients for a number." in page
    assert "2 protected datasets: fewer than 10 each, perhaps none" in page
    assert "1 open dataset without a match" in page
    assert "No dataset here has a match." not in page


def test_an_untested_condition_is_named_and_no_number_is_shown(
    member: Client, person: Person, make_node: MakeNode
) -> None:
    node = make_node("trials")
    question = ask(person)
    status = ConditionStatus(path="", status=Treatment.UNSUPPORTED, why="No sex is recorded here.")
    say(node, answer(question.pk, conditions=(status,)))
    page = page_of(member, question)
    assert "Cannot be tested here:" in page
    assert "No sex is recorded here." in page
    assert "No node gave numbers." in page
    assert "No dataset here has a match." not in page


def test_conditions_are_listed_with_what_became_of_them(
    member: Client, person: Person, make_node: MakeNode
) -> None:
    node = make_node("trials")
    question = ask(person)
    say(node, answer(question.pk, open_dataset(3), conditions=(ConditionStatus(path="", status="applied"),)))
    page = page_of(member, question)
    assert "How each condition was treated here" in page
    assert "all applied" in page


def test_states_are_said_in_words(member: Client, person: Person, make_node: MakeNode) -> None:
    refusing = make_node("trials")
    make_node("community", present=False)
    question = ask(person)
    say(refusing, answer(question.pk, outcome="refused", reason="Closed for the night."))
    page = page_of(member, question)
    assert "Closed for the night." in page
    assert '<span class="progress-state">Refused</span>' in page
    assert '<span class="progress-state">Offline</span>' in page
    assert "This node is offline, so it was not asked." in page


def test_without_nodes_the_page_says_why_there_is_nothing(member: Client, person: Person) -> None:
    assert "No hospital node is enrolled yet" in page_of(member, ask(person))


def test_a_question_can_be_changed_and_asked_again(member: Client, person: Person) -> None:
    member.post("/questions", {"bar": ["sex = male", "modality = CT"], "purpose": "Feasibility"})
    page = page_of(member, Question.objects.get())
    assert 'href="/search?bar=sex+%3D+male&amp;bar=modality+%3D+CT"' in page
    assert '<input type="hidden" name="bar" value="modality = CT">' in page
    assert '<input type="hidden" name="purpose" value="Feasibility">' in page


def test_another_persons_question_is_not_there(member: Client, person: Person) -> None:
    question = ask(make_person("another"))
    assert member.get(f"/questions/{question.pk}").status_code == 404


def test_a_visitor_is_sent_to_sign_in_and_an_outsider_to_membership(
    visitor: Client, outsider: Client, person: Person
) -> None:
    address = f"/questions/{ask(person).pk}"
    response = visitor.get(address)
    assert (response.status_code, response["Location"]) == (
        302,
        f"/sign-in?next={address.replace('/', '%2F')}",
    )
    refused = outsider.get(address)
    assert refused.status_code == 403
    assert "This page is for members" in refused.content.decode()


def test_the_history_shows_my_questions_newest_first(
    member: Client, person: Person, make_node: MakeNode
) -> None:
    make_node("trials")
    for bar in ("sex = male", "sex = female"):
        member.post("/questions", {"bar": bar, "purpose": "Feasibility"})
    ask(make_person("another"))
    page = member.get("/questions").content.decode()
    assert page.index("sex is female") < page.index("sex is male")
    assert page.count("history-entry") == 2
    assert "0 of 1 nodes answered" in page
    assert "still open" in page


def test_a_long_history_comes_in_pages(member: Client, person: Person) -> None:
    for _ in range(26):
        ask(person)
    first, second = (member.get("/questions", {"page": page}).content.decode() for page in (1, 2))
    assert (first.count("history-entry"), second.count("history-entry")) == (25, 1)
    assert 'href="?page=2">Older' in first
    assert 'href="?page=1">Newer' in second


def test_an_empty_history_leads_to_the_builder(member: Client) -> None:
    page = member.get("/questions").content.decode()
    assert "You have not asked anything yet." in page
    assert 'href="/search"' in page


def test_nodes_are_shown_to_everyone_with_their_presence(visitor: Client, make_node: MakeNode) -> None:
    make_node("trials")
    make_node("community", present=False)
    page = visitor.get("/nodes").content.decode()
    assert page.index("The community node") < page.index("The trials node")
    assert "Online" in page
    assert "Offline" in page
    assert "Never heard from yet." in page


def test_without_nodes_the_list_says_so(visitor: Client) -> None:
    assert "No node is enrolled yet." in visitor.get("/nodes").content.decode()
