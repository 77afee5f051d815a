"""`caimera node`: a data holder's site."""

from __future__ import annotations

import json
from pathlib import Path
from typing import IO, Any
from uuid import UUID

import click

from caimera.cli.people import people_commands
from caimera.cli.sites import (
    begin,
    make_keys,
    migrate_database,
    read_card,
    run_until_told,
    serve_pages,
    setup_of_roles,
)
from caimera.node.settings.site import NodeSettings
from caimera.web.site import load

SETTINGS = "caimera.node.settings"


@click.group()
def node() -> None:
    """A data holder's site: keys, database, web server, agent, datasets."""


def _begin() -> None:
    begin(SETTINGS)


@node.command()
@click.option(
    "--oidc-client-secret-file",
    type=click.File("rb"),
    help="File with the client secret the sign-in service gave this node; - reads standard input.",
)
@click.option(
    "--mail-password-file",
    type=click.File("rb"),
    help="File with the password of `mail_user` at the mail server; - reads standard input.",
)
def init(oidc_client_secret_file: IO[bytes] | None, mail_password_file: IO[bytes] | None) -> None:
    """Make this node's keys; those that exist are kept."""
    from caimera.node.agent.keys import create_missing_keys

    make_keys(load(NodeSettings), create_missing_keys, oidc_client_secret_file, mail_password_file)


for _command in people_commands(_begin):
    node.add_command(_command)


@node.command()
def migrate() -> None:
    """Bring the database to the tables this software expects; as their owner where the settings name one."""
    _begin()
    migrate_database()


@node.command("database-roles")
def database_roles() -> None:
    """Print what makes the three roles of the settings and hands the database's tables to their owner.

    A superuser runs it in the site's database, new or old: caimera node database-roles | psql DATABASE.
    """
    click.echo(setup_of_roles(load(NodeSettings)))


@node.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", default=8081, show_default=True, help="Port to listen at.")
@click.option("--processes", default=1, show_default=True, help="Server processes.")
def serve(host: str, port: int, processes: int) -> None:
    """Serve the node's pages."""
    serve_pages("caimera.node.asgi:app", settings=SETTINGS, host=host, port=port, processes=processes)


@node.command()
def agent() -> None:
    """Run the agent: the connection to the hub, and the answers to its questions."""
    _begin()
    from caimera.node.agent.process import make_agent

    run_until_told(make_agent)


@node.command()
def card() -> None:
    """Print this node's card, which the hub needs to enrol it."""
    _begin()
    from caimera.node.agent.identity import node_card

    click.echo(node_card().model_dump_json(indent=2))


@node.command()
@click.argument("card_file", type=click.File("rb"))
def trust(card_file: IO[bytes]) -> None:
    """Hear the hub whose card is CARD_FILE, and no other; - reads standard input."""
    _begin()
    from caimera.node.agent.actions import trust_hub

    hub = trust_hub(card=read_card(card_file.read()), actor="system")
    click.echo(f"This node trusts {hub.name} ({hub.site}).")


@node.command()
@click.argument("crates", nargs=-1, required=True, metavar="CRATE_PATH...", type=click.Path(path_type=Path))
@click.option(
    "--policy",
    type=click.Choice(["open", "protected"]),
    help="How the datasets protect their people; each crate's own hint by default.",
)
def add(crates: tuple[Path, ...], policy: str | None) -> None:
    """Verify crates and publish each as the current release of its dataset.

    Stops at the first crate that is refused; those before it are published.
    """
    _begin()
    from caimera.node.datasets.actions import register_crate
    from caimera.node.datasets.errors import DatasetError

    for path in crates:
        try:
            release = register_crate(path=path, policy=policy, actor="system")
        except DatasetError as error:
            raise click.ClickException(str(error)) from None
        dataset = release.dataset
        click.echo(f"{dataset.title}, version {release.version}: published, {dataset.policy}.")


@node.command("cdm-ddl")
def cdm_ddl() -> None:
    """Print the SQL that makes a clinical database's tables, in the EUCAIM layout."""
    from caimera.cdm import ddl

    click.echo(ddl(), nl=False)


@node.command("connect-database")
@click.argument("name")
@click.argument("address_file", type=click.File("rb"))
def connect_database(name: str, address_file: IO[bytes]) -> None:
    """Keep the address of a clinical database among this node's secrets, under NAME.

    ADDRESS_FILE holds it as postgresql://user:password@host:port/name; - reads standard input.
    """
    _begin()
    from caimera.node.datasets import actions
    from caimera.node.datasets.errors import DatasetError

    try:
        address = address_file.read().decode().strip()
        actions.connect_database(name=name, address=address, actor="system")
    except DatasetError as error:
        raise click.ClickException(str(error)) from None
    except UnicodeDecodeError:
        raise click.ClickException("What was given is no address: it is not text.") from None
    click.echo(f"The address of the database {name} is kept.")


