"""Datasets described from their data: what is said, when it is said anew, and that it gives nobody away."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, RDF, XSD

from caimera import dcat
from caimera.audit.models import Record
from caimera.dcat import State
from caimera.node.datasets.actions import describe, register_crate, set_policy, withdraw
from caimera.node.datasets.errors import DatasetUnknown
from caimera.node.datasets.models import Dataset, Description, Told
from caimera.node.datasets.point import findings_of
from caimera.node.datasets.queries import listed, undescribed
from caimera.node.outbox.queries import next_waiting
from caimera.node.sources import OriginUnusable, SourceRelease
from caimera.protocol.messages import CatalogueChanged
from tests.node.crates import Holding, folder, random_holding

pytestmark = pytest.mark.django_db

EUCAIM = Namespace("https://cancerimage.eu/ontology/EUCAIM#")
HEALTH = Namespace("http://healthdataportal.eu/ns/health#")


@pytest.fixture
def published(tmp_path: Path) -> Callable[..., SourceRelease]:
    """Writes and publishes a dataset, and describes it."""

    written: dict[str, SourceRelease] = {}

    def publish(
        holding: Holding | None = None, *, policy: str | None = "open", described: bool = True
    ) -> SourceRelease:
        held = holding or random_holding(1, patients=60)
        release = written.get(held.version) or written.setdefault(held.version, held.write(tmp_path))
        register_crate(path=folder(release), policy=policy, actor="system")
        if described:
            describe(dataset_id=release.dataset_id, actor="system")
        return release

    return publish


def graph_of(dataset_id: UUID) -> tuple[Graph, URIRef]:
    """The record as another's library reads it, and what it is about."""
    graph = Graph().parse(data=Description.objects.get(dataset_id=dataset_id).turtle, format="turtle")
    return graph, URIRef(f"http://testserver/fdp/dataset/{dataset_id}")


def individuals(dataset_id: UUID) -> int:
    graph, about = graph_of(dataset_id)
    return int(graph.value(about, HEALTH.numberOfUniqueIndividuals))


def notice() -> CatalogueChanged | None:
    rows = next_waiting()
    return rows[-1].message if rows else None  # type: ignore[return-value]


def test_a_record_says_what_was_typed_and_what_the_data_say(published: Any) -> None:
    holding = random_holding(1, patients=60)
    release = published(holding)
    graph, about = graph_of(release.dataset_id)
    assert (about, RDF.type, DCAT.Dataset) in graph
    assert graph.value(about, DCTERMS.title) == Literal("Collection 1", lang="en")
    assert str(graph.value(about, URIRef(f"{DCAT}version"))) == "1"
    assert graph.value(about, HEALTH.numberOfUniqueIndividuals) == Literal(
        "60", datatype=XSD.nonNegativeInteger
    )
    assert int(graph.value(about, HEALTH.numberOfRecords)) == len(holding.studies)
    ages = [study["age_at_imaging"] for study in holding.studies if study["age_at_imaging"] is not None]
    assert int(graph.value(about, HEALTH.minTypicalAge)) == min(ages)
    modalities = {series["modality"] for series in holding.series} - {None}
    assert len(set(graph.objects(about, EUCAIM.hasImageModality))) == len(modalities)
    segmented = sum(study["has_segmentation"] is True for study in holding.studies)
    assert int(graph.value(about, EUCAIM.nbrOfSegmentations)) == segmented


def test_a_whole_record_lacks_only_its_access_body(published: Any) -> None:
    published()
    record = dcat.read(Description.objects.get().turtle.encode(), dcat.TURTLE)
    states = {name: found.state for name, found in dcat.conformance(record).items()}
    assert states == {
        "eucaim-v2": State.TRANSITION,
        "healthdcat-ap-r7": State.TRANSITION,
        "dcat-ap-3": State.CONFORMS,
        "fair-data-point": State.CONFORMS,
    }


