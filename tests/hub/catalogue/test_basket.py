"""The basket of visitors and persons: what goes in and out, what is told of it, where it stays."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import Any, cast
from uuid import UUID

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client, RequestFactory

from caimera.audit.models import Record as TrailRecord
from caimera.dcat import Rights, Text
from caimera.dcat.names import DATA_USE_CONDITIONS
from caimera.hub.catalogue import basket_actions, baskets
from caimera.hub.catalogue.baskets import Item, Origin
from caimera.hub.catalogue.models import BasketItem, Record
from caimera.people import arriving
from caimera.people.chapters import chapters
from tests.hub.catalogue.holders import Federation, Holder, described
from tests.hub.conftest import make_person

pytestmark = pytest.mark.django_db(transaction=True)

ONE, TWO, THREE = (UUID(int=number) for number in (1, 2, 3))


def publish(holder: Holder, number: int, *terms: str, **changes: Any) -> None:
    """A dataset under these terms of EUCAIM's list."""
    rights = tuple(Rights(id=f"{DATA_USE_CONDITIONS}{term}") for term in terms)
    distribution = replace(described(number).distribution[0], rights=rights, licence=None)
    holder.publish(number, **{"distribution": (distribution,), "version": "1.0.0", **changes})


@pytest.fixture
def three(holder: Holder, federation: Federation) -> Holder:
    publish(holder, 1, "NON_COMMERCIAL_USE_ONLY", title=(Text("=Breast & lung", "en"),))
    publish(holder, 2, "ETHICS_APPROVAL_REQUIRED")
    publish(holder, 3)
    federation.harvest()
    return holder


@pytest.fixture(params=["visitor", "person"])
def client(request: pytest.FixtureRequest, db: None) -> Client:
    """Somebody's browser: what a basket does is the same for both."""
    found = Client()
    if request.param == "person":
        found.force_login(cast(Any, make_person("rosa", is_member=False)))
    return found


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def inside(client: Client) -> list[dict[str, Any]]:
    """What the exported basket says is in it."""
    datasets: list[dict[str, Any]] = client.get("/basket?format=json").json()["datasets"]
    return datasets


def put(client: Client, *wanted: UUID, **more: str) -> Any:
    return client.post("/basket", {"put": [str(one) for one in wanted], **more})


def test_an_empty_basket_says_how_to_fill_it(client: Client) -> None:
    page = text(client.get("/basket"))
    assert "Nothing is in it yet." in page
    assert "What the terms mean together" not in page
    assert "caimera_hub_session" not in Client().get("/basket").cookies


def test_what_is_put_in_is_there_with_its_version_and_what_led_to_it(client: Client, three: Holder) -> None:
    response = put(client, ONE, search="text=lung&modality=MR&page=3", next="/catalogue?text=lung")
    assert (response.status_code, response["Location"]) == (302, "/catalogue?text=lung")
    (one,) = inside(client)
    assert (one["id"], one["version"], one["withdrawn"]) == (str(ONE), "1.0.0", False)
    assert one["search"] == "http://testserver/catalogue?text=lung&modality=MR"
    page = text(client.get("/basket"))
    assert "Datasets with the words “lung”, modality “MR (magnetic resonance imaging)”." in page
    assert "=Breast &amp; lung" in page


def test_twice_put_in_is_once_there_as_it_was_first(client: Client, three: Holder) -> None:
    put(client, ONE, search="text=first")
    put(client, ONE, TWO, search="text=second")
    assert [(one["id"], one["search"][-5:]) for one in inside(client)] == [
        (str(ONE), "first"),
        (str(TWO), "econd"),
    ]


def test_the_button_says_what_it_does_and_the_top_of_the_page_counts(client: Client, three: Holder) -> None:
    before = text(client.get(f"/catalogue/{ONE}"))
    assert 'name="put" value="00000000-0000-0000-0000-000000000001"' in before
    assert "<span>Basket</span> <b>0</b>" in before
    put(client, ONE)
    after = text(client.get(f"/catalogue/{ONE}"))
    assert 'name="take" value="00000000-0000-0000-0000-000000000001"' in after
    assert "<span>Basket</span> <b>1</b>" in after
    page = text(client.get("/catalogue"))
    assert page.count('name="take"') == 1
    assert page.count('name="put"') == 2


