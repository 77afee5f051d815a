"""The sites of the demo federation and what each is told when it starts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import caimera
from caimera.audit.roles import Roles
from caimera.demo.home import Home
from caimera.demo.postgres import Cluster
from caimera.demo.simulator import issuer_at

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Databases:
    """The addresses of a site's database, by role; a program is told no more of them than it needs."""

    app: str
    owner: str = ""
    retention: str = ""

    def for_serving(self) -> Databases:
        """What is told to who serves pages, and to commands."""
        return Databases(self.app)

    def for_keeping(self) -> Databases:
        """What is told to who keeps the trail: a worker or an agent."""
        return Databases(self.app, retention=self.retention)


@dataclass(frozen=True, slots=True)
class Site:
    """A hub or a node; `programmes` are those of the index whose collections a node holds, `*` the rest."""

    kind: Literal["hub", "node"]
    id: str
    name: str
    port: int
    programmes: tuple[str, ...] = ()

    @property
    def database(self) -> str:
        return f"caimera_{self.id}"

    @property
    def roles(self) -> Roles:
        """Who may do what in its database."""
        return Roles(f"{self.id}_owner", f"{self.id}_app", f"{self.id}_retention")

    def databases(self, cluster: Cluster) -> Databases:
        """Where its database is for each of these roles."""
        roles = self.roles
        owner, app, retention = (
            cluster.url(self.database, role) for role in (roles.owner, roles.app, roles.retention)
        )
        return Databases(app, owner, retention)

    @property
    def client_id(self) -> str:
        """The site's name at the sign-in simulator."""
        return f"caimera-{self.id}"


HUB = Site("hub", "hub", "Caimera Demo Hub", 8800)
NODES = (
    Site("node", "trials", "Clinical Trials Node", 8811, ("nci_trials", "nctn")),
    Site(
        "node",
        "genomics",
        "Cancer Genomics Node",
        8812,
        ("tcga", "cptac", "cgci", "hcmi", "apollo", "ccdi", "htan", "midi", "cddp_eagle"),
    ),
    Site("node", "community", "Community Imaging Node", 8813, ("*",)),
)
SITES = (HUB, *NODES)


@dataclass(frozen=True, slots=True)
class Runner:
    """The made-up organisation that runs a node, and where it says it is."""

    node: str
    name: str
    country: str
    position: str


RUNNERS = (
    Runner("trials", "Institute of Clinical Trials (demo)", "Netherlands", "52.09,5.12"),
    Runner("genomics", "Institute of Cancer Genomics (demo)", "Spain", "39.47,-0.38"),
    Runner("community", "Community Hospitals (demo)", "Greece", "40.64,22.94"),
)

SMALL: Mapping[str, tuple[str, ...]] = {
    "trials": ("nctn",),
    "genomics": ("apollo", "hcmi", "midi"),
    "community": ("qiba", "rider", "cmb"),
}
"""Programmes of a quick look: a few collections at each node."""

PREFERRED_PORTS: Mapping[str, int] = {
    **{site.id: site.port for site in SITES},
    "login": 8890,
    "mail": 8825,
    "broker": 4222,
}
CLI_CLIENT = "caimera-cli"
MANY = "60000"
"""What tests and benchmarks may ask a minute, all of them from one address."""


def programmes(*, small: bool) -> Mapping[str, tuple[str, ...]]:
    """Which programmes' collections each node holds."""
    return SMALL if small else {node.id: node.programmes for node in NODES}


def url(port: int) -> str:
    return f"http://{HOST}:{port}"


def node_modules() -> Path:
    """Where the front-end packages lie: `CAIMERA_NODE_MODULES`, else beside this project's sources."""
    named = os.environ.get("CAIMERA_NODE_MODULES")
    return Path(named) if named else Path(caimera.__file__).parents[2] / "node_modules"


def surroundings(home: Home) -> dict[str, str]:
    """This process's environment for programs of the demo.

    Compiled modules are kept in the home: ten programs compile nothing twice, wherever the software lies and
    whoever may write there.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(home.root / "bytecode")}


def environment(site: Site, home: Home, ports: Mapping[str, int], databases: Databases) -> dict[str, str]:
    """What the programs of a site are told; files are named, their secrets are not."""
    directory = home.site(site.id)
    told = {
        "SITE_ID": site.id,
        "SITE_NAME": site.name,
        "BASE_URL": url(ports[site.id]),
        "DATABASE_URL": databases.app,
        "OWNER_DATABASE_URL": databases.owner,
        "RETENTION_DATABASE_URL": databases.retention,
        "SECRETS_FILE": str(directory / "secrets.json"),
        "SECRETS_KEY_FILE": str(directory / "secrets.key"),
        "BROKER_URL": f"nats://{HOST}:{ports['broker']}",
        "OIDC_ISSUER": issuer_at(ports["login"]),
        "OIDC_CLIENT_ID": site.client_id,
        "NODE_MODULES_DIR": str(node_modules()),
        "DATA_DIR": str(directory / "data"),
        "MAIL_HOST": HOST,
        "MAIL_PORT": str(ports["mail"]),
        "MAIL_TLS": "none",
        "MAIL_SENDER": f"{site.id}@demo.invalid",
        "DEMO": "true",
        "REQUESTS_PER_MINUTE": MANY,
        "SIGN_INS_PER_MINUTE": MANY,
    }
    hub = {"CLI_CLIENT_ID": CLI_CLIENT, "QUESTIONS_PER_MINUTE": MANY}
    own = hub if site.kind == "hub" else {}
    prefix = f"CAIMERA_{site.kind.upper()}_"
    foreign = ("CAIMERA_", "DJANGO_")
    kept = {name: value for name, value in surroundings(home).items() if not name.startswith(foreign)}
    return kept | {prefix + name: value for name, value in (told | own).items()}