@node.command("register-database")
@click.argument("name")
@click.option(
    "--dataset",
    "dataset_ids",
    type=click.UUID,
    required=True,
    multiple=True,
    help="UUID of the dataset; may be given several times.",
)
@click.option("--version", required=True, help="What to call what the database holds now.")
@click.option("--key", default="", help="What the database calls the one dataset; its UUID by default.")
@click.option(
    "--policy",
    type=click.Choice(["open", "protected"]),
    help="How the dataset protects its people; a new one is protected by default.",
)
def register_database(
    name: str, dataset_ids: tuple[UUID, ...], version: str, key: str, policy: str | None
) -> None:
    """Read datasets from the database NAME and publish what it holds now as their current releases.

    Stops at the first dataset that is refused; those before it are published.
    """
    if key and len(dataset_ids) > 1:
        raise click.UsageError("--key names one dataset; give one --dataset with it.")
    _begin()
    from caimera.node.datasets import actions
    from caimera.node.datasets.errors import DatasetError

    for each in dataset_ids:
        try:
            release = actions.register_database(
                name=name, dataset_id=each, version=version, key=key, policy=policy, actor="system"
            )
        except DatasetError as error:
            raise click.ClickException(str(error)) from None
        dataset = release.dataset
        click.echo(f"{dataset.title}, version {release.version}: published, {dataset.policy}.")


@node.command()
@click.argument("dataset_id", type=click.UUID)
@click.option("--name", type=click.Choice(["open", "protected"]), help="How the dataset protects its people.")
@click.option("--minimum", type=int, help="The smallest number of subjects that is told.")
@click.option("--step", type=int, help="Numbers are rounded to multiples of this.")
@click.option("--epsilon", type=float, help="Of the noise; smaller is noisier.")
@click.option("--overlap", type=int, help="Groups that differ by fewer patients get one answer.")
@click.option("--weekly-per-person", type=int, help="New questions a person may put in seven days.")
@click.option("--weekly-in-all", type=int, help="New questions everyone together may put in seven days.")
@click.option("--studies-clip", type=int, help="Tell studies, this many of a patient at most; 0: do not.")
@click.option("--series-clip", type=int, help="Tell series, this many of a patient at most; 0: do not.")
def policy(dataset_id: UUID, **options: Any) -> None:
    """Show how a dataset protects its people, or change it from the next question on."""
    _begin()
    from caimera.disclosure import in_words
    from caimera.node.datasets.actions import set_policy
    from caimera.node.datasets.errors import DatasetError
    from caimera.node.datasets.queries import dataset_with_id

    changes = {name: value for name, value in options.items() if value is not None}
    for clip in ("studies_clip", "series_clip"):
        if changes.get(clip) == 0:
            changes[clip] = None
    try:
        if changes:
            set_policy(dataset_id=dataset_id, changes=changes, actor="system")  # type: ignore[arg-type]
        dataset = dataset_with_id(dataset_id)
    except DatasetError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{dataset.title}: {dataset.policy}.")
    for sentence in in_words(dataset.rules):
        click.echo(f"- {sentence}")


@node.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def datasets(as_json: bool) -> None:
    """List the published datasets and how each protects its people."""
    _begin()
    from caimera.node.datasets.queries import published_releases

    found = [
        {
            "id": str(release.dataset_id),
            "title": release.dataset.title,
            "version": release.version,
            "policy": release.dataset.policy,
        }
        for release in published_releases()
    ]
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    for dataset in found:
        click.echo("{id}  {policy:<9}  {version:<10}  {title}".format(**dataset))


@node.command()
@click.argument("dataset_ids", nargs=-1, type=click.UUID, metavar="[DATASET_ID...]")
@click.option("--all", "everything", is_flag=True, help="Describe all of them, not only those that changed.")
def describe(dataset_ids: tuple[UUID, ...], everything: bool) -> None:
    """Describe published datasets from their data; by default those that changed since they were described.

    The agent does the same by itself. Says where a description contradicts itself or its data. Goes on after
    a dataset that cannot be read, and says so at the end.
    """
    _begin()
    from caimera.node.datasets import actions
    from caimera.node.datasets.errors import DatasetError
    from caimera.node.datasets.point import findings_of
    from caimera.node.datasets.queries import published_releases, undescribed
    from caimera.node.sources import SourceError

    found = published_releases() if everything else undescribed()
    problems = []
    for each in dataset_ids or [release.dataset_id for release in found]:
        try:
            made = actions.describe(dataset_id=each, actor="system")
        except (DatasetError, SourceError) as error:
            problems.append(f"{each} could not be described. {error}")
            continue
        click.echo(f"{each}: {'described' if made else 'not published'}.")
        for sentence in findings_of(made) if made else ():
            click.echo(f"  Look at this: {sentence}")
    if problems:
        raise click.ClickException("\n".join(problems))


@node.command()
@click.argument("dataset_id", type=click.UUID)
def withdraw(dataset_id: UUID) -> None:
    """Publish a dataset no longer: it is neither counted nor described. `add` publishes it again."""
    _begin()
    from caimera.node.datasets import actions
    from caimera.node.datasets.errors import DatasetError

    try:
        dataset = actions.withdraw(dataset_id=dataset_id, actor="system")
    except DatasetError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{dataset.title}: withdrawn.")
