"""What sites are told, what is done at each start and what only once."""

import json
import os
from pathlib import Path

import pytest

from caimera.demo.errors import StepFailed
from caimera.demo.home import Home
from caimera.demo.preparation import Preparation, _migrations, _tell_last
from caimera.demo.simulator.clients import load_clients
from caimera.demo.sites import HUB, NODES, PREFERRED_PORTS, SITES, node_modules, programmes
from caimera.secrets import FileStore

SECRET = "a-client-secret"


@pytest.fixture
def preparation(home: Home) -> Preparation:
    return Preparation(home, PREFERRED_PORTS, small=True)


def test_a_hub_is_told_what_it_needs_and_nothing_of_others(
    preparation: Preparation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAIMERA_NODE_SITE_ID", "elsewhere")
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "elsewhere")
    told = preparation.environment(HUB)
    assert told["CAIMERA_HUB_BASE_URL"] == "http://127.0.0.1:8800"
    assert told["CAIMERA_HUB_OIDC_ISSUER"] == "http://127.0.0.1:8890/oidc/"
    assert told["CAIMERA_HUB_BROKER_URL"] == "nats://127.0.0.1:4222"
    assert told["CAIMERA_HUB_DEMO"] == "true"
    assert told["PATH"] == os.environ["PATH"]
    assert "CAIMERA_NODE_SITE_ID" not in told
    assert "DJANGO_SETTINGS_MODULE" not in told


def test_each_node_has_a_directory_a_database_and_an_address_of_its_own(preparation: Preparation) -> None:
    told = [preparation.environment(node) for node in NODES]
    for name in ("DATA_DIR", "DATABASE_URL", "BASE_URL", "SECRETS_FILE", "OIDC_CLIENT_ID"):
        assert len({environment[f"CAIMERA_NODE_{name}"] for environment in told}) == len(NODES)


def test_each_program_is_told_of_the_database_roles_it_needs(preparation: Preparation) -> None:
    """Whoever serves pages can change nothing in the trail; only `migrate` is told the tables' owner."""
    node = NODES[0]
    known = {
        part: {
            name: said
            for name in ("DATABASE_URL", "OWNER_DATABASE_URL", "RETENTION_DATABASE_URL")
            if (said := preparation.command(node, part).environment[f"CAIMERA_NODE_{name}"].partition("@")[0])
        }
        for part in ("serve", "agent", "migrate", "roles")
    }
    app = {"DATABASE_URL": "postgresql://trials_app"}
    job = {"RETENTION_DATABASE_URL": "postgresql://trials_retention"}
    owner = {"OWNER_DATABASE_URL": "postgresql://trials_owner"}
    assert known == {"serve": app, "roles": app, "agent": app | job, "migrate": app | job | owner}


def test_secrets_are_in_files_and_nowhere_else(preparation: Preparation, home: Home) -> None:
    for site in SITES:
        directory = home.site(site.id)
        store = FileStore.create(directory / "secrets.json", directory / "secrets.key")
        store.put("oidc_client_secret", SECRET.encode())
        command = preparation.command(site, "serve")
        assert SECRET not in " ".join([*command.arguments, *command.environment.values()])
    preparation._clients(lambda done, total, detail: None)
    registered = home.simulator / "clients.json"
    assert SECRET not in registered.read_text()
    hub = load_clients(registered)["caimera-hub"]
    assert hub.redirect_uris == ("http://127.0.0.1:8800/sign-in/callback",)
    assert hub.secret_sha256 is not None


def test_the_whole_index_is_split_over_the_nodes(preparation: Preparation) -> None:
    assert programmes(small=False)["community"] == ("*",)
    assert programmes(small=True).keys() == programmes(small=False).keys()


def test_what_the_clinical_database_holds_is_released(preparation: Preparation, home: Home) -> None:
    declared = [("a", "1", "open"), ("b", "1", "protected"), ("c", "1", "open"), ("d", "2", "open")]
    held = [{"dataset_id": name, "version": version, "policy": policy} for name, version, policy in declared]
    home.clinical_datasets.write_text(json.dumps(held))
    commands = list(preparation._releasing())
    assert len({command.name for command in commands}) == len(commands)
    said = [" ".join(command.arguments).partition("register-database ")[2] for command in commands]
    assert said == [
        "clinical --dataset a --dataset c --version 1 --policy open",
        "clinical --dataset d --version 2 --policy open",
        "clinical --dataset b --version 1 --policy protected",
    ]


def test_data_of_another_size_are_not_mixed(preparation: Preparation) -> None:
    done = {"data": preparation._data_version()}
    names = [step.name for step in preparation.steps(done)]
    assert names.index("keys") < names.index("data") < names.index("publication")
    with pytest.raises(StepFailed, match="caimera demo reset"):
        preparation.steps({"data": done["data"].replace("small", "full")})


def test_the_tables_are_set_up_anew_when_a_migration_changes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = _migrations()
    assert _migrations() == before
    folder = tmp_path / "room" / "migrations"
    folder.mkdir(parents=True)
    (folder / "0001_initial.py").write_text("# first")
    monkeypatch.setattr("caimera.__file__", str(tmp_path / "__init__.py"))
    other = _migrations()
    (folder / "0001_initial.py").write_text("# changed")
    assert len({before, other, _migrations()}) == 3


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", []),
        ("0 164 CPTAC\n3 164 NLST, low dose\n", [(3, 164, "NLST, low dose")]),
        ("164 164 \n", [(164, 164, "")]),
        ("Reading…\n", []),
    ],
)
def test_progress_is_the_last_line(tmp_path: Path, text: str, told: list[tuple[int, int, str]]) -> None:
    heard: list[tuple[int, int, str]] = []
    (tmp_path / "progress.txt").write_text(text)
    _tell_last(tmp_path / "progress.txt", lambda *report: heard.append(report))
    _tell_last(tmp_path / "none.txt", lambda *report: heard.append(report))
    assert heard == told


def test_the_front_end_packages_can_lie_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAIMERA_NODE_MODULES", "/elsewhere")
    assert node_modules() == Path("/elsewhere")
    monkeypatch.delenv("CAIMERA_NODE_MODULES")
    assert node_modules().name == "node_modules"
