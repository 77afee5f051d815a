"""`caimera login`, `logout`, `search`, `nodes`: the researcher's desk in a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import TypeVar

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from caimera.client import (
    ClientError,
    Count,
    DatasetRow,
    Hub,
    HubUnreachable,
    Invitation,
    NodeRow,
    QuestionRefused,
    SearchResult,
)

Command = TypeVar("Command", bound=Callable[..., object])

STATES = {"answered": "green", "waiting": "cyan", "slow": "yellow", "offline": "red", "refused": "red"}


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
        with Hub(url or _demo_hub()) as hub:
            yield hub
    except QuestionRefused as refusal:
        for problem in refusal.problems:
            place = f"At {problem.path}: " if problem.path else ""
            click.echo(f"{place}{problem}", err=True)
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
@click.option("--json", "as_json", is_flag=True, help="Print the final state as the hub's JSON.")
def search(url: str | None, question: str, purpose: str, as_json: bool) -> None:
    """Ask all nodes who and what fits QUESTION, such as 'modality = CT and sex = female'.

    Ends with 0 when the hub took the question, 2 when the question has problems, otherwise with 1.
    """
    with _asking(url) as hub:
        result = _followed(hub.stream(question, purpose))
        if as_json:
            click.echo(json.dumps(result.document, indent=2, ensure_ascii=False))
        else:
            _print(result)


def _followed(states: Iterator[SearchResult]) -> SearchResult:
    """The last state; until it comes, standard error shows who has answered."""
    with Console(stderr=True).status("Asking…") as status:
        for result in states:
            waiting = [node.name for node in result.nodes if node.state in ("waiting", "slow")]
            status.update(f"Waiting for {', '.join(waiting)}…" if waiting else "Adding up…")
    return result


def _print(result: SearchResult) -> None:
    console = _console()
    console.print(f"[bold]{escape(result.in_words)}[/bold]\n")
    console.print(_answers(result))
    for node in result.nodes:
        for sentence in _remarks(node):
            console.print(escape(f"{node.name}: {sentence}"))
    for sentence in result.totals.left_out:
        console.print(escape(f"• {sentence}"))


def _console() -> Console:
    """The terminal, or lines as long as they need to be where there is none."""
    return Console() if sys.stdout.isatty() else Console(width=200)


def _answers(result: SearchResult) -> Table:
    table = Table(show_footer=True)
    totals = result.totals
    table.add_column("Node, dataset", footer="Total", overflow="fold")
    table.add_column("Access", footer="")
    for title, count in (
        ("Patients", totals.subjects),
        ("Studies", totals.studies),
        ("Series", totals.series),
    ):
        table.add_column(title, footer=_shown(count), justify="right")
    for node in result.nodes:
        name = f"[bold]{escape(node.name)}[/bold]"
        state = f"[{STATES.get(node.state, 'white')}]{node.state}[/]"
        table.add_row(name, state, _shown(node.subjects), _shown(node.studies), _shown(node.series))
        _add_datasets(table, node)
        table.add_section()
    return table


def _add_datasets(table: Table, node: NodeRow) -> None:
    """A line for each dataset that names a number; the others are counted."""
    small = [row for row in node.datasets if row.subjects.kind == "fewer_than"]
    none = [row for row in node.datasets if row.subjects.kind == "exact" and row.subjects.value == 0]
    for row in sorted((row for row in node.datasets if row not in small + none), key=_size, reverse=True):
        numbers = [_shown(count) for count in (row.subjects, row.studies, row.series)]
        table.add_row(f"  {escape(row.title)}", row.policy, *numbers)
    if small:
        table.add_row(f"  [dim]{_datasets(len(small))}, each[/dim]", "", _shown(small[0].subjects))
    if none:
        table.add_row(f"  [dim]{_datasets(len(none))} without a match[/dim]")


def _datasets(count: int) -> str:
    return f"{count} {'dataset' if count == 1 else 'datasets'}"


def _size(row: DatasetRow) -> int:
    return row.subjects.value or 0


def _shown(count: Count) -> str:
    return "–" if count.kind == "withheld" else str(count)


def _remarks(node: NodeRow) -> Iterator[str]:
    if node.reason:
        yield node.reason
    for condition in node.conditions:
        if condition.status != "applied":
            yield f"{condition.text} was {condition.status}: {condition.why}"


@click.command()
@_hub_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def nodes(url: str | None, as_json: bool) -> None:
    """List the nodes of the federation and what each can answer."""
    with _asking(url) as hub:
        found = hub.nodes()
    if as_json:
        rows = [asdict(node) for node in found]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False, default=datetime.isoformat))
        return
    table = Table()
    for title in ("Node", "State", "Datasets", "Software", "Can be asked about"):
        table.add_column(title, overflow="fold")
    for node in found:
        state = f"[{'green' if node.state == 'present' else 'red'}]{node.state}[/]"
        name = f"{escape(node.name)} ({node.id})"
        table.add_row(name, state, str(node.dataset_count), escape(node.software), ", ".join(node.variables))
    _console().print(table)
