"""The steps that make a federation out of an empty directory; what is made once is not made again."""

from __future__ import annotations

import hashlib
import json
import secrets
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from itertools import groupby
from operator import attrgetter
from pathlib import Path

import caimera
from caimera.audit import roles
from caimera.audit.roles import setup
from caimera.demo.broker import Broker
from caimera.demo.clinical import DATABASE, NODE, READER, SEED, datasets_held
from caimera.demo.errors import StepFailed
from caimera.demo.home import Home
from caimera.demo.postgres import Cluster
from caimera.demo.processes import Command
from caimera.demo.running import last_lines, run_all
from caimera.demo.simulator import DEVICE, PERSONAS, REFRESH, Client, save_clients, secret_digest
from caimera.demo.sites import CLI_CLIENT, HUB, NODES, RUNNERS, SITES, Site, environment, surroundings, url
from caimera.secrets import FileStore
from caimera.vocabulary import VERSION

_CLINICAL_NODE = next(node for node in NODES if node.id == NODE)

Report = Callable[[int, int, str], None]
"""Told how much of how much is done (0 of 0: nobody knows), and what is at work."""


@dataclass(frozen=True, slots=True)
class Step:
    """`made_from` names what the result depends on; None: done at every start."""

    name: str
    label: str
    run: Callable[[Report], None]
    made_from: Callable[[], str] | None = None


