"""`python -m caimera.demo.data HOME small|full`: make the datasets of the demo, in a process of its own.

Prints a line `done total title` for each dataset begun. Each node signs its own.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from caimera.crate import CrateError
from caimera.demo.clinical import DATABASE, NODE, filling
from caimera.demo.home import Home
from caimera.demo.idc import DemoDataError, build_crates
from caimera.demo.postgres import Cluster
from caimera.demo.sites import NODES, programmes
from caimera.secrets import FileStore, load_identity


def signers(home: Home) -> Mapping[str, Ed25519PrivateKey]:
    """The signing key of each node."""
    return {node.id: _signer(home.site(node.id), node.id) for node in NODES}


def _signer(directory: Path, site: str) -> Ed25519PrivateKey:
    store = FileStore(directory / "secrets.json", directory / "secrets.key")
    return Ed25519PrivateKey.from_private_bytes(load_identity(store, site).sign_key)


def main(home: Home, *, small: bool) -> None:
    """Make every dataset that is not there yet. Raises DemoDataError."""
    with filling(Cluster(home.postgres).url(DATABASE), home.clinical_datasets) as keep:
        build_crates(
            home=home.data,
            nodes=programmes(small=small),
            signers=signers(home),
            progress=_tell,
            elsewhere={NODE: keep},
        )


def _tell(done: int, total: int, title: str) -> None:
    sys.stdout.write(f"{done} {total} {title}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        main(Home.at(Path(sys.argv[1])), small=sys.argv[2] == "small")
    except (DemoDataError, CrateError) as error:
        sys.exit(str(error))
