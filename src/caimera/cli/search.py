"""`caimera login`, `logout`, `search`, `nodes`: the researcher's desk in a terminal."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import TypeVar

import click
from rich.markup import escape
from rich.table import Table

from caimera.cli.answers import console, growing, show, told
from caimera.client import ClientError, Hub, HubUnreachable, Invitation, NameTaken, QuestionRefused

Command = TypeVar("Command", bound=Callable[..., object])


def _hub_option(command: Command) -> Command:
    return click.option(
        "--hub",
        "url",
        envvar="CAIMERA_HUB_URL",
        metavar="URL",
        show_envvar=True,
        help="Address of the hub; that of the running demo by default.",
    )(command)


@contextmanager
def _asking(url: str | None) -> Iterator[Hub]:
    """The hub at `url`; an error becomes its sentence and an exit code: 2 for a wrong question, 1 else."""
    try:
        with Hub(url or _demo_hub(), os.environ.get("CAIMERA_TOKEN") or None) as hub:
            yield hub
    except QuestionRefused as refusal:
        for problem in refusal.problems:
            place = f"At {problem.path}: " if problem.path else ""
            click.echo(f"{place}{problem}", err=True)
        sys.exit(2)
    except NameTaken as taken:
        click.echo(str(taken), err=True)
        sys.exit(2)
    except ClientError as error:
        click.echo(str(error), err=True)
        sys.exit(1)


def _demo_hub() -> str:
    from caimera.demo.home import Home
    from caimera.demo.state import running_hub

    url = running_hub(Home.default())
    if url is None:
        raise click.UsageError("No demo is running. Name the hub with --hub or CAIMERA_HUB_URL.")
    return url


@click.command()
@_hub_option
def login(url: str | None) -> None:
    """Sign in at a hub, in a browser on this or any other device."""
    with _asking(url) as hub:
        name = hub.sign_in(_invite)
        click.echo(f"Signed in at {hub.url} as {name}.")


def _invite(invitation: Invitation) -> None:
    click.echo(f"Open this address in a browser, on any device:\n\n  {invitation.address}\n")
    if invitation.address == invitation.page:
        click.echo(f"and enter the code {invitation.code}\n")
    click.echo(f"Waiting up to {invitation.lifetime // 60} minutes…")


@click.command()
@_hub_option
def logout(url: str | None) -> None:
    """Forget the token kept for a hub and have it revoked."""
    with _asking(url) as hub:
        try:
            was_signed_in = hub.sign_out()
        except HubUnreachable:
            click.echo("Signed out here. The sign-in service could not be told; the token ends by itself.")
            return
        click.echo(f"Signed out of {hub.url}." if was_signed_in else f"You were not signed in at {hub.url}.")


@click.command()
@_hub_option
@click.argument("question")
@click.option("--purpose", default="", help="What the numbers are for; every node's holder can read it.")
@click.option(
    "--by",
    multiple=True,
    metavar="VARIABLE",
    help="Count patients by this variable too; up to three times, each spends a question of the budget.",
)
@click.option("--json", "form", flag_value="json", help="Print the final state as the hub's JSON.")
@click.option("--csv", "form", flag_value="csv", help="Print the hub's report as CSV.")
@click.option("--save", "name", metavar="NAME", help="Keep the question under a name before asking it.")
def search(
    url: str | None, question: str, purpose: str, by: tuple[str, ...], form: str | None, name: str | None
) -> None:
    """Ask all nodes who and what fits QUESTION, such as 'modality = CT and sex = female'.

    On a terminal the table grows as answers arrive; elsewhere a line on standard error tells of each, and the
    whole table is printed at the end. Exit codes: 0 when the hub took the question, also where nodes were
    silent; 2 when the question, an option or the name has to be changed; 1 for anything else.
    """
    with _asking(url) as hub:
        if name is not None:
            saved = hub.save(name, question, by)
            click.echo(f"Kept as “{saved.name}”.", err=True)
        states = hub.stream(question, purpose, by)
        if form is None and sys.stdout.isatty():
            growing(states)
            return
        result = told(states)
        if form is None:
            show(result)
        else:
            click.echo(
                hub.report(result, "csv") if form == "csv" else _json(result.document), nl=form == "json"
            )


def _json(document: object) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False, default=datetime.isoformat)


@click.command()
@_hub_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def nodes(url: str | None, as_json: bool) -> None:
    """List the nodes of the federation and what each can answer."""
    with _asking(url) as hub:
        found = hub.nodes()
    if as_json:
        rows = [asdict(node) for node in found]
        click.echo(_json(rows))
        return
    table = Table()
    for title in ("Node", "State", "Datasets", "Software", "Can be asked about"):
        table.add_column(title, overflow="fold")
    for node in found:
        state = f"[{'green' if node.state == 'present' else 'red'}]{node.state}[/]"
        name = f"{escape(node.name)} ({node.id})"
        table.add_row(name, state, str(node.dataset_count), escape(node.software), ", ".join(node.variables))
    console().print(table)