class Preparation:
    """The steps for one home with these ports; `cluster` and `broker` are then ready to be watched."""

    def __init__(
        self,
        home: Home,
        ports: Mapping[str, int],
        *,
        small: bool,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.home = home
        self.ports = ports
        self.small = small
        self._pause = pause
        self.cluster = Cluster(home.postgres)
        self.broker = Broker(home.broker, ports["broker"])

    def steps(self, prepared: Mapping[str, str]) -> tuple[Step, ...]:
        """The steps in their order; `prepared` is what earlier starts left."""
        self._require_same_data(prepared)
        return (
            Step("keys", "Make the keys of the hub and the nodes", self._keys, lambda: "made"),
            Step("database", "Start the database", self._database),
            Step("tables", "Set up the tables of the four sites", self._tables, _migrations),
            Step("operator", "Make Olga the operator of every site", self._operator, lambda: "made"),
            Step("data", "Make datasets from the Imaging Data Commons", self._data, self._data_version),
            Step("enrolment", "Let the hub and the nodes know each other", self._enrolment, lambda: "made"),
            Step("organisations", "Say who runs the nodes, and where", self._organisations, lambda: "made"),
            Step("publication", "Publish the datasets at their nodes", self._publication, self._data_version),
            Step("routes", "Tell the broker who may speak", self._routes, self._routes_version),
            Step("clients", "Register the sites at the sign-in simulator", self._clients),
        )

    def environment(self, site: Site, part: str = "") -> dict[str, str]:
        """What a part of a site's program, such as `serve`, is told."""
        all_ = site.databases(self.cluster)
        keeping = all_.for_keeping()
        told = {"migrate": all_, "worker": keeping, "agent": keeping}.get(part, all_.for_serving())
        return environment(site, self.home, self.ports, told)

    def command(self, site: Site, *arguments: str, log: str = "") -> Command:
        """`caimera hub …` or `caimera node …` as that site."""
        words = (site.kind, *arguments)
        return Command(
            name=f"caimera {' '.join(words[:2])} ({site.id})",
            arguments=(sys.executable, "-m", "caimera", *words),
            environment=self.environment(site, arguments[0]),
            log=self.home.log(log or f"{site.id}-preparation"),
        )

    def _run_all(self, commands: Sequence[Command], on_progress: Callable[[int], None]) -> None:
        run_all(commands, on_progress, self._pause)

    def _require_same_data(self, prepared: Mapping[str, str]) -> None:
        if prepared.get("data", self._data_version()) != self._data_version():
            raise StepFailed(
                f"{self.home.root} holds the datasets of another version or size. "
                "Run `caimera demo reset`, then start again."
            )

    def _keys(self, report: Report) -> None:
        commands = []
        for site in SITES:
            self.home.site(site.id).mkdir(mode=0o700, parents=True, exist_ok=True)
            command = self.command(site, "init", "--oidc-client-secret-file", "-")
            commands.append(replace(command, input=secrets.token_urlsafe(32).encode()))
        self._run_all(commands, _counting(report, commands))

    def _database(self, report: Report) -> None:
        self.cluster.start()
        for name in (*(site.database for site in SITES), DATABASE):
            self.cluster.ensure_database(name)
        for site in SITES:  # those of an older demo, where one role owned everything, too
            self.cluster.run(site.database, setup(site.roles))

    def _tables(self, report: Report) -> None:
        commands = [self.command(site, "migrate") for site in SITES]
        self._run_all(commands, _counting(report, commands))

    def _operator(self, report: Report) -> None:
        until = (datetime.now(UTC) + timedelta(days=700)).date().isoformat()
        words = ("--unseen", "--reason", "runs the demo", "--until", until)
        commands = [
            self.command(site, "roles", "give", PERSONAS["operator"].sub, "operator", *words)
            for site in SITES
        ]
        self._run_all(commands, _counting(report, commands))

    def _data(self, report: Report) -> None:
        told = self.home.data / "progress.txt"
        size = "small" if self.small else "full"
        command = Command(
            name="Making the datasets",
            arguments=(sys.executable, "-m", "caimera.demo.data", str(self.home.root), size),
            environment=surroundings(self.home),
            log=self.home.log("data"),
            output=told,
        )
        self._run_all([command], lambda done: _tell_last(told, report))

    def _data_version(self) -> str:
        size = "small" if self.small else "full"
        index = version("idc-index-data")
        return f"{size}, caimera {version('caimera')}, vocabulary {VERSION}, index {index}, clinical {SEED}"

    def _enrolment(self, report: Report) -> None:
        """Everybody shows a card; the hub enrols the nodes it does not know, the nodes trust the hub."""
        cards = {site.id: self.home.site(site.id) / "card.json" for site in SITES}
        known = self.home.site(HUB.id) / "nodes.json"
        showing = [replace(self.command(site, "card"), output=cards[site.id]) for site in SITES]
        showing.append(replace(self.command(HUB, "nodes", "--json"), output=known))
        self._run_all(showing, lambda done: report(done, 11, "cards"))
        enrolled = {node["id"] for node in json.loads(known.read_text())}
        meeting = [self.command(node, "trust", str(cards[HUB.id])) for node in NODES]
        for node in (node for node in NODES if node.id not in enrolled):
            command = self.command(HUB, "enrol", str(cards[node.id]))
            meeting.append(replace(command, name=f"{command.name} of {node.id}"))
        self._run_all(meeting, lambda done: report(5 + done, 11, "enrolment"))

    def _organisations(self, report: Report) -> None:
        """Take on who runs a node, but where an operator of an older demo did."""
        known = self.home.site(HUB.id) / "organisations.json"
        self._run_all(
            [replace(self.command(HUB, "organisations", "--json"), output=known)], lambda done: None
        )
        spoken_for = {one["node_id"] for one in json.loads(known.read_text())}
        commands = []
        for one in (one for one in RUNNERS if one.node not in spoken_for):
            said = ("--country", one.country, "--node", one.node, "--position", one.position)
            commands.append(self.command(HUB, "organisations", "take-on", one.name, *said))
        self._run_all(commands, _counting(report, commands))

    def _publication(self, report: Report) -> None:
        connecting = self.command(_CLINICAL_NODE, "connect-database", DATABASE, "-")
        address = self.cluster.url(DATABASE, READER).encode()
        self._run_all([replace(connecting, input=address)], lambda done: None)
        commands = [*self._releasing()]
        for node in NODES:
            if node is not _CLINICAL_NODE:
                crates = sorted((self.home.data / "crates" / node.id).iterdir())
                commands.append(self.command(node, "add", *map(str, crates)))
        self._run_all(commands, _counting(report, commands))

    def _releasing(self) -> Iterator[Command]:
        """Release what the clinical database holds: the datasets declared open, and the protected ones."""
        held = sorted(datasets_held(self.home.clinical_datasets), key=attrgetter("policy", "version"))
        for (policy, release), some in groupby(held, key=attrgetter("policy", "version")):
            named = [word for each in some for word in ("--dataset", each.dataset_id)]
            words = ("register-database", DATABASE, *named, "--version", release, "--policy", policy)
            command = self.command(_CLINICAL_NODE, *words)
            yield replace(command, name=f"{command.name}, {policy}, {release}")

    def _routes(self, report: Report) -> None:
        wanted, store = self.home.broker / "wanted.conf", self.home.broker / "store"
        store.mkdir(mode=0o700, exist_ok=True)
        words = ("broker-config", "--port", str(self.ports["broker"]), "--store-dir", str(store))
        self._run_all([replace(self.command(HUB, *words), output=wanted)], lambda done: None)
        self.broker.configure(wanted.read_text())

    def _routes_version(self) -> str:
        return f"port {self.ports['broker']}"

    def _clients(self, report: Report) -> None:
        """The simulator keeps digests of the sites' secrets; the addresses follow the ports."""
        sites = [self._client(site) for site in SITES]
        program = Client(CLI_CLIENT, "Caimera on the command line", grants=(DEVICE, REFRESH))
        save_clients(self.home.simulator / "clients.json", [*sites, program])

    def _client(self, site: Site) -> Client:
        directory, address = self.home.site(site.id), url(self.ports[site.id])
        store = FileStore(directory / "secrets.json", directory / "secrets.key")
        return Client(
            id=site.client_id,
            name=site.name,
            secret_sha256=secret_digest(store.get("oidc_client_secret").decode()),
            redirect_uris=(f"{address}/sign-in/callback",),
            logout_uris=(f"{address}/",),
        )


def _counting(report: Report, commands: Sequence[Command]) -> Callable[[int], None]:
    return lambda done: report(done, len(commands), "")


def _tell_last(told: Path, report: Report) -> None:
    """Pass on the last whole line `done total title`."""
    for line in last_lines(told, 1):
        done, _, rest = line.partition(" ")
        total, _, title = rest.partition(" ")
        if done.isdigit() and total.isdigit():
            report(int(done), int(total), title)


def _migrations() -> str:
    """A digest of all migrations here, of who may do what, and the versions of who brings migrations."""
    digest = hashlib.sha256(Path(roles.__file__).read_bytes())
    for path in sorted(Path(caimera.__file__).parent.glob("**/migrations/*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    for package in ("django", "procrastinate"):
        digest.update(f"{package} {version(package)}".encode())
    return digest.hexdigest()
