"""An operator adds a source on the web and takes it out again; nobody else does, and nothing by surprise."""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from caimera.audit.models import Record as Trail
from caimera.dcat import write
from caimera.hub.catalogue import actions, foreign, looking, queries
from caimera.hub.catalogue.models import Harvest, Proposal, Record, Source
from caimera.hub.catalogue.walking import dataset_id_of
from tests.hub.catalogue.guests import Web, described, served

pytestmark = pytest.mark.django_db(transaction=True)

ADD = "/catalogue/add-source"


@pytest.fixture
def web() -> Iterator[Web]:
    with served() as found:
        found.point(1, 2)
        yield found


def words(response: Any) -> str:
    return html.unescape(" ".join(response.content.decode().split()))


def send(operator: Client, web: Web, do: str = "look", **said: str) -> Any:
    return operator.post(ADD, {"url": web["/"], "private": "yes", "do": do, **said})


def added(operator: Client, web: Web) -> Source:
    sent = send(operator, web, "add", title="Elsewhere")
    assert sent.status_code == 302, words(sent)
    source = Source.objects.get()
    assert sent["Location"] == f"/catalogue/sources/{source.pk}"
    return source


def harvest() -> None:
    foreign.harvest_due(now=timezone.now())
    while actions.read_some():
        pass
    actions.finish_complete()


def test_only_an_operator_keeps_sources(web: Web, member: Client, operator: Client) -> None:
    source = added(operator, web)
    for address in (ADD, f"/catalogue/sources/{source.pk}/keep"):
        assert Client().get(address)["Location"].startswith("/sign-in")
        for answer in (member.get(address), member.post(address, {"url": web["/"], "do": "remove"})):
            assert answer.status_code == 403
        assert operator.get(address).status_code == 200
    for person, seen in ((Client(), False), (member, False), (operator, True)):
        assert (f'href="{ADD}"' in words(person.get("/catalogue/sources"))) is seen
        assert ("/keep" in words(person.get(f"/catalogue/sources/{source.pk}"))) is seen


def test_a_look_says_what_would_come_and_keeps_nothing(web: Web, operator: Client) -> None:
    web.put("/dataset/2", "this is no RDF")
    page = words(send(operator, web))
    assert "1 dataset would be added" in page
    assert "Foreign 1" in page
    assert "1 would be refused" in page
    assert web["/dataset/2"] in page
    assert "no valid" in page.lower()
    assert "An address of a private network is allowed" in page
    assert not Source.objects.exists()
    assert not Record.objects.exists()
    assert not Trail.objects.filter(act="source.added").exists()


def test_what_another_source_has_would_be_refused(web: Web, operator: Client) -> None:
    added(operator, web)
    harvest()
    assert Record.objects.count() == 2
    web.put("/other", write(described(web["/dataset/1"], "Foreign 1")))
    page = words(operator.post(ADD, {"url": web["/other"], "private": "yes"}))
    assert "described a dataset with this identifier first" in page
    assert "0 datasets would be added" in page


def test_a_look_ends_where_a_person_would_wait_too_long(
    web: Web, operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "MOST", 1)
    assert "these are the first 1" in words(send(operator, web))
    monkeypatch.setattr(looking, "SECONDS", -1.0)
    with pytest.raises(looking._Enough):
        looking.look(url=web["/"], private=True)


@pytest.mark.parametrize("do", ["look", "add"])
def test_what_cannot_be_read_is_said_at_the_field(web: Web, operator: Client, do: str) -> None:
    for url, private, sentence in (
        ("", "yes", "Give the address"),
        ("file:///etc/passwd", "yes", "Give the address"),
        (web["/"], "", "private network"),
        (web["/nothing"], "yes", "is not there (404)"),
    ):
        refused = operator.post(ADD, {"url": url, "private": private, "do": do})
        assert refused.status_code == 422
        assert sentence in words(refused)
        assert f'value="{url}"' in words(refused)
    web.put("/page", "<!doctype html><p>Hello", media_type="text/html")
    assert "web page for people" in words(send(operator, web, do, url=web["/page"]))
    assert not Source.objects.exists()


def test_a_source_is_added_under_a_name_and_in_the_trail(web: Web, operator: Client) -> None:
    source = added(operator, web)
    assert (source.title, source.private_allowed, source.kind) == ("Elsewhere", True, "point")
    assert Trail.objects.get(act="source.added").actor != "system"
    assert send(operator, web).status_code == 422  # it is there already
    harvest()
    assert set(queries.visible_records().values_list("title", flat=True)) == {"Foreign 1", "Foreign 2"}


def test_points_that_told_of_themselves_wait_there(operator: Client) -> None:
    now = timezone.now()
    Proposal.objects.create(url="https://fdp.example.org/?a=1&b=2", first_at=now, last_at=now)
    assert "?url=https%3A%2F%2Ffdp.example.org%2F%3Fa%3D1%26b%3D2" in operator.get(ADD).content.decode()
    assert 'value="https://fdp.example.org/"' in words(operator.get(ADD, {"url": "https://fdp.example.org/"}))


def test_a_source_is_taken_out_after_a_question_and_comes_back(web: Web, operator: Client) -> None:
    source = added(operator, web)
    harvest()
    keep = f"/catalogue/sources/{source.pk}/keep"
    assert "2 datasets in the catalogue come from there" in words(operator.get(keep))
    operator.post(keep, {"do": "something else"})
    assert queries.visible_records().count() == 2
    assert "2 datasets were withdrawn" in words(operator.post(keep, {"do": "remove"}, follow=True))
    assert queries.visible_records().count() == 0
    assert Client().get(f"/catalogue/{dataset_id_of(web['/dataset/1'])}").status_code == 410
    assert Trail.objects.get(act="source.removed").detail == {"url": web["/"], "gone": 2}
    assert Trail.objects.filter(act="record.withdrawn").count() == 2
    assert foreign.harvest_due(now=timezone.now()) == 0
    operator.post(keep, {"do": "resume"})
    harvest()
    assert queries.visible_records().count() == 2
    operator.post(keep, {"do": "stop"})
    assert (queries.visible_records().count(), Source.objects.get().present) == (2, False)


def test_a_run_on_its_way_ends_when_its_source_is_taken_out(web: Web, operator: Client) -> None:
    source = added(operator, web)
    running = source.harvests.create(state="listing", started_at=timezone.now(), heard_at=timezone.now())
    operator.post(f"/catalogue/sources/{source.pk}/keep", {"do": "remove"})
    assert Harvest.objects.get(pk=running.pk).state == "failed"
    assert source.harvests.exclude(pk=running.pk).get().state == "applied"


def test_nodes_are_not_kept_here(operator: Client) -> None:
    assert operator.get("/catalogue/sources/nobody/keep").status_code == 404
