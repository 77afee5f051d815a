"""`caimera hub`: the core services."""

from __future__ import annotations

import json
from pathlib import Path
from typing import IO

import click

from caimera.cli.organisations import organisation_commands
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
from caimera.hub.settings.site import HubSettings
from caimera.web.site import load

SETTINGS = "caimera.hub.settings"


@click.group()
def hub() -> None:
    """The core services: keys, database, web server, worker, nodes."""


def _begin() -> None:
    begin(SETTINGS)


@hub.command()
@click.option(
    "--oidc-client-secret-file",
    type=click.File("rb"),
    help="File with the client secret the sign-in service gave this hub; - reads standard input.",
)
@click.option(
    "--mail-password-file",
    type=click.File("rb"),
    help="File with the password of `mail_user` at the mail server; - reads standard input.",
)
def init(oidc_client_secret_file: IO[bytes] | None, mail_password_file: IO[bytes] | None) -> None:
    """Make this hub's keys; those that exist are kept."""
    from caimera.hub.federation.keys import create_missing_keys

    make_keys(load(HubSettings), create_missing_keys, oidc_client_secret_file, mail_password_file)


@hub.command()
def migrate() -> None:
    """Bring the database to the tables this software expects; as their owner where the settings name one."""
    _begin()
    migrate_database()


@hub.command("database-roles")
def database_roles() -> None:
    """Print what makes the three roles of the settings and hands the database's tables to their owner.

    A superuser runs it in the site's database, new or old: caimera hub database-roles | psql DATABASE.
    """
    click.echo(setup_of_roles(load(HubSettings)))


@hub.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", default=8080, show_default=True, help="Port to listen at.")
@click.option("--processes", default=1, show_default=True, help="Server processes.")
def serve(host: str, port: int, processes: int) -> None:
    """Serve the pages and the API."""
    serve_pages("caimera.hub.asgi:app", settings=SETTINGS, host=host, port=port, processes=processes)


@hub.command()
def worker() -> None:
    """Run the worker: the connection to the nodes and the background work."""
    _begin()
    from caimera.hub.federation.worker import make_worker

    run_until_told(make_worker)


@hub.command()
def card() -> None:
    """Print this hub's card, which nodes need to trust it."""
    _begin()
    from caimera.hub.federation.broker import hub_card

    click.echo(hub_card().model_dump_json(indent=2))


@hub.command()
@click.argument("card_file", type=click.File("rb"))
def enrol(card_file: IO[bytes]) -> None:
    """Take the node whose card is CARD_FILE into the federation; - reads standard input."""
    _begin()
    from caimera.hub.federation.actions import enrol_node
    from caimera.hub.federation.errors import FederationError

    try:
        node = enrol_node(card=read_card(card_file.read()), actor="system")
    except FederationError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{node.name} ({node.pk}) is enrolled. Renew the broker's configuration to let it in.")


@hub.command()
@click.argument("node")
def revoke(node: str) -> None:
    """Stop asking and hearing NODE, from now on."""
    _begin()
    from caimera.hub.federation.actions import revoke_node
    from caimera.hub.federation.errors import FederationError

    try:
        revoke_node(node_id=node, actor="system")
    except FederationError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{node} is revoked. Renew the broker's configuration to cut its connection.")


@hub.command("broker-config")
@click.option("--port", default=4222, show_default=True, help="Port the broker listens at.")
@click.option(
    "--monitoring-port", type=int, help="Port of the broker's own monitoring page; none by default."
)
@click.option(
    "--store-dir", type=click.Path(path_type=Path), required=True, help="Directory the broker may write to."
)
@click.option("--output", type=click.Path(path_type=Path), help="File to write; standard output by default.")
def write_broker_config(port: int, monitoring_port: int | None, store_dir: Path, output: Path | None) -> None:
    """Write the NATS configuration that admits this hub and every enrolled node."""
    _begin()
    from caimera.hub.federation.broker import configuration

    text = configuration(port=port, store_dir=store_dir, monitoring_port=monitoring_port)
    if output is None:
        click.echo(text)
        return
    unfinished = output.with_name(f"{output.name}.new")
    unfinished.write_text(text)
    unfinished.replace(output)


