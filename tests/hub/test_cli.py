from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from django.conf import settings

from caimera.cli.hub import hub
from caimera.hub.federation.models import Node
from caimera.people.membership import apply
from caimera.people.policies import current
from caimera.protocol.identity import Card, Identity
from caimera.secrets import FileStore, load_identity
from caimera.transport import new_broker_key
from tests.hub.conftest import FakeNode, make_person

pytestmark = pytest.mark.django_db

MakeNode = Callable[..., FakeNode]


def call(*arguments: str, **options: Any) -> Result:
    return CliRunner().invoke(hub, arguments, **options)


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileStore:
    """Where a hub that has no keys yet would keep them."""
    monkeypatch.setenv("CAIMERA_HUB_SECRETS_FILE", str(tmp_path / "fresh" / "secrets.json"))
    monkeypatch.setenv("CAIMERA_HUB_SECRETS_KEY_FILE", str(tmp_path / "fresh" / "secrets.key"))
    return FileStore(tmp_path / "fresh" / "secrets.json", tmp_path / "fresh" / "secrets.key")


def test_init_makes_the_keys_once(fresh: FileStore) -> None:
    first = call("init")
    assert first.output == "Made broker_seed, django_secret_key, seal_key, sign_key.\n"
    identity = load_identity(fresh, "hub")

    assert call("init").output == "Every key is there; nothing was made.\n"
    assert load_identity(fresh, "hub").card("Hub") == identity.card("Hub")


def test_init_makes_what_is_missing_only(fresh: FileStore) -> None:
    call("init")
    store = FileStore.create(fresh.path.with_name("other.json"), fresh.path.with_name("other.key"))
    store.put("django_secret_key", b"kept")
    os.environ["CAIMERA_HUB_SECRETS_FILE"] = str(store.path)
    os.environ["CAIMERA_HUB_SECRETS_KEY_FILE"] = str(store.key_path)

    assert call("init").output == "Made broker_seed, seal_key, sign_key.\n"
    assert store.get("django_secret_key") == b"kept"


def test_init_takes_the_client_secret(fresh: FileStore) -> None:
    assert "oidc_client_secret" in call("init", "--oidc-client-secret-file", "-", input="hush\n").output
    assert fresh.get("oidc_client_secret") == b"hush"


def test_the_database_is_brought_up_to_date() -> None:
    result = call("migrate")

    assert result.exit_code == 0, result.output


def addresses(monkeypatch: pytest.MonkeyPatch, *roles: str) -> None:
    names = ("OWNER_DATABASE_URL", "DATABASE_URL", "RETENTION_DATABASE_URL")
    for name, role in zip(names, roles, strict=True):
        monkeypatch.setenv(f"CAIMERA_HUB_{name}", f"postgresql://{role}db.example/hub" if role else "")


def test_the_three_roles_of_the_settings_are_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    addresses(monkeypatch, "the%20owner:hush@", "app@", "job@")
    told = call("database-roles").output
    assert "ARRAY['the owner', 'app', 'job']" in told
    assert "hush" not in told


