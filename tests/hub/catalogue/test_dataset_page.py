"""What a dataset's page makes of its record: numbers with their kinds, charts, tiers, citations, versions."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone
from pyoxigraph import NamedNode, Triple

from caimera.hub.catalogue.citing import escaped
from caimera.hub.catalogue.models import Record
from caimera.hub.catalogue.numbers import in_words, roughly
from caimera.hub.catalogue.tiers import LASTING, offer_of, tier_of
from caimera.hub.federation.models import Node
from caimera.protocol.messages import Count, CountKind
from tests.dcat.people import crowd
from tests.dcat.samples import english
from tests.hub.catalogue.holders import Federation, Holder, carrying, computed, described

pytestmark = pytest.mark.django_db(transaction=True)

ONE, TWO = UUID(int=1), UUID(int=2)
DCAT = "http://www.w3.org/ns/dcat#"


@pytest.fixture
def visitor() -> Client:
    return Client()


def page(visitor: Client, address: str = f"/catalogue/{ONE}") -> str:
    response = visitor.get(address)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def blocks(text: str) -> list[dict[str, Any]]:
    """What the page tells search engines."""
    return [
        json.loads(one) for one in re.findall(r'<script type="application/ld\+json">(.*?)</script>', text)
    ]


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (Count(kind=CountKind.EXACT, value=1118), "exactly 1,118"),
        (Count(kind=CountKind.ROUNDED, value=120, step=10), "about 120"),
        (Count(kind=CountKind.APPROXIMATE, value=120), "about 120"),
        (Count(kind=CountKind.FEWER_THAN, bound=10), "fewer than 10"),
        (Count(kind=CountKind.WITHHELD), "not told"),
    ],
)
def test_a_number_is_said_as_it_is_to_be_read(count: Count, words: str) -> None:
    assert in_words(count) == words


def test_an_open_dataset_shows_exact_numbers_and_charts(
    visitor: Client, holder: Holder, federation: Federation
) -> None:
    holder.publish(1, **carrying(1, computed(118)))
    federation.harvest()
    text = page(visitor)
    assert '<dd>exactly 118</dd><dd class="count-note">as counted in the data</dd>' in text
    assert "Its holder declared this dataset open: every number is exact." in text
    sexes = Counter(one.sex for one in crowd(118) if one.sex)
    for sex, number in sexes.items():
        row = (
            f'data-chart-label="{sex.title()}" data-chart-value="{number}" data-chart-text="exactly {number}"'
        )
        assert row in text
    assert f'value="{round(100 * sexes.total() / 118)}" aria-hidden="true"></meter>' in text
    assert Record.objects.get().counts["subjects"] == {"kind": "exact", "value": 118}


def test_a_protected_dataset_shows_rounded_numbers_only(
    visitor: Client, holder: Holder, federation: Federation
) -> None:
    told = computed(300, protected=True)
    holder.publish(1, **carrying(1, told))
    federation.harvest()
    text = page(visitor)
    assert f"<dd>about {told.subjects.value}</dd>" in text
    assert "These people are protected" in text
    assert "exactly" not in text


def test_few_people_are_told_as_few(visitor: Client, holder: Holder, federation: Federation) -> None:
    holder.publish(1, **{**carrying(1, computed(4, protected=True)), "individuals": None})
    federation.harvest()
    assert '<dd>fewer than 10</dd><dd class="count-note">too few to say more' in page(visitor)


def test_what_does_not_fit_together_is_shown(visitor: Client, holder: Holder, federation: Federation) -> None:
    figured = carrying(1, computed(118))
    holder.publish(1, **{**figured, "individuals": 500, "minimum_age": 90, "maximum_age": 12})
    federation.harvest()
    text = page(visitor)
    assert "The description says 500 people, the data hold 118." in text
    assert "The lowest age, 90, is above the highest, 12." in text


def test_a_dataset_is_cited_in_words_and_as_bibtex(
    visitor: Client, holder: Holder, federation: Federation
) -> None:
    holder.publish(1, title=english("Lung & liver {50%}"))
    federation.harvest()
    text = page(visitor)
    assert "@dataset{lung-liver-50-2023, author = {{Radiology}}" in text
    assert r"title = {{Lung \&amp; liver \{50\%\}}}" in text
    assert "doi = {10.5281/zenodo.1}" in text
    assert f"url = {{http://testserver/pid/{ONE}}}" in text
    assert escaped("a_b^c~\\") == r"a\_b\textasciicircum{}c\textasciitilde{}\textbackslash{}"


def test_versions_and_series_lead_to_their_pages(
    visitor: Client, holder: Holder, federation: Federation
) -> None:
    here, before = described(1).id or "", described(2).id or ""
    older = Triple(NamedNode(here), NamedNode(f"{DCAT}previousVersion"), NamedNode(before))
    holder.publish(1, extra=(older,))
    holder.publish(2)
    federation.harvest()
    text = page(visitor)
    assert f'<dt>Version before this one</dt><dd><a href="/catalogue/{TWO}">Dataset 2' in text
    (series,) = re.findall(r'<a href="(/catalogue/series\?address=[^"]+)"', text)
    listed = page(visitor, series)
    assert "2 datasets of the catalogue are part of it." in listed
    assert f'<a href="/catalogue/{ONE}">Dataset 1</a>' in listed
    for nothing in ("/catalogue/series", "/catalogue/series?address=x", "/catalogue/series?address=%00"):
        assert visitor.get(nothing).status_code == 404


def test_search_engines_are_told_safely(visitor: Client, holder: Holder, federation: Federation) -> None:
    holder.publish(1, title=english("Fine 7 < 8 & 9"))
    federation.harvest()
    dataset, crumbs = blocks(page(visitor))
    assert (dataset["@type"], dataset["name"]) == ("Dataset", "Fine 7 < 8 & 9")
    assert [one["name"] for one in crumbs["itemListElement"]] == [
        "Catalogue",
        "Image department",
        "Fine 7 < 8 & 9",
    ]
    (catalogue,) = blocks(page(visitor, "/catalogue"))
    assert (catalogue["@type"], catalogue["size"]) == ("DataCatalog", 1)


def test_the_list_and_the_api_tell_kinds_too(visitor: Client, holder: Holder, federation: Federation) -> None:
    holder.publish(1, **carrying(1, computed(118)))
    holder.publish(2, **{**carrying(2, computed(4, protected=True)), "individuals": None})
    federation.harvest()
    listed = page(visitor, "/catalogue")
    assert "<li>exactly 118 subjects</li>" in listed
    assert "<li>fewer than 10 subjects</li>" in listed
    one = visitor.get(f"/api/catalogue/{ONE}").json()
    assert one["counts"]["subjects"] == {"kind": "exact", "value": 118, "step": None, "bound": None}
    assert (one["tier"], one["tier_reason"][:21]) == ("Tier 1", "It is described only:")
    few = visitor.get(f"/api/catalogue/{TWO}").json()
    assert (few["subjects"], few["counts"]["subjects"]["kind"]) == (None, "fewer_than")


# Tiers


def test_the_tier_is_what_the_node_really_offers(
    visitor: Client, holder: Holder, federation: Federation
) -> None:
    holder.publish(1)
    federation.harvest()
    Node.objects.update(capabilities={"sex": ["="], "modality": ["="]})
    holder.node.appear()
    text = page(visitor)
    assert "Its node answers questions about 2 properties of its people and images" in text
    assert "<strong>Tier 2" in text
    holder.node.appear(ago=LASTING.total_seconds() + 60)
    text = page(visitor)
    assert "its node was not heard for over a day" in text
    assert "<strong>Tier 1" in text
    tiers = visitor.get("/api/catalogue").json()["facets"]
    (tier,) = [facet for facet in tiers if facet["name"] == "tier"]
    assert [value["label"].partition("+")[0][:6] for value in tier["values"]] == ["Tier 1"]


def test_every_reason_for_the_first_tier_is_said(holder: Holder) -> None:
    now, node = timezone.now(), Node.objects.get()
    node.capabilities, node.last_heard_at = {"sex": ["="]}, now - timedelta(hours=23)
    assert offer_of(node, now).tier == 2
    node.capabilities = {}
    assert "answers no questions" in offer_of(node, now).sentence
    node.last_heard_at = None
    assert "not heard" in offer_of(node, now).sentence
    node.revoked_at = now
    assert "no part of this federation" in offer_of(node, now).sentence
    assert offer_of(None, now).tier == 1


@pytest.mark.parametrize(
    ("claimed", "tier", "label"),
    [
        ("SPEC1000016", 1, "Tier 1A+"),
        ("SPEC1000012", 2, "Tier 2A+"),
        ("SPEC1000015", 2, "Tier 2C+"),
        ("", 1, "Tier 1"),
    ],
)
def test_the_sign_behind_a_tier_stays_the_records_own(claimed: str, tier: int, label: str) -> None:
    assert tier_of(claimed, tier).label == label
    assert tier_of(f"https://cancerimage.eu/ontology/EUCAIM#{claimed}", tier).label == label


# Providers


def test_providers_stand_in_their_networks_with_their_numbers(
    visitor: Client, holder: Holder, federation: Federation
) -> None:
    holder.publish(1, **carrying(1, computed(118)))
    holder.publish(2, individuals=200, studies=300)
    federation.harvest()
    text = page(visitor, "/catalogue/providers")
    assert '<a href="/catalogue/providers/image-department">Image department</a>' in text
    assert 'data-label="Subjects">about 320</td>' in text
    text = page(visitor, "/catalogue/providers/image-department")
    assert "1 dataset does not tell an exact number." in text
    assert f'<a href="/catalogue/{TWO}">Dataset 2</a>' in text
    assert "Questions to:" in text
    assert "Last read" in text
    assert visitor.get("/catalogue/providers/nobody").status_code == 404


# Side by side


def test_up_to_four_datasets_stand_side_by_side(
    visitor: Client, holder: Holder, federation: Federation
) -> None:
    holder.publish(1, **carrying(1, computed(118)))
    for number in range(2, 7):
        holder.publish(number, sex=(), individuals=118)
    federation.harvest()
    asked = "&".join(f"dataset={UUID(int=number)}" for number in (1, 2))
    text = page(visitor, f"/catalogue/compare?{asked}")
    assert text.count('<th scope="col"><a href="/catalogue/') == 2
    assert "<strong>exactly 118</strong>" in text
    assert "Not recorded" in text
    assert f'href="/catalogue/compare?dataset={TWO}">' in text
    five = "&".join(f"dataset={UUID(int=number)}" for number in range(1, 6))
    text = page(visitor, f"/catalogue/compare?{five}")
    assert text.count('<th scope="col"><a href="/catalogue/') == 4
    assert "at most 4 datasets fit side by side" in text


def test_what_is_no_dataset_is_left_out_of_a_comparison(
    visitor: Client, holder: Holder, federation: Federation
) -> None:
    holder.publish(1)
    federation.harvest()
    text = page(visitor, f"/catalogue/compare?dataset=x&dataset={UUID(int=9)}&dataset={ONE}&dataset={ONE}")
    assert "Not all that was chosen is shown" in text
    assert text.count('<th scope="col"><a href="/catalogue/') == 1
    assert "Choose two to 4 datasets" in page(visitor, "/catalogue/compare")


def test_words_find_another_dataset_to_compare(
    visitor: Client, holder: Holder, federation: Federation
) -> None:
    holder.publish(1)
    holder.publish(2, title=english("Livers"))
    federation.harvest()
    text = page(visitor, f"/catalogue/compare?dataset={ONE}&text=livers")
    assert f'<a href="/catalogue/compare?dataset={ONE}&amp;dataset={TWO}">Add Livers</a>' in text
    assert "No other dataset has these words." in page(visitor, f"/catalogue/compare?dataset={ONE}&text=zzz")


def test_the_list_offers_every_dataset_for_comparison(
    visitor: Client, holder: Holder, federation: Federation
) -> None:
    holder.publish(1)
    federation.harvest()
    text = page(visitor, "/catalogue")
    assert '<form id="compare-form"' in text
    assert f'name="dataset" value="{ONE}" form="compare-form"' in text


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (0, 0),
        (9, 9),
        (14, 10),
        (318, 320),
        (999, 1_000),
        (1_234, 1_230),
        (85_441, 85_400),
        (999_999, 1_000_000),
    ],
)
def test_a_sum_of_rounded_numbers_pretends_to_no_more(number: int, told: int) -> None:
    assert roughly(number) == told