@hub.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def nodes(as_json: bool) -> None:
    """List the enrolled nodes, whether they are there, and why messages of theirs are refused."""
    _begin()
    from django.utils import timezone

    from caimera.hub.federation.schemas import NodeSummary

    found = NodeSummary.every(now=timezone.now())
    if as_json:
        click.echo(json.dumps([node.model_dump(mode="json") for node in found], indent=2))
        return
    for node in found:
        click.echo(f"{node.id:<20} {node.state:<8} {node.dataset_count:>4} datasets  {node.name}")
        if node.refused:
            click.echo(f"{'':<20} refused: {node.refused}")


hub.add_command(organisation_commands(_begin))
for _command in people_commands(_begin):
    hub.add_command(_command)


@hub.group()
def catalogue() -> None:
    """Where the catalogue's descriptions come from."""


@catalogue.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def sources(context: click.Context, as_json: bool) -> None:
    """List the sources, how their last run went, and what waits; or add and stop those on the web."""
    if context.invoked_subcommand is None:
        _begin()
        _list_sources(as_json)


def _list_sources(as_json: bool) -> None:
    from caimera.hub.catalogue.queries import proposals
    from caimera.hub.catalogue.schemas import SourceSummary

    found = SourceSummary.every()
    if as_json:
        click.echo(json.dumps([one.model_dump(mode="json") for one in found], indent=2))
        return
    for one in found:
        reach = "online" if one.present else "away"
        click.echo(
            f"{one.id:<20} {reach:<8} {one.records:>6} datasets  {one.last or 'never read':<10} {one.name}"
        )
        for sentence in one.sentences:
            click.echo(f"{'':<20} {sentence}")
    for url in proposals():
        click.echo(f"{'proposed':<20} {url}")


@sources.command("add")
@click.argument("url")
@click.option("--title", default="", help="What people call it; else what it calls itself.")
@click.option("--private", is_flag=True, help="Allow an address of a private network.")
def add_source(url: str, title: str, private: bool) -> None:
    """Harvest the FAIR Data Point or document of DCAT at URL, from now on every day."""
    _begin()
    from caimera.dcat import DcatError
    from caimera.hub.catalogue import foreign
    from caimera.hub.catalogue.errors import CatalogueError

    try:
        source = foreign.add_source(url=url, title=title, private=private, actor="system")
    except (CatalogueError, DcatError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{source.pk} ({source.name}, a {source.get_kind_display()}) is read by the worker.")


@sources.command("stop")
@click.argument("source")
def stop_source(source: str) -> None:
    """Read SOURCE no more; its records stay."""
    _set_harvested(source, harvested=False)
    click.echo(f"{source} is read no more. Its records stay.")


@sources.command("resume")
@click.argument("source")
def resume_source(source: str) -> None:
    """Read SOURCE again."""
    _set_harvested(source, harvested=True)
    click.echo(f"{source} is read again.")


@sources.command("remove")
@click.argument("source")
@click.confirmation_option(prompt="All datasets of the source are withdrawn. Go on?")
def remove_source(source: str) -> None:
    """Read SOURCE no more and withdraw its datasets; their identifiers are kept."""
    _begin()
    from caimera.hub.catalogue import foreign
    from caimera.hub.catalogue.errors import CatalogueError

    try:
        done = foreign.remove_source(source_id=source, actor="system")
    except CatalogueError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{source} was taken out: {done.gone} withdrawn.")


def _set_harvested(source: str, *, harvested: bool) -> None:
    _begin()
    from caimera.hub.catalogue import foreign
    from caimera.hub.catalogue.errors import CatalogueError

    try:
        foreign.set_harvested(source_id=source, harvested=harvested, actor="system")
    except CatalogueError as error:
        raise click.ClickException(str(error)) from None


@catalogue.command()
@click.argument("source", default="")
def harvest(source: str) -> None:
    """Have SOURCE, or every source, harvested as soon as it can be reached."""
    _begin()
    from caimera.hub.catalogue.actions import want_harvest
    from caimera.hub.catalogue.errors import CatalogueError

    try:
        wanted = want_harvest(source_id=source)
    except CatalogueError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"The worker harvests: {', '.join(wanted) or 'nothing, as there is no source'}.")


@catalogue.command()
@click.argument("source")
def confirm(source: str) -> None:
    """Apply the list of SOURCE that lost most of its datasets: they are really withdrawn."""
    _begin()
    from caimera.hub.catalogue.actions import confirm_harvest
    from caimera.hub.catalogue.errors import CatalogueError

    try:
        done = confirm_harvest(source_id=source, actor="system")
    except CatalogueError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{source}: {done.gone} withdrawn, {done.added} added, {done.changed} changed.")
