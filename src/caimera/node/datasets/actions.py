"""Registering datasets and saying how they protect their people."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pyarrow.parquet as pq
from django.db import transaction

from caimera.audit.actions import record
from caimera.cdm import check
from caimera.crate import Crate, CrateError, open_crate, verify
from caimera.node.datasets.errors import CrateRefused, DatasetUnknown, PolicyUnknown, VersionTaken
from caimera.node.datasets.models import Dataset, Policy, Release


def register_crate(*, path: Path, policy: str | None = None, actor: str) -> Release:
    """Verify a crate and publish it as a release of its dataset, in place of the one published before.

    `policy` None keeps what the dataset has, or takes a new dataset's from the crate's hint. Registering
    the same version again, from wherever it lies now, is no error. Raises CrateRefused, VersionTaken and
    PolicyUnknown; then nothing changed.
    """
    if policy is not None:
        _known(policy)
    crate = _verified(path)
    with transaction.atomic():
        dataset = _dataset_of(crate, policy)
        release = _release_of(crate, dataset)
        record(
            act="dataset.registered",
            actor=actor,
            object=f"dataset:{dataset.id}",
            detail={"version": release.version, "digest": release.digest, "policy": dataset.policy},
        )
    return release


def set_policy(*, dataset_id: UUID, policy: str, actor: str) -> Dataset:
    """Change how a dataset protects its people, from the next question on.

    Raises DatasetUnknown and PolicyUnknown.
    """
    _known(policy)
    with transaction.atomic():
        dataset = Dataset.objects.select_for_update().filter(id=dataset_id).first()
        if dataset is None:
            raise DatasetUnknown(dataset_id)
        before, dataset.policy = dataset.policy, policy
        dataset.save(update_fields=["policy"])
        record(
            act="dataset.policy_set",
            actor=actor,
            object=f"dataset:{dataset.id}",
            detail={"before": before, "after": policy},
        )
    return dataset


def _known(policy: str) -> None:
    if policy not in Policy.values:
        raise PolicyUnknown(policy)


def _verified(path: Path) -> Crate:
    try:
        findings = [finding.message for finding in verify(path)]
        crate = None if findings else open_crate(path)
    except CrateError as error:
        raise CrateRefused(path, [str(error)]) from error
    if crate is None:
        raise CrateRefused(path, findings)
    if violations := check({name: pq.read_table(crate.table(name)) for name in crate.tables}):
        raise CrateRefused(path, [violation.message for violation in violations])
    return crate


def _dataset_of(crate: Crate, policy: str | None) -> Dataset:
    said = crate.description
    described = {"title": said.title, "description": said.description, "provider": said.provider}
    dataset, _ = Dataset.objects.select_for_update().update_or_create(
        id=said.dataset_id,
        defaults=described | ({"policy": policy} if policy else {}),
        create_defaults=described | {"policy": policy or said.policy_hint},
    )
    return dataset


def _release_of(crate: Crate, dataset: Dataset) -> Release:
    version = crate.description.version
    known = dataset.releases.filter(version=version).first()
    if known and known.digest != crate.digest:
        raise VersionTaken(dataset.id, version)
    dataset.releases.filter(published=True).exclude(version=version).update(published=False)
    release, _ = dataset.releases.update_or_create(
        version=version,
        defaults={"digest": crate.digest, "crate_path": str(crate.path), "published": True},
    )
    return release
