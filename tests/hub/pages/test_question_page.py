"""A question's page: numbers with their kinds, states in words, and what the totals leave out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory

from caimera.cohort import parse
from caimera.hub.catalogue.neighbours import neighbours
from caimera.hub.search.models import Question
from caimera.people.models import Person
from caimera.protocol.messages import ConditionStatus, Count, CountKind, Protection, Treatment
from tests.hub.conftest import FakeNode, answer, exact, make_person, open_dataset, protected_dataset
from tests.hub.search.test_actions import ask, say
from tests.hub.search.test_breakdowns import by

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
    assert f'sse-connect="/questions/{question.pk}/live?sort=patients&amp;order=descending"' in page
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
    assert "1 protected dataset with too few patients for a number, perhaps none" in page
    assert "Tiny</a>: fewer than 10, The trials node" in page
    assert '<span class="count-words">not released</span>' in page
    assert '<span class="count">about 1,279</span>' in page
    assert "What these totals leave out" in page
    assert "1 open dataset without a match" in page
    assert page.index("Wide") < page.index("Closed") < page.index("Tiny") < page.index("Hollow")


def test_a_node_where_nothing_matches_says_so(member: Client, person: Person, make_node: MakeNode) -> None:
    node = make_node("trials")
    question = ask(person)
    say(node, answer(question.pk))
    assert "No dataset has a match." in page_of(member, question)


def test_a_node_with_few_patients_everywhere_says_so(
    member: Client, person: Person, make_node: MakeNode
) -> None:
    node = make_node("trials")
    question = ask(person)
    few = Count(kind=CountKind.FEWER_THAN, bound=10)
    said = [protected_dataset(few, title="One"), protected_dataset(few, title="Two"), open_dataset(0)]
    say(node, answer(question.pk, *said))
    page = page_of(member, question)
    assert "No dataset has enough matching patients for a number." in page
    assert "2 protected datasets with too few patients for a number, perhaps none" in page
    assert "1 open dataset without a match" in page
    assert "No dataset has a match." not in page


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
    assert "No dataset has a match." not in page


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


RULES = Protection(minimum=10, step=5, epsilon=0.28)


def test_a_row_opens_to_policy_protection_and_budget(
    member: Client, person: Person, make_node: MakeNode
) -> None:
    node = make_node("trials")
    question = ask(person)
    dataset = protected_dataset(Count(kind=CountKind.ROUNDED, value=45, step=5), title="Closed")
    said = dataset.model_copy(update={"protection": RULES, "budget_left": 1})
    say(node, answer(question.pk, said))
    page = page_of(member, question)
    assert f'<details class="ds-details" id="dataset-{dataset.dataset_id}">' in page
    assert "Numbers below 10 are not told; others are rounded to the nearest 5." in page
    assert "The true number is within about ±13 in 95% of cases (noise of epsilon 0.28)." in page
    assert "You can put 1 more new question to it within seven days" in page
    assert f'href="/datasets/{dataset.dataset_id}"' in page


def test_a_dataset_that_withholds_says_why_in_its_row(
    member: Client, person: Person, make_node: MakeNode
) -> None:
    node = make_node("trials")
    question = ask(person)
    silent = protected_dataset(Count(kind=CountKind.WITHHELD), title="Spent")
    say(node, answer(question.pk, silent.model_copy(update={"reason": "Your week's questions are spent."})))
    assert "Your week&#x27;s questions are spent." in page_of(member, question)


def test_the_table_is_sorted_by_links(member: Client, person: Person, make_node: MakeNode) -> None:
    node = make_node("trials")
    question = ask(person)
    say(node, answer(question.pk, open_dataset(9, title="Beta"), open_dataset(5, title="Alpha")))
    usual = page_of(member, question)
    assert usual.index("Beta") < usual.index("Alpha")
    by_title = member.get(f"/questions/{question.pk}?sort=title").content.decode()
    assert by_title.index("Alpha") < by_title.index("Beta")
    assert (
        '<th scope="col" aria-sort="ascending"><a class="sort" href="?sort=title&amp;order=desc' in by_title
    )
    assert by_title.count("aria-sort") == 1


def test_a_breakdown_leads_to_the_next_step(member: Client, person: Person, make_node: MakeNode) -> None:
    node = make_node("trials")
    bars = {"bar": ["sex = female", "body_part = chest"], "by": ["modality", "age_at_imaging", ""]}
    member.post("/questions", bars)
    question = Question.objects.get()
    dataset = by("modality", open_dataset(30), CT=exact(20), missing=exact(3))
    dataset = by("age_at_imaging", dataset, **{"40": Count(kind=CountKind.FEWER_THAN, bound=10)})
    say(node, answer(question.pk, dataset))
    page = page_of(member, question)
    assert "Also counted by: modality, age at imaging" in page
    both = "sex+%3D+female+and+modality+%3D+CT&amp;bar=body_part+%3D+chest+and+modality+%3D+CT"
    assert f'href="/search?bar={both}"' in page
    assert "body_part+%3D+chest+and+modality+is+missing" in page
    assert "age_at_imaging+between+40+and+44" in page
    assert 'data-chart-row="by-modality-rows" data-chart-label="CT (computed tomography)"' in page
    assert 'data-chart-value="" data-chart-text="fewer than 10"' in page


def test_a_question_nobody_counted_by_a_variable_says_so(
    member: Client, person: Person, make_node: MakeNode
) -> None:
    node = make_node("trials")
    member.post("/questions", {"bar": "sex = female", "by": "modality"})
    question = Question.objects.get()
    say(node, answer(question.pk, open_dataset(30)))
    page = page_of(member, question)
    assert "No dataset tells its numbers this way." in page
    assert "1 dataset does not tell its numbers by modality." in page


def test_a_datasets_page_tells_what_it_said_to_me(
    member: Client, person: Person, make_node: MakeNode
) -> None:
    node = make_node("trials")
    first, second = ask(person), ask(person, parse("modality = MR"))
    dataset = open_dataset(1234, title="Wide")
    say(node, answer(first.pk, dataset))
    few = Count(kind=CountKind.FEWER_THAN, bound=10)
    say(node, answer(second.pk, dataset.model_copy(update={"subjects": few, "version": "2"})))
    page = member.get(f"/datasets/{dataset.dataset_id}").content.decode()
    assert "Version 2" in page
    assert "The trials node" in page
    assert page.index("Patients: fewer than 10") < page.index("Patients: 1,234")
    assert f'href="/questions/{first.pk}"' in page


def test_the_catalogue_leads_to_what_a_dataset_said_to_me_and_to_nobody_else(
    person: Person, make_node: MakeNode, rf: RequestFactory
) -> None:
    node, question, dataset = make_node("trials"), ask(person), open_dataset(3)
    say(node, answer(question.pk, dataset))
    request = rf.get("/")
    for who, address in (
        (person, f"/datasets/{dataset.dataset_id}"),
        (make_person("another"), "/search"),
        (AnonymousUser(), "/search"),
    ):
        request.user = who
        assert [one.address for one in neighbours(request, dataset.dataset_id)] == [address]


def test_a_dataset_that_never_answered_me_is_not_there(
    member: Client, person: Person, make_node: MakeNode
) -> None:
    node = make_node("trials")
    question = ask(make_person("another"))
    dataset = open_dataset(3)
    say(node, answer(question.pk, dataset))
    assert member.get(f"/datasets/{dataset.dataset_id}").status_code == 404


def test_the_history_is_searched_word_by_word(member: Client, person: Person) -> None:
    ask(person, parse("modality = CT"), purpose="Lung screening")
    ask(person, parse("modality = MR"), purpose="Brain")
    page = member.get("/questions", {"find": "SCREENING ct"}).content.decode()
    assert (page.count("history-entry"), "Lung screening" in page) == (1, True)
    assert "None of your questions holds" in member.get("/questions", {"find": "\0 liver"}).content.decode()


def test_too_many_to_count_by_are_refused_in_their_place(member: Client) -> None:
    response = member.post("/questions", {"bar": "sex = male", "by": ["modality", "modality"]})
    page = response.content.decode()
    assert response.status_code == 422
    assert '<p class="ds-validation-message" id="by-mistake">A variable to count by is named twice.' in page
    assert not Question.objects.exists()


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
    assert "0 of 1 node answered" in page
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