def test_a_script_gets_the_button_anew_and_the_counter_with_it(client: Client, three: Holder) -> None:
    response = client.post(
        "/basket",
        {"put": str(ONE), "search": "text=lung", "next": "/catalogue"},
        headers={"HX-Request": "true"},
    )
    page = text(response)
    assert response.status_code == 200
    assert 'name="take"' in page
    assert 'value="text=lung"' in page
    assert 'hx-swap-oob="true"' in page
    assert "1 dataset was put in." in page
    assert "<html" not in page


def test_datasets_are_taken_out_one_by_one_or_all(client: Client, three: Holder) -> None:
    put(client, ONE, TWO, THREE)
    client.post("/basket", {"take": str(TWO)})
    assert [one["id"] for one in inside(client)] == [str(ONE), str(THREE)]
    page = text(client.post("/basket", {"clear": "1"}, follow=True))
    assert "2 datasets were taken out." in page
    assert inside(client) == []


def test_everything_a_search_finds_goes_in_at_once(client: Client, three: Holder) -> None:
    client.post("/basket", {"all": "1", "search": "terms=DUO_0000021&terms=DUO_0000046&size=10&page=9"})
    assert {one["id"] for one in inside(client)} == {str(ONE), str(TWO)}


@pytest.mark.parametrize(
    "form", [{"put": "none"}, {"put": str(UUID(int=99))}, {"take": "x"}, {}, {"search": "%"}]
)
def test_what_is_no_dataset_changes_nothing(client: Client, three: Holder, form: dict[str, str]) -> None:
    assert client.post("/basket", form).status_code == 302
    assert inside(client) == []


@pytest.mark.parametrize(
    "target", ["https://evil.example.org/", "//evil.example.org", "javascript:1", "\\\\x"]
)
def test_the_way_back_stays_on_this_site(client: Client, three: Holder, target: str) -> None:
    assert put(client, ONE, next=target)["Location"] == "/basket"


def test_other_sites_cannot_fill_it(three: Holder) -> None:
    assert Client(enforce_csrf_checks=True).post("/basket", {"put": str(ONE)}).status_code == 403


def test_terms_that_conflict_are_told_with_reasons(client: Client, three: Holder) -> None:
    put(client, ONE, TWO, THREE)
    page = text(client.get("/basket"))
    assert "No terms were found that conflict." in page
    assert "No commercial use. Work that uses all of these together stays non-commercial." in page
    assert "An ethics committee approves the work first." in page
    assert "These records say nothing of terms. That is no permission: ask their provider." in page
    page = text(client.get("/basket?use=commercial&use=nonsense"))
    assert "These do not allow commercial work." in page
    assert "No terms were found that conflict." not in page


def test_withdrawn_and_changed_datasets_are_told(
    client: Client, three: Holder, federation: Federation
) -> None:
    put(client, ONE, TWO, THREE)
    three.withdraw(1)
    publish(three, 2, version="2.0.0")
    publish(three, 3, description=(Text("Said otherwise.", "en"),))
    federation.harvest()
    page = text(client.get("/basket"))
    assert "Withdrawn since you put them in" in page
    assert "you put in version 1.0.0, now it is version 2.0.0" in page
    assert "its description says something else" in page
    told = {one["id"]: (one["withdrawn"], one["changed"], one["version_now"]) for one in inside(client)}
    assert told == {
        str(ONE): (True, False, "1.0.0"),
        str(TWO): (False, True, "2.0.0"),
        str(THREE): (False, True, "1.0.0"),
    }
    # A withdrawn dataset binds nobody.
    assert "No commercial use." not in page


def test_the_file_for_a_spreadsheet_runs_nothing(client: Client, three: Holder) -> None:
    put(client, ONE, TWO)
    response = client.get("/basket?format=csv")
    assert response["Content-Disposition"] == 'attachment; filename="basket.csv"'
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))
    assert [row["title"] for row in rows] == ["'=Breast & lung", "Dataset 2"]
    assert rows[0]["terms"] == "Non-commercial use only"


def test_a_basket_is_bounded(client: Client, three: Holder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baskets, "MOST", 2)
    monkeypatch.setattr(baskets, "MOST_OF_VISITORS", 2)
    assert "Narrow the search to 2 datasets" in text(client.get("/catalogue"))
    assert "Put all 2 into the basket" in text(client.get("/catalogue?terms=DUO_0000021&terms=DUO_0000046"))
    page = text(client.post("/basket", {"put": [str(ONE), str(TWO), str(THREE)]}, follow=True))
    assert "A basket holds at most 2 datasets; nothing was put in." in page
    assert inside(client) == []


