"""One small crate, and what it was made from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from caimera.crate import Description, write
from caimera.vocabulary import VERSION
from tests.cdm.samples import DATASET_ID, sound_tables

REPORT = {"title": "Lungs", "share": 0.5, "variables": []}


@pytest.fixture
def description() -> Description:
    return Description(
        dataset_id=UUID(DATASET_ID),
        title="Lungs",
        description="Two patients.",
        provider="Hôpital",
        version="1",
        licence="CC-BY-4.0 AND LicenseRef-House",
        doi="10.1/x",
        policy_hint="open",
        vocabulary=VERSION,
        created=datetime(2026, 9, 26, tzinfo=UTC),
    )


@pytest.fixture
def signer() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


@pytest.fixture
def make_crate(tmp_path: Path, description: Description) -> Callable[..., Path]:
    """Writes the sample crate under a name, signed or not."""

    def make(name: str = "crate", signer: Ed25519PrivateKey | None = None) -> Path:
        path = tmp_path / "a place" / name
        write(path, tables=sound_tables(), description=description, report=REPORT, signer=signer)
        return path

    return make