@pytest.mark.parametrize(
    ("roles", "problem"),
    [
        (("", "app@", "job@"), "Name three roles"),
        (("owner@", "owner@", "job@"), "Name three roles"),
        (("owner@", "app@", ""), "Name three roles"),
        (("owner@", "", "job@"), "DATABASE_URL"),
        (("owner@", "app@", "@"), "names no role"),
    ],
)
def test_roles_that_are_not_three_are_refused(
    roles: tuple[str, ...], problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses(monkeypatch, *roles)
    refused = call("database-roles")
    assert refused.exit_code != 0
    assert problem in refused.output + str(refused.exception)


def test_the_card_is_what_nodes_trust() -> None:
    card = Card.model_validate_json(call("card").output)

    assert (card.site, card.name) == ("hub", settings.SITE.site_name)
    assert card.broker_key.startswith("U")


def node_card(site: str = "trials") -> Card:
    return Identity.generate(site).card("Trials", broker_key=new_broker_key()[1])


def test_a_node_is_enrolled_from_its_card_file(tmp_path: Path) -> None:
    card = node_card()
    (tmp_path / "card.json").write_text(card.model_dump_json())
    result = call("enrol", str(tmp_path / "card.json"))

    assert result.exit_code == 0, result.output
    assert "Trials (trials) is enrolled" in result.output
    assert Node.objects.get().card == card


def test_a_card_may_come_from_standard_input() -> None:
    assert call("enrol", "-", input=node_card().model_dump_json()).exit_code == 0
    assert Node.objects.get().pk == "trials"


@pytest.mark.parametrize(("text", "said"), [("{}", "site"), ("no card", "the file")])
def test_what_is_no_card_is_refused_with_the_place(text: str, said: str) -> None:
    result = call("enrol", "-", input=text)

    assert result.exit_code == 1
    assert "not a site's card" in result.output
    assert said in result.output


def test_a_node_that_is_enrolled_is_refused_in_a_sentence(make_node: MakeNode) -> None:
    make_node("trials")
    result = call("enrol", "-", input=node_card().model_dump_json())

    assert result.exit_code == 1
    assert "Revoke it before" in result.output


def test_a_node_is_revoked(make_node: MakeNode) -> None:
    make_node("trials")

    assert call("revoke", "trials").exit_code == 0
    assert Node.objects.get().revoked_at is not None
    again = call("revoke", "trials")
    assert again.exit_code == 1
    assert "No node 'trials' is enrolled" in again.output


def test_the_brokers_configuration_admits_hub_and_nodes(make_node: MakeNode, tmp_path: Path) -> None:
    node = make_node("trials")
    gone = make_node("genomics")
    call("revoke", "genomics")
    printed = call("broker-config", "--port", "4999", "--store-dir", str(tmp_path)).output
    written = tmp_path / "nats.conf"
    options = ("--port", "4999", "--store-dir", str(tmp_path), "--output", str(written))

    assert call("broker-config", *options).exit_code == 0
    assert json.loads(written.read_text()) == json.loads(printed)
    assert node.row.broker_key in printed
    assert gone.row.broker_key not in printed
    assert Card.model_validate_json(call("card").output).broker_key in printed


def test_the_nodes_are_listed(make_node: MakeNode) -> None:
    make_node("trials")
    make_node("genomics", present=False)

    lines = call("nodes").output.splitlines()
    assert [line.split()[:2] for line in lines] == [["genomics", "away"], ["trials", "present"]]
    listed = json.loads(call("nodes", "--json").output)
    assert [(node["id"], node["state"]) for node in listed] == [("genomics", "away"), ("trials", "present")]


def test_every_command_and_option_says_what_it_does() -> None:
    for command in hub.commands.values():
        assert command.help
        assert all(option.help for option in command.params if isinstance(option, click.Option))


def test_roles_are_given_listed_and_taken_in_the_shell() -> None:
    words = ("--reason", "runs this hub", "--until", "2027-06-30")
    assert call("roles", "give", "olga@lifescience-ri.eu", "operator", *words).exit_code == 1
    given = call("roles", "give", "olga@lifescience-ri.eu", "operator", *words, "--unseen")
    assert given.output == "olga@lifescience-ri.eu: Operator, until 2027-06-30.\n"
    again = call("roles", "give", "otto@lifescience-ri.eu", "operator", *words, "--unseen")
    assert "An operator has to confirm it" in again.output
    first, second = call("roles", "list").output.splitlines()
    assert ("until 2027-06-30" in first, "to confirm" in second) == (True, True)
    number = first.split()[0]
    taken = call("roles", "take", number, "--reason", "moved on")
    assert taken.output == "olga@lifescience-ri.eu is no longer: Operator.\n"
    assert "was taken away already" in call("roles", "take", number, "--reason", "again").output


def test_members_are_listed_and_decided_in_the_shell() -> None:
    person = make_person("newcomer", is_member=False)
    accepted = [one.id for one in current()]
    one = apply(person=person, institution="Hospital", purpose="Lungs", accepted=accepted)
    assert call("members", "list").output == f"{one.pk}  submitted  Newcomer, Hospital\n"
    assert json.loads(call("members", "list", "--json").output)[0]["you_may"][0] == "accept"
    refused = call("members", "decide", str(one.pk), "refuse")
    assert "needs a reason" in refused.output
    assert call("members", "decide", str(one.pk), "accept").output == "Newcomer: member.\n"
    assert call("members", "list", "--state", "submitted").output == ""
    assert "no membership of this number" in call("members", "decide", str(person.pk), "accept").output


def test_organisations_are_taken_on_and_listed_in_the_shell(make_node: MakeNode) -> None:
    make_node("trials")
    where = ("--country", "Netherlands", "--node", "trials", "--position", "52.37,-4.90")
    taken = call("organisations", "take-on", "Hospital", *where)
    assert taken.exit_code == 0
    (listed,) = json.loads(call("organisations", "--json").output)
    assert listed == {
        "id": taken.output.strip(),
        "name": "Hospital",
        "country": "Netherlands",
        "node_id": "trials",
        "latitude": 52.37,
        "longitude": -4.9,
    }
    assert "Hospital" in call("organisations").output


def test_an_organisation_that_cannot_be_taken_on_leaves_nothing() -> None:
    refused = call("organisations", "take-on", "Hospital", "--position", "Amsterdam")
    assert refused.exit_code == 1
    assert "Write latitude and longitude in degrees" in refused.output
    assert json.loads(call("organisations", "--json").output) == []


def test_accounts_of_programs_are_made_listed_and_ended_in_the_shell() -> None:
    words = call("accounts", "make", "nightly", "--role", "engagement").output.strip()
    assert words.startswith("caimera_")
    assert call("accounts", "list").output.split() == ["nightly", "engagement"]
    assert call("accounts", "make", "nightly", "--role", "engagement").exit_code == 1
    assert call("accounts", "end", "nightly").output == "nightly works no more.\n"
    assert call("accounts", "list").output.split() == ["nightly", "ended"]
    assert call("accounts", "end", "nobody").exit_code == 1