def test_the_licence_and_the_doi_of_a_crate_are_told(published: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = Holding._description
    told = {"licence": "CC-BY-4.0", "doi": "10.7937/k9/tcia.2015"}
    monkeypatch.setattr(Holding, "_description", lambda self: plain(self).model_copy(update=told))
    graph, _ = graph_of(published().dataset_id)
    assert (None, DCTERMS.license, URIRef("https://spdx.org/licenses/CC-BY-4.0")) in graph
    assert "https://doi.org/10.7937/k9/tcia.2015" in {str(value) for value in graph.objects()}


def test_the_act_and_the_digest_are_in_the_trail_and_the_hub_is_told(published: Any) -> None:
    release = published()
    kept = Description.objects.get()
    assert kept.digest == hashlib.sha256(kept.turtle.encode()).hexdigest()
    record = Record.objects.get(act="dataset.described")
    assert record.object == f"dataset:{release.dataset_id}"
    assert record.detail == {"version": "1", "digest": kept.digest}
    listing = f"{release.dataset_id} {kept.digest}\n".encode()
    assert notice() == CatalogueChanged(digest=hashlib.sha256(listing).hexdigest(), datasets=1)


def test_describing_again_says_the_same_and_nothing_is_written(published: Any) -> None:
    release = published()
    before = Description.objects.get()
    describe(dataset_id=release.dataset_id, actor="system")
    after = Description.objects.get()
    assert (after.turtle, after.updated_at) == (before.turtle, before.updated_at)
    assert Record.objects.filter(act="dataset.described").count() == 1


def test_a_description_is_due_where_what_it_is_made_from_changed(published: Any, settings: Any) -> None:
    published(described=False)
    (due,) = undescribed()
    describe(dataset_id=due.dataset_id, actor="system")
    assert undescribed() == []
    settings.SITE = settings.SITE.model_copy(update={"base_url": "https://node.example.org"})
    assert undescribed() == [due]


def test_until_a_new_version_is_described_the_old_record_stands(published: Any) -> None:
    first = published()
    published(Holding(1, version="2", patients=random_holding(1, patients=9).patients), described=False)
    assert [each.dataset_id for each in listed()] == [first.dataset_id]
    assert individuals(first.dataset_id) == 60
    describe(dataset_id=first.dataset_id, actor="system")
    assert individuals(first.dataset_id) == 9


def test_a_withdrawn_dataset_is_listed_no_more_and_can_come_back(published: Any) -> None:
    release = published()
    withdraw(dataset_id=release.dataset_id, actor="person:7")
    assert not listed().exists()
    assert notice() == CatalogueChanged(digest=hashlib.sha256(b"").hexdigest(), datasets=0)
    record = Record.objects.get(act="dataset.withdrawn")
    assert (record.actor, record.object) == ("person:7", f"dataset:{release.dataset_id}")
    assert describe(dataset_id=release.dataset_id, actor="system") is None
    withdraw(dataset_id=release.dataset_id, actor="person:7")
    assert Record.objects.filter(act="dataset.withdrawn").count() == 1
    published()
    assert individuals(release.dataset_id) == 60


def test_a_dataset_nobody_knows_is_neither_described_nor_withdrawn() -> None:
    for act in (describe, withdraw):
        with pytest.raises(DatasetUnknown):
            act(dataset_id=uuid4(), actor="system")


def test_data_that_cannot_be_read_leave_what_was_said(published: Any) -> None:
    release = published()
    shutil.rmtree(folder(release) / "tables")
    before = Description.objects.get().turtle
    with pytest.raises(OriginUnusable):
        describe(dataset_id=release.dataset_id, actor="system")
    assert Description.objects.get().turtle == before


# Protected datasets


def numbers(turtle: str) -> list[int]:
    return [int(number) for number in re.findall(r'"(\d+)"\^\^xsd:nonNegativeInteger', turtle)]


def test_a_protected_record_holds_no_exact_number(published: Any) -> None:
    release = published(random_holding(1, patients=153), policy="protected")
    said = Description.objects.get().turtle
    assert individuals(release.dataset_id) % 5 == 0
    assert numbers(said)
    assert all(number % 5 in {0, 4} for number in numbers(said))
    assert "numberOfRecords" not in said
    assert "nbrOfSegmentations" not in said


def test_what_was_told_is_remembered_from_version_to_version(published: Any) -> None:
    """Two versions that differ in one person say the same, so that nothing can be subtracted."""
    holding = random_holding(1, patients=120)
    release = published(holding, policy="protected")
    first = Description.objects.get().turtle
    assert Told.objects.get().dataset_id == release.dataset_id
    more = random_holding(1, patients=120)
    more.version = "2"
    study = more.add_study(more.add_patient(sex="other"), age=71, year=2016)
    more.add_series(study, modality="CT")
    published(more, policy="protected")
    second = Description.objects.get().turtle
    assert _but_for_the_version(first) == _but_for_the_version(second)


def _but_for_the_version(turtle: str) -> str:
    return re.sub(r'(dcat:version "|of version )\d', "", turtle)


def test_a_memory_outlives_a_withdrawal(published: Any) -> None:
    release = published(random_holding(1, patients=120), policy="protected")
    first = Description.objects.get().turtle
    withdraw(dataset_id=release.dataset_id, actor="system")
    published(random_holding(1, patients=120), policy="protected")
    assert Description.objects.get().turtle == first


def test_a_stricter_policy_takes_the_exact_numbers_back_at_once(published: Any) -> None:
    release = published(random_holding(1, patients=153))
    assert individuals(release.dataset_id) == 153
    set_policy(dataset_id=release.dataset_id, changes={"name": "protected"}, actor="system")
    assert individuals(release.dataset_id) % 5 == 0
    assert undescribed() == []


def test_what_the_new_policy_cannot_say_is_not_said_by_the_old_one(published: Any) -> None:
    release = published()
    shutil.rmtree(folder(release) / "tables")
    set_policy(dataset_id=release.dataset_id, changes={"name": "protected"}, actor="system")
    assert not listed().exists()
    assert (message := notice()) is not None
    assert message.datasets == 0


def test_registering_with_another_policy_takes_the_record_back_until_it_is_made_anew(published: Any) -> None:
    release = published()
    published(policy="protected", described=False)
    assert not listed().exists()
    describe(dataset_id=release.dataset_id, actor="system")
    assert [each.dataset_id for each in listed()] == [release.dataset_id]


def test_a_record_says_how_its_numbers_are_to_be_read(published: Any) -> None:
    release = published(random_holding(1, patients=60))
    graph, about = graph_of(release.dataset_id)
    ours = Namespace("https://w3id.org/caimera#")
    kinds = {
        str(graph.value(one, ours.counts)): str(graph.value(one, ours.kind))
        for one in graph.objects(graph.value(about, ours.figures), ours["count"])
    }
    assert kinds == dict.fromkeys(("subjects", "studies", "series", "segmented_studies"), "exact")
    set_policy(dataset_id=release.dataset_id, actor="system", changes={"name": "protected"})
    graph, about = graph_of(release.dataset_id)
    told = graph.value(about, ours.figures)
    values = {int(one) for one in graph.objects(None, RDF.value)}
    step = int(graph.value(told, ours.step))
    assert str(graph.value(told, ours.policy)) == "protected"
    assert values
    assert all(value % step == 0 for value in values)


def test_a_title_that_contradicts_the_images_is_told_to_the_holder(published: Any, client: Client) -> None:
    holding = random_holding(1, patients=60)
    release = published(holding)
    Dataset.objects.update(title="Prostate images")
    kept = describe(dataset_id=release.dataset_id, actor="system")
    assert kept is not None
    (sentence,) = findings_of(kept)
    assert sentence.startswith("The dataset is about prostate, but its images show ")
    page = client.get(f"/fdp/dataset/{release.dataset_id}", headers={"Accept": "text/html"})
    assert "This description contradicts itself" in page.content.decode()
    assert "The dataset is about prostate" in page.content.decode()
