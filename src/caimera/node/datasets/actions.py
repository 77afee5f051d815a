"""Registering, describing and withdrawing datasets, and saying how they protect their people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypedDict, cast
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import transaction
from django.utils import timezone

from caimera import disclosure
from caimera.audit.actions import record
from caimera.cdm import check
from caimera.crate import Crate, CrateError, open_crate, verify
from caimera.node.datasets.addresses import address_of, disclosure_key, keep_address
from caimera.node.datasets.describing import described, tables_of
from caimera.node.datasets.errors import (
    CrateRefused,
    DatabaseRefused,
    DatasetUnknown,
    PolicyRefused,
    PolicyUnknown,
    VersionTaken,
)
from caimera.node.datasets.listing import tell_of_change
from caimera.node.datasets.models import Dataset, Description, OriginKind, Policy, Release
from caimera.node.datasets.queries import dataset_with_id, listed
from caimera.node.sources import DatabaseOrigin, OriginUnusable, Tables


def register_crate(*, path: Path, policy: str | None = None, actor: str) -> Release:
    """Verify a crate and publish it as a release of its dataset, in place of the one published before.

    `policy` None keeps what the dataset has, or takes a new dataset's from the crate's hint. Registering
    the same version again, from wherever it lies now, is no error. Raises CrateRefused, VersionTaken and
    PolicyUnknown; then nothing changed.
    """
    if policy is not None:
        _known(policy)
    crate = _verified(path)
    said = crate.description
    described = {"title": said.title, "description": said.description, "provider": said.provider}
    contents = Contents(said.dataset_id, said.version, crate.digest, OriginKind.CRATE, str(crate.path))
    return _publish(contents, described, policy=policy, hint=said.policy_hint, actor=actor)


def connect_database(*, name: str, address: str, actor: str) -> None:
    """Keep the address of a clinical database among this node's secrets, in place of the one before.

    Raises DatabaseNameInvalid, and DatabaseRefused where it is no PostgreSQL address.
    """
    if not address.startswith(("postgresql://", "postgres://")):
        raise DatabaseRefused(name, ["An address begins with postgresql://."])
    with transaction.atomic():
        record(act="database.connected", actor=actor, object=f"database:{name}", detail={})
        keep_address(name, address)


def register_database(
    *, name: str, dataset_id: UUID, version: str, key: str = "", policy: str | None = None, actor: str
) -> Release:
    """Read a dataset from a database and publish what was read as a release, in place of the one before.

    `key` is what the database calls the dataset, its UUID unless given. A new dataset is protected unless
    `policy` says otherwise. Registering the same version again is no error while its data are the same.
    Raises DatabaseRefused, VersionTaken and PolicyUnknown; then nothing changed.
    """
    if policy is not None:
        _known(policy)
    key = key or str(dataset_id)
    digest, tables = _read(DatabaseOrigin(name, dataset_id, key, partial(address_of, name)))
    (said,) = tables["dataset"].to_pylist()
    described = {column: said[column] or "" for column in ("title", "description", "provider")}
    contents = Contents(dataset_id, version, digest, OriginKind.DATABASE, name, key)
    return _publish(contents, described, policy=policy, hint=Policy.PROTECTED, actor=actor)


class PolicyChanges(TypedDict, total=False):
    """What to change of a policy; the fields of `disclosure.Policy`."""

    name: str
    minimum: int
    step: int
    epsilon: float
    overlap: int
    weekly_per_person: int
    weekly_in_all: int
    studies_clip: int | None
    series_clip: int | None


def set_policy(*, dataset_id: UUID, actor: str, changes: PolicyChanges) -> Dataset:
    """Change how a dataset protects its people, from the next question on; the rest stays as it is.

    Raises DatasetUnknown, and PolicyRefused where the numbers would protect nobody.
    """
    data = _described_data(dataset_id)
    with transaction.atomic():
        dataset = _locked(dataset_id)
        before, after = asdict(dataset.rules), _changed(dataset.rules, changes)
        for field, value in after.items():
            setattr(dataset, "policy" if field == "name" else field, value)
        dataset.save()
        record(
            act="dataset.policy_set",
            actor=actor,
            object=f"dataset:{dataset.id}",
            detail={"before": before, "after": after},
        )
        if before != after:
            _describe_by_new_rules(dataset, data, actor)
    return dataset


def _described_data(dataset_id: UUID) -> tuple[Release, Tables] | None:
    """The published release with its data, where it is described and can be read."""
    found = Release.objects.filter(
        dataset_id=dataset_id, published=True, dataset__in=listed().values("dataset")
    )
    if (release := found.first()) is None:
        return None
    try:
        return release, tables_of(release)
    except OriginUnusable:
        return None


def _describe_by_new_rules(dataset: Dataset, data: tuple[Release, Tables] | None, actor: str) -> None:
    """What was said by the old rules is said no longer, whether or not it can be said by the new ones."""
    release = dataset.releases.filter(published=True).first()
    if data is None or release != data[0]:
        _unlist(dataset)
        return
    release.dataset = dataset
    _describe(release, data[1], actor)


def _changed(before: disclosure.Policy, changes: PolicyChanges) -> dict[str, Any]:
    try:
        return asdict(replace(before, **cast(dict[str, Any], changes)))
    except disclosure.PolicyError as error:
        raise PolicyRefused(str(error)) from error


def withdraw(*, dataset_id: UUID, actor: str) -> Dataset:
    """Publish no version of a dataset: it is neither counted nor described. What it told is remembered.

    Withdrawing again is no error. Raises DatasetUnknown.
    """
    with transaction.atomic():
        dataset = _locked(dataset_id)
        if dataset.releases.filter(published=True).update(published=False):
            record(act="dataset.withdrawn", actor=actor, object=f"dataset:{dataset.id}")
            _unlist(dataset)
    return dataset


def describe(*, dataset_id: UUID, actor: str) -> Description | None:
    """Describe the published release of a dataset from its data, and tell the hub if that says otherwise.

    Returns None where none is published. Raises DatasetUnknown, and OriginUnusable where its data cannot be
    read: then what was said before stays.
    """
    while (release := dataset_with_id(dataset_id).releases.filter(published=True).first()) is not None:
        tables = tables_of(release)
        with transaction.atomic():
            now = _locked(dataset_id).releases.filter(published=True).select_related("dataset").first()
            if now == release:
                return _describe(now, tables, actor)
    return None


def _describe(release: Release, tables: Tables, actor: str) -> Description:
    made = described(release, tables, disclosure_key())
    before = Description.objects.filter(dataset_id=release.dataset_id).first()
    if before is not None and before.digest == made.digest:
        before.made_from = made.made_from
        before.save(update_fields=["made_from"])
        return before
    fields = {name: getattr(made, name) for name in ("turtle", "digest", "made_from", "updated_at")}
    kept, _ = Description.objects.update_or_create(
        dataset=release.dataset,
        defaults=fields,
        create_defaults={**fields, "issued_at": made.updated_at},
    )
    record(
        act="dataset.described",
        actor=actor,
        object=f"dataset:{release.dataset_id}",
        detail={"version": release.version, "digest": made.digest},
    )
    tell_of_change()
    return kept


def _unlist(dataset: Dataset) -> None:
    """Let nobody read a description any more that must not, or cannot, be made anew."""
    gone = Description.objects.filter(dataset=dataset).exclude(turtle="")
    if gone.update(turtle="", digest="", made_from="", updated_at=timezone.now()):
        tell_of_change()


def _locked(dataset_id: UUID) -> Dataset:
    dataset = Dataset.objects.select_for_update().filter(id=dataset_id).first()
    if dataset is None:
        raise DatasetUnknown(dataset_id)
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


def _read(origin: DatabaseOrigin) -> tuple[str, Mapping[str, pa.Table]]:
    try:
        digest, tables = origin.snapshot()
    except OriginUnusable as error:
        raise DatabaseRefused(origin.name, [str(error)]) from error
    if violations := check(tables):
        raise DatabaseRefused(origin.name, [violation.message for violation in violations])
    return digest, tables


@dataclass(frozen=True, slots=True)
class Contents:
    """What a version consists of, and where it is read."""

    dataset_id: UUID
    version: str
    digest: str
    origin: OriginKind
    location: str
    key: str = ""


def _publish(
    contents: Contents, described: dict[str, str], *, policy: str | None, hint: str, actor: str
) -> Release:
    with transaction.atomic():
        before = Dataset.objects.filter(id=contents.dataset_id).values_list("policy", flat=True).first()
        dataset, _ = Dataset.objects.select_for_update().update_or_create(
            id=contents.dataset_id,
            defaults=described | ({"policy": policy} if policy else {}),
            create_defaults=described | {"policy": policy or hint},
        )
        release = _release_of(contents, dataset)
        record(
            act="dataset.registered",
            actor=actor,
            object=f"dataset:{dataset.id}",
            detail={
                "version": release.version,
                "digest": release.digest,
                "policy": dataset.policy,
                "origin": release.origin,
            },
        )
        if before != dataset.policy:
            _unlist(dataset)
    return release


def _release_of(contents: Contents, dataset: Dataset) -> Release:
    known = dataset.releases.filter(version=contents.version).first()
    if known and known.digest != contents.digest:
        raise VersionTaken(dataset.id, contents.version)
    dataset.releases.filter(published=True).exclude(version=contents.version).update(published=False)
    release, _ = dataset.releases.update_or_create(
        version=contents.version,
        defaults={
            "digest": contents.digest,
            "origin": contents.origin,
            "location": contents.location,
            "key": contents.key,
            "published": True,
        },
    )
    return release
