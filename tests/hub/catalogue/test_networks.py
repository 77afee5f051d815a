"""Network, organisation, imaging biobank, dataset: one page each, each with the way up and down."""

from __future__ import annotations

import html
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.test import Client

from caimera.dcat import Agent, Text
from caimera.people.models import Biobank, Network, Organisation
from caimera.people.organisations import add_biobank, make_network, take_on
from tests.hub.catalogue.holders import Federation, Holder
from tests.hub.conftest import FakeNode

pytestmark = pytest.mark.django_db(transaction=True)


def text(address: str) -> str:
    answer = Client().get(address)
    assert answer.status_code == 200
    return html.unescape(" ".join(answer.content.decode().split()))


def called(name: str) -> Agent:
    return Agent(name=(Text(name, "en"),))


@pytest.fixture
def network(holder: Holder, make_node: Callable[..., FakeNode]) -> Network:
    """Of two organisations: one runs a node with three datasets and has a biobank, one has none."""
    other = Holder(make_node("genomics"))
    holder.publish(1, custodian=called("Biobank of the lung"))
    holder.publish(2, custodian=called("somebody else"))
    holder.publish(3, custodian=called("Biobank of the lung"))
    other.publish(4, custodian=called("Institute"))
    Federation([holder, other]).harvest()
    hospital = take_on(name="Hospital", country="Italy", node_id=holder.node.id, by=None)
    institute = take_on(name="institute", country="Spain", by=None)
    take_on(name="Loner", by=None)
    add_biobank(
        organisation_id=hospital.pk, name="BIOBANK of the lung", website="javascript:alert(1)", by=None
    )
    return make_network(name="Euro net", organisation_ids=[hospital.pk, institute.pk], by=None)


def test_without_organisations_the_page_says_so(db: None) -> None:
    assert "No organisation has been taken on yet" in text("/networks")


def test_from_a_network_down_to_a_dataset_and_up_again(network: Network) -> None:
    page = text("/networks")
    assert f'href="/networks/{network.pk}">Euro net</a>' in page
    assert "4 datasets" in page
    assert page.index("In no network") < page.index("Loner")
    page = text(f"/networks/{network.pk}")
    biobank, hospital = Biobank.objects.get(), Organisation.objects.get(name="Hospital")
    link = f'href="/biobanks/{biobank.pk}">BIOBANK of the lung</a></td>'
    assert f'{link}<td class="number" data-label="Datasets">2<' in page
    assert "not said of which" in page
    assert "Loner" not in page
    assert '<th scope="row">Spain</th><td class="number" data-label="Organisations">1</td>' in page
    page = text(f"/biobanks/{biobank.pk}")
    assert f'href="/organisations/{hospital.pk}/datasets">Hospital</a>' in page
    assert f'href="/networks/{network.pk}"' in page
    assert [f"/catalogue/{UUID(int=n)}" in page for n in (1, 2, 3, 4)] == [True, False, True, False]
    assert "javascript:" not in page
    page = text(f"/organisations/{hospital.pk}/datasets")
    assert [f"/catalogue/{UUID(int=n)}" in page for n in (1, 2, 3, 4)] == [True, True, True, False]
    page = text(f"/catalogue/{UUID(int=1)}")
    for address in (
        f"/networks/{network.pk}",
        f"/organisations/{hospital.pk}/datasets",
        f"/biobanks/{biobank.pk}",
    ):
        assert f'href="{address}"' in page
    assert f'href="/biobanks/{biobank.pk}"' not in text(f"/catalogue/{UUID(int=2)}")


def test_a_record_that_names_an_organisation_is_its_own_without_a_node(network: Network) -> None:
    institute = Organisation.objects.get(name="institute")
    assert f"/catalogue/{UUID(int=4)}" in text(f"/organisations/{institute.pk}/datasets")
    page = text(f"/catalogue/{UUID(int=4)}")
    assert f'href="/organisations/{institute.pk}/datasets"' in page
    assert f'href="/organisations/{institute.pk}/datasets"' in text("/catalogue/providers/institute")


def test_the_front_door_tells_the_country_of_each_node(network: Network) -> None:
    page = text("/")
    assert "<td>Italy</td>" in page
    assert "<td>not recorded</td>" in page
    assert 'href="/networks"' in page


def test_who_is_not_there_is_not_found(db: None) -> None:
    for address in ("/networks/7", "/biobanks/7", f"/organisations/{uuid4()}/datasets"):
        assert Client().get(address).status_code == 404