def test_a_search_too_long_to_keep_is_left_out_whole(client: Client, three: Holder) -> None:
    put(client, ONE, search="&".join(f"provider=provider-{number}" for number in range(80)))
    assert [one["search"] for one in inside(client)] == [""]


def request_of(client: Client) -> Any:
    """A request of the browser, as a sign-in sees it before the session is somebody's."""
    request = RequestFactory().get("/callback")
    request.session = SessionStore(client.cookies["caimera_hub_session"].value)
    return request


def test_a_visitors_basket_goes_with_them_when_they_sign_in(three: Holder) -> None:
    visitor, person = Client(), make_person("rosa")
    put(visitor, ONE, TWO, search="text=lung")
    owner = BasketItem(owner=cast(Any, person), record_id=TWO, version="0.9", digest="0e" * 32)
    owner.added_at = Record.objects.get(pk=TWO).first_seen_at
    owner.save()
    request = request_of(visitor)
    arriving.welcome(request, person)
    assert [(item.dataset_id, item.version) for item in baskets.items_of(person)] == [
        (TWO, "0.9"),
        (ONE, "1.0.0"),
    ]
    assert baskets.items_of_visitor(request) == []
    assert TrailRecord.objects.filter(act="basket.filled").count() == 1


def test_baskets_are_nobody_elses(three: Holder) -> None:
    rosa, omar = Client(), Client()
    rosa.force_login(cast(Any, make_person("rosa")))
    omar.force_login(cast(Any, make_person("omar")))
    put(rosa, ONE)
    assert inside(omar) == []
    assert inside(Client()) == []
    omar.post("/basket", {"take": str(ONE)})
    omar.post("/basket", {"clear": "1"})
    assert [one["id"] for one in inside(rosa)] == [str(ONE)]


def test_an_emptied_basket_leaves_no_session(three: Holder) -> None:
    visitor = Client()
    put(visitor, ONE)
    key = visitor.cookies["caimera_hub_session"].value
    assert SessionStore().exists(key)
    visitor.post("/basket", {"take": str(ONE)})
    assert not SessionStore().exists(key)


def test_a_persons_acts_are_in_the_trail_and_a_visitors_are_not(three: Holder) -> None:
    person, client = make_person("rosa"), Client()
    put(Client(), ONE)
    assert not TrailRecord.objects.filter(act__startswith="basket.").exists()
    client.force_login(cast(Any, person))
    put(client, ONE, TWO)
    put(client, ONE)
    client.post("/basket", {"take": str(ONE)})
    told = TrailRecord.objects.filter(act__startswith="basket.").order_by("id")
    assert [(one.act, one.actor, one.detail) for one in told] == [
        ("basket.filled", person.actor, {"datasets": 2}),
        ("basket.emptied", person.actor, {"datasets": 1}),
    ]


def test_a_person_is_told_of_their_basket_and_can_have_it_forgotten(three: Holder) -> None:
    person, client = make_person("rosa"), Client()
    client.force_login(cast(Any, person))
    put(client, ONE, search="text=lung")
    (chapter,) = [one for one in chapters() if one.name == "basket"]
    (told,) = chapter.told(person)
    assert (chapter.count(person), told["dataset"], told["search"]) == (1, str(ONE), "text=lung")
    assert 'href="/basket">Datasets in your basket</a>: 1' in text(client.get("/me"))
    chapter.forget(person)
    assert not BasketItem.objects.exists()


def test_a_question_is_kept_as_data(three: Holder) -> None:
    person = make_person("rosa")
    request = RequestFactory().post("/")
    request.user = cast(Any, person)
    origin = Origin(question="modality = MR", question_id=UUID(int=7))
    assert basket_actions.put(request=request, wanted=[ONE], origin=origin) == 1
    (item,) = baskets.items_of(person)
    assert item.origin == origin
    assert Item.of(item.as_row(person)) == item
    client = Client()
    client.force_login(cast(Any, person))
    page = text(client.get("/basket"))
    assert "Led here by the question: Image series where modality is MR" in page
    BasketItem.objects.update(question="no (question")
    assert "Led here by the question: no (question" in text(client.get("/basket"))
