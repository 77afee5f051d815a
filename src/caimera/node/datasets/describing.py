"""Making a dataset's description from the data of its published release."""

from __future__ import annotations

import hashlib
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from caimera import dcat
from caimera.cdm import TABLES
from caimera.crate import CrateError, open_crate
from caimera.dcat import Computed, Memory
from caimera.disclosure import Guard
from caimera.node.datasets.models import Description, OriginKind, Policy, Release, Told
from caimera.node.datasets.record import Terms, record_of
from caimera.node.sources import Tables
from caimera.protocol import canonical

FORMAT = "caimera-description/2"
"""Raised whenever the same data would be described otherwise."""

_EVERYTHING = {name: table.schema.names for name, table in TABLES.items()}


def made_from(release: Release) -> str:
    """The digest of all that the description of a release follows from."""
    dataset, site = release.dataset, settings.SITE
    said = [
        *(FORMAT, site.base_url, site.site_id, site.site_name),
        *(release.digest, release.version, release.released_at.isoformat()),
        *(dataset.title, dataset.description, dataset.provider),
        *(dataset.policy, dataset.minimum, dataset.step, dataset.epsilon, dataset.overlap),
        dataset.studies_clip,
    ]
    return hashlib.sha256(canonical.dumps(said)).hexdigest()


def tables_of(release: Release) -> Tables:
    """All that a release holds; read before the transaction, which others wait for. Raises OriginUnusable."""
    return release.for_source().read(_EVERYTHING)


def described(release: Release, tables: Tables, key: bytes) -> Description:
    """The description of a release as it is to be stored, and what it told remembered.

    Called in a transaction that holds the dataset's row: two descriptions made at once would each be drawn
    without the other's memory.
    """
    record = record_of(release, _computed(release, tables, key), _terms(release))
    turtle = dcat.write(dcat.triples(record))
    return Description(
        dataset=release.dataset,
        turtle=turtle.decode(),
        digest=hashlib.sha256(turtle).hexdigest(),
        made_from=made_from(release),
        updated_at=timezone.now(),
    )


def _computed(release: Release, tables: Tables, key: bytes) -> Computed:
    """What the data say, exactly of open datasets; of others through their guard and all they told before."""
    about = dcat.About(dataset_id=release.dataset_id, version=release.version, digest=release.digest)
    if release.dataset.policy == Policy.OPEN:
        return dcat.describe_open(tables, about)
    guard = Guard(release.dataset.rules, key, release.dataset_id)
    before = remembered(release.dataset_id)
    computed, memory = dcat.describe_protected(tables, about, guard=guard, remembered=before)
    if memory != before:
        Told.objects.update_or_create(dataset_id=release.dataset_id, defaults={"memory": memory.to_json()})
    return computed


def remembered(dataset_id: UUID) -> Memory:
    """What the descriptions of a dataset told so far."""
    row = Told.objects.filter(dataset_id=dataset_id).first()
    return Memory.from_json(row.memory) if row else Memory()


def _terms(release: Release) -> Terms:
    if release.origin != OriginKind.CRATE:
        return Terms()
    try:
        said = open_crate(Path(release.location)).description
    except CrateError:
        return Terms()
    return Terms(licence=said.licence, doi=said.doi)
