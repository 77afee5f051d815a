"""`caimera node`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import click
import pytest
from click.testing import CliRunner, Result
from django.conf import settings

from caimera.cdm import TABLES
from caimera.cli.node import node
from caimera.node.agent.models import TrustedHub
from caimera.node.datasets.actions import register_crate
from caimera.node.datasets.models import Dataset
from caimera.node.datasets.queries import listed
from caimera.node.settings.site import NodeSettings
from caimera.protocol.identity import Card
from caimera.secrets import FileStore, load_identity
from caimera.web.site import SettingsProblem, load
from tests.cdm.samples import DATASET_ID, sound_tables
from tests.node.clinical import clinical_database
from tests.node.conftest import make_hub
from tests.node.crates import folder, random_holding

pytestmark = pytest.mark.django_db


def call(*arguments: str, **options: Any) -> Result:
    return CliRunner().invoke(node, arguments, **options)


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileStore:
    """Where a node that has no keys yet would keep them."""
    store = FileStore(tmp_path / "fresh" / "secrets.json", tmp_path / "fresh" / "secrets.key")
    monkeypatch.setenv("CAIMERA_NODE_SECRETS_FILE", str(store.path))
    monkeypatch.setenv("CAIMERA_NODE_SECRETS_KEY_FILE", str(store.key_path))
    return store


def test_init_makes_the_keys_once(fresh: FileStore) -> None:
    assert call("init").output == "Made broker_seed, disclosure_key, django_secret_key, seal_key, sign_key.\n"
    card = load_identity(fresh, "trials").card("Trials")
    assert call("init").output == "Every key is there; nothing was made.\n"
    assert load_identity(fresh, "trials").card("Trials") == card


def test_init_makes_what_is_missing_only(
    fresh: FileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FileStore.create(fresh.path, fresh.key_path)
    store.put("django_secret_key", b"kept")
    store.put("broker_seed", b"kept too")
    assert call("init").output == "Made disclosure_key, seal_key, sign_key.\n"
    assert (store.get("django_secret_key"), store.get("broker_seed")) == (b"kept", b"kept too")


def test_init_takes_the_client_secret(fresh: FileStore) -> None:
    assert "oidc_client_secret" in call("init", "--oidc-client-secret-file", "-", input="hush\n").output
    assert fresh.get("oidc_client_secret") == b"hush"


def test_the_database_is_brought_up_to_date() -> None:
    result = call("migrate")
    assert result.exit_code == 0, result.output


def test_the_card_is_what_the_hub_enrols() -> None:
    card = Card.model_validate_json(call("card").output)
    assert (card.site, card.name) == ("trials", settings.SITE.site_name)
    assert card.broker_key.startswith("U")


def test_a_hub_is_trusted_by_its_card(tmp_path: Path) -> None:
    card = make_hub().card
    (tmp_path / "card.json").write_text(card.model_dump_json())
    assert call("trust", str(tmp_path / "card.json")).output == "This node trusts The hub (hub).\n"
    assert TrustedHub.objects.get().card == card


@pytest.mark.parametrize(("text", "said"), [("{}", "site"), ("no card", "the file")])
def test_what_is_no_card_is_refused_with_the_place(text: str, said: str) -> None:
    result = call("trust", "-", input=text)
    assert result.exit_code == 1
    assert "is not a site's card" in result.output
    assert said in result.output
    assert not TrustedHub.objects.exists()


def test_crates_are_added_and_listed(tmp_path: Path) -> None:
    first, second = (folder(random_holding(number, patients=2).write(tmp_path)) for number in (1, 2))
    assert call("add", str(first)).output == "Collection 1, version 1: published, open.\n"
    added = call("add", str(first), str(second), "--policy", "protected")
    assert added.output == (
        "Collection 1, version 1: published, protected.\nCollection 2, version 1: published, protected.\n"
    )
    listed = call("datasets").output.splitlines()
    assert [line.split()[1] for line in listed] == ["protected", "protected"]
    found = json.loads(call("datasets", "--json").output)
    assert [(dataset["title"], dataset["policy"]) for dataset in found] == [
        ("Collection 1", "protected"),
        ("Collection 2", "protected"),
    ]


def test_a_damaged_crate_ends_the_adding_with_its_findings(tmp_path: Path) -> None:
    sound = folder(random_holding(1, patients=2).write(tmp_path))
    damaged = folder(random_holding(2, patients=2).write(tmp_path))
    (damaged / "mapping-report.json").unlink()
    result = call("add", str(sound), str(damaged))
    assert result.exit_code == 1
    assert "mapping-report.json is missing" in result.output
    assert [dataset.title for dataset in Dataset.objects.all()] == ["Collection 1"]


def test_the_layout_is_printed() -> None:
    printed = call("cdm-ddl").output
    assert printed.count("CREATE TABLE IF NOT EXISTS eucaim_cdm_output.") == len(TABLES)


def test_a_database_is_connected_and_its_datasets_registered() -> None:
    with clinical_database() as database:
        database.load(sound_tables())
        connected = call("connect-database", "clinical", "-", input=database.reader + "\n")
        assert connected.output == "The address of the database clinical is kept.\n"
        words = ("register-database", "clinical", "--dataset", DATASET_ID, "--version", "7")
        result = call(*words, "--policy", "open")
        assert result.output == "Lungs, version 7: published, open.\n"
        refused = call(*words, "--dataset", str(uuid4()))
    assert refused.exit_code == 1
    assert "Lungs, version 7" in refused.output
    assert "It holds no dataset" in refused.output


@pytest.mark.parametrize(
    ("arguments", "given", "said"),
    [
        (("connect-database", "clinical", "-"), b"mysql://", "An address begins with postgresql://."),
        (("connect-database", "clinical", "-"), b"\xff", "it is not text"),
        (("connect-database", "No", "-"), b"postgresql://x", "is no name for a database"),
        (
            ("register-database", "c", "--key", "k", "--version", "1", *["--dataset", DATASET_ID] * 2),
            b"",
            "--key names one dataset",
        ),
    ],
)
def test_a_wrong_word_about_a_database_is_said(arguments: tuple[str, ...], given: bytes, said: str) -> None:
    result = call(*arguments, input=given)
    assert result.exit_code
    assert said in result.output


def test_a_missing_setting_is_said_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CAIMERA_NODE_DATA_DIR")
    with pytest.raises(SettingsProblem, match=r"^CAIMERA_NODE_DATA_DIR is not set\. Set it to: Folder for"):
        load(NodeSettings)


def test_a_wrong_setting_is_said_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAIMERA_NODE_COUNT_THREADS", "a lot")
    with pytest.raises(SettingsProblem, match=r"^CAIMERA_NODE_COUNT_THREADS cannot be used"):
        load(NodeSettings)


def test_every_command_and_option_says_what_it_does() -> None:
    for command in node.commands.values():
        assert command.help
        assert all(option.help for option in command.params if isinstance(option, click.Option))


def test_policy_is_shown_and_changed_in_words(tmp_path: Path) -> None:
    release = register_crate(path=folder(random_holding(1, patients=3).write(tmp_path)), actor="system")
    shown = call("policy", str(release.dataset_id)).output
    assert shown == "Collection 1: open.\n- Exact numbers of subjects, studies and series are told.\n"
    changed = call(
        *("policy", str(release.dataset_id), "--name", "protected"),
        *("--minimum", "20", "--studies-clip", "4", "--weekly-in-all", "90"),
    ).output
    assert changed.startswith("Collection 1: protected.\n- Fewer than 20 subjects")
    assert "A patient counts with at most 4 studies" in changed
    assert "50 a person, 90 in all" in changed
    assert (
        "Studies and series are not told."
        in call("policy", str(release.dataset_id), "--studies-clip", "0").output
    )


def test_a_policy_that_protects_nobody_is_refused_in_a_sentence(tmp_path: Path) -> None:
    release = register_crate(path=folder(random_holding(1, patients=3).write(tmp_path)), actor="system")
    result = call("policy", str(release.dataset_id), "--minimum", "12")
    assert result.exit_code == 1
    assert "multiple of the step" in result.output
    assert "has no dataset" in call("policy", str(uuid4())).output


# Described and withdrawn


def published(tmp_path: Path, number: int) -> str:
    written = random_holding(number, patients=8).write(tmp_path)
    register_crate(path=folder(written), policy="open", actor="system")
    return str(written.dataset_id)


def test_describe_describes_what_is_due_and_says_so(tmp_path: Path) -> None:
    names = [published(tmp_path, number) for number in (1, 2)]
    assert call("describe").output == "".join(f"{name}: described.\n" for name in names)
    assert call("describe").output == ""
    assert call("describe", names[1]).output == f"{names[1]}: described.\n"
    assert call("describe", "--all").output.count("described.") == 2
    assert listed().count() == 2


def test_describe_says_where_a_description_contradicts_its_data(tmp_path: Path) -> None:
    name = published(tmp_path, 1)
    Dataset.objects.update(title="Prostate images")
    said = call("describe", name).output
    assert said.startswith(f"{name}: described.\n  Look at this: The dataset is about prostate, but ")


def test_describe_goes_on_after_a_dataset_that_cannot_be_read(tmp_path: Path) -> None:
    broken, sound = published(tmp_path, 1), published(tmp_path, 2)
    (tmp_path / "1-1" / "manifest.json").unlink()
    result = call("describe")
    assert result.exit_code == 1
    assert f"{sound}: described." in result.output
    assert f"{broken} could not be described." in result.output
    assert "Restore it or register it again." in result.output


def test_withdraw_takes_a_dataset_back(tmp_path: Path) -> None:
    name = published(tmp_path, 1)
    call("describe")
    assert call("withdraw", name).output == "Collection 1: withdrawn.\n"
    assert not listed().exists()
    assert call("describe", name).output == f"{name}: not published.\n"
    assert call("withdraw", str(uuid4())).exit_code == 1
