"""One run of Django tests gets a real PostgreSQL and a site's settings before Django reads them."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from caimera.demo.postgres import Cluster
from caimera.secrets import FileStore

ROOT = Path(__file__).resolve().parents[2]


def prepare(kind: str, *, site_id: str) -> None:
    """Give this process a database, keys and the settings of a hub or a node."""
    home = Path(tempfile.mkdtemp(prefix=f"caimera test {kind} "))
    cluster = Cluster(home / "postgres")
    cluster.start()
    cluster.ensure_database("caimera")
    atexit.register(_tidy, home, cluster, os.getpid())
    store = FileStore.create(home / "secrets.json", home / "secrets.key")
    store.put("django_secret_key", b"a-secret-for-tests-only-0123456789abcdefghijklmnop")
    store.put("oidc_client_secret", b"a-client-secret-for-tests")
    values = {
        "SITE_ID": site_id,
        "SITE_NAME": f"Test {kind}",
        "BASE_URL": "http://testserver",
        "DATABASE_URL": cluster.url("caimera"),
        "DATABASE_POOL": "false",
        "SECRETS_FILE": str(home / "secrets.json"),
        "SECRETS_KEY_FILE": str(home / "secrets.key"),
        "BROKER_URL": "nats://127.0.0.1:4222",
        "OIDC_ISSUER": "http://127.0.0.1:8890/oidc/",
        "OIDC_CLIENT_ID": f"caimera-{site_id}",
        "NODE_MODULES_DIR": str(ROOT / "node_modules"),
        "DATA_DIR": str(home / "site"),
        "DEMO": "true",
        "POLICIES_ASKED": "false",
    }
    os.environ.update({f"CAIMERA_{kind.upper()}_{name}": value for name, value in values.items()})
    os.environ["DJANGO_SETTINGS_MODULE"] = f"caimera.{kind}.settings"


def _tidy(home: Path, cluster: Cluster, owner: int) -> None:
    if os.getpid() != owner:
        return
    cluster.stop()
    shutil.rmtree(home, ignore_errors=True)
