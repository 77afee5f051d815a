"""`caimera demo`: the whole federation on this machine, with real data."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from caimera.client import ClientError
from caimera.demo import control
from caimera.demo.errors import DemoError, NotRunning
from caimera.demo.home import Home
from caimera.demo.sign_in import sign_in
from caimera.demo.simulator import PERSONAS, issuer_at
from caimera.demo.sites import SITES, url
from caimera.demo.state import Phase, State, StepState, read

Command = TypeVar("Command", bound=Callable[..., object])

EXAMPLE = "modality = CT and body_part = chest and sex = male and age_at_imaging between 40 and 70"


@click.group()
def demo() -> None:
    """The whole federation on this machine: a hub, three nodes, real data, a sign-in simulator."""


def _home_option(command: Command) -> Command:
    return click.option(
        "--home",
        "home",
        type=click.Path(file_okay=False, path_type=Path),
        envvar="CAIMERA_DEMO_HOME",
        show_envvar=True,
        callback=lambda context, parameter, path: Home.at(path) if path else Home.default(),
        help="Directory of the demo; ~/.local/share/caimera/demo by default.",
    )(command)


@contextmanager
def _telling() -> Iterator[None]:
    """An error becomes its sentence and the exit code 1."""
    try:
        yield
    except (DemoError, ClientError) as error:
        click.echo(str(error), err=True)
        sys.exit(1)


@demo.command()
@_home_option
@click.option("--detach", is_flag=True, help="Return when everything is ready, and let it run.")
@click.option("--small", is_flag=True, help="Only a few collections at each node, for a quick look.")
def up(home: Home, detach: bool, small: bool) -> None:
    """Start the federation; the first time this makes its data, which takes a minute or two.

    Without --detach it runs until Ctrl-C.
    """
    with _telling():
        if home.is_held():
            _show_start(control.follow(home))
            click.echo("The demo is running already.\n")
            _introduce(home, read(home))
            return
        launched = control.launch(home, small=small, detached=detach)
        try:
            state = _show_start(control.follow(home, launched))
            _introduce(home, state)
            if not detach:
                click.echo("\nCtrl-C stops it.")
                launched.wait()
                if problem := read(home).problem:
                    raise DemoError(problem)
                click.echo("The demo was stopped.")
        except KeyboardInterrupt:
            _stop(home)


def _show_start(states: Iterator[State]) -> State:
    """Show the steps of a start while they happen. Raises DemoError when it fails."""
    shown = _Steps(Console(stderr=True))
    with shown.progress:
        for state in states:
            shown.update(state.steps)
    if state.phase is not Phase.READY:
        raise DemoError(state.problem or "The demo was stopped while it started.")
    return state


class _Steps:
    """A line for each step: a bar where one can look at it, a sentence when it is done elsewhere."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.progress = Progress(
            SpinnerColumn(finished_text="[green]✓[/]"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("[dim]{task.fields[detail]}"),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}
        self._told: set[str] = set()

    def update(self, steps: list[StepState]) -> None:
        for step in steps:
            if step.state in ("running", "done"):
                self._update(step)

    def _update(self, step: StepState) -> None:
        if step.label not in self._tasks:
            self._tasks[step.label] = self.progress.add_task(step.label, total=None, detail="")
        done = step.state == "done"
        total = (step.total or 1) if done else step.total or None
        completed = total if done else step.done
        self.progress.update(
            self._tasks[step.label], total=total, completed=completed or 0, detail=step.detail[:40]
        )
        if done and step.label not in self._told:
            self._told.add(step.label)
            if not self.console.is_terminal:
                click.echo(f"{step.label}: done", err=True)


def _introduce(home: Home, state: State) -> None:
    """Addresses, people, and what to try."""
    console = Console()
    addresses = Table("Site", "Address", title="The federation is running", title_justify="left")
    for site in SITES:
        addresses.add_row(site.name, url(state.ports[site.id]))
    addresses.add_row("Life Science Login simulator", issuer_at(state.ports["login"]))
    people = Table("Persona", "Name", "Role", title="Sign in as one of", title_justify="left")
    for person in PERSONAS.values():
        people.add_row(person.id, person.name, person.role)
    console.print(addresses, people, sep="\n")
    told = "" if home == Home.default() else f" --home '{home.root}'"
    console.print("Try:", style="bold")
    click.echo(f"  open {state.hub_url} in a browser and sign in as Rosa Researcher")
    click.echo(f"  caimera demo login{told} researcher")
    hub = f" --hub {state.hub_url}" if told else ""
    click.echo(f"  caimera search{hub} '{EXAMPLE}'")
    click.echo(f"  caimera nodes{hub}")
    click.echo(f"  caimera demo down{told}")


@demo.command()
@_home_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def status(home: Home, as_json: bool) -> None:
    """Say what is running and how it is; ends with 0 when all is ready, otherwise with 1."""
    found = control.status(home)
    if as_json:
        click.echo(json.dumps(found.as_json(), indent=2))
    else:
        _print_status(found)
    sys.exit(0 if found.phase == Phase.READY and all(site.ready for site in found.sites) else 1)


def _print_status(found: control.Status) -> None:
    click.echo(f"The demo in {found.home} is {found.phase}.")
    if found.problem:
        click.echo(found.problem)
    if found.left_over:
        click.echo(f"{len(found.left_over)} processes were left over. `caimera demo down` ends them.")
    for site in found.sites:
        click.echo(f"{site.name}, {site.url}: {site.problem or 'ready'}")
    if not found.services:
        return
    click.echo(f"Letters are kept in {found.mail}.")
    table = Table("Service", "State", "Process", "Restarts", "Last end", "Log")
    for service in found.services:
        numbers = (str(service.pid or ""), str(service.restarts))
        table.add_row(service.name, service.state, *numbers, service.last_exit, service.log)
    Console(width=None if sys.stdout.isatty() else 200).print(table)


@demo.command()
@_home_option
@click.argument("persona", type=click.Choice(list(PERSONAS)))
def login(home: Home, persona: str) -> None:
    """Sign this command line in as PERSONA, without a browser."""
    with _telling():
        state = control.require_running(home)
        name = sign_in(state.hub_url, persona)
        click.echo(f"Signed in at {state.hub_url} as {name}, who accepts its policies.")


@demo.command()
@_home_option
def down(home: Home) -> None:
    """Stop everything; the data stay."""
    with _telling():
        _stop(home)


def _stop(home: Home) -> None:
    with Console(stderr=True).status("Stopping…"):
        stopped = control.stop(home)
    click.echo("Stopped; nothing is left running." if stopped else "Nothing was running.")


@demo.command()
@_home_option
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset(home: Home, yes: bool) -> None:
    """Stop everything and delete the demo's directory with all its data."""
    with _telling():
        if not home.exists():
            raise NotRunning if home.root.exists() else DemoError(f"There is no demo in {home.root}.")
        if not yes:
            click.confirm(f"Delete {home.root} and everything in it?", abort=True)
        _stop(home)
        home.delete()
        click.echo(f"{home.root} is deleted.")
