"""Answers to a question in a terminal: as they arrive, and all of them at the end."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

import click
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from caimera.client import BreakdownTotal, Count, DatasetRow, NodeRow, SearchResult, ValueTotal

STATES = {"answered": "green", "waiting": "cyan", "slow": "yellow", "offline": "red", "refused": "red"}


def console() -> Console:
    """The terminal, or lines as long as they need to be where there is none."""
    return Console() if sys.stdout.isatty() else Console(width=200)


def growing(states: Iterable[SearchResult]) -> None:
    """Show the answers on the terminal, each as it arrives."""
    with Live(console=console(), auto_refresh=False) as live:
        for result in states:
            live.update(whole(result), refresh=True)


def told(states: Iterable[SearchResult]) -> SearchResult:
    """The last state; until it comes, standard error says in a line each how a node now stands."""
    before: dict[str, str] = {}
    for result in states:
        for node in result.nodes:
            if node.state != before.get(node.id, "waiting"):
                click.echo(_news(node), err=True)
            before[node.id] = node.state
    return result


def _news(node: NodeRow) -> str:
    if node.state != "answered":
        return f"{node.name}: {node.state}. {node.reason}".strip()
    after = f" after {node.took_ms / 1000:.2f} s" if node.took_ms is not None else ""
    return f"{node.name}: answered{after}; patients: {node.subjects}."


def show(result: SearchResult) -> None:
    """Print everything known of a question."""
    console().print(whole(result))


def whole(result: SearchResult) -> RenderableType:
    """The question in words, the table, what to know about it, and the breakdowns."""
    remarks = [f"{node.name}: {sentence}" for node in result.nodes for sentence in _remarks(node)]
    notes = [*remarks, *(f"• {sentence}" for sentence in result.totals.left_out)]
    return Group(
        Text(result.in_words, style="bold"),
        "",
        _answers(result),
        *map(Text, notes),
        *(part for one in result.breakdowns for part in _breakdown(one)),
    )


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
    """A line for each dataset that names a number or a reason; the others are counted."""
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
    for row in node.datasets:
        if row.reason:
            yield f"{row.title}: {row.reason}"


def _breakdown(breakdown: BreakdownTotal) -> Iterator[RenderableType]:
    table = Table()
    table.add_column(f"By {breakdown.label}", overflow="fold")
    table.add_column("Patients", justify="right")
    for one in breakdown.values:
        table.add_row(escape(one.label), _value(one))
    yield table
    yield from (Text(f"• {sentence}") for sentence in breakdown.left_out)


def _value(one: ValueTotal) -> str:
    """The number, and how many datasets with few patients are not in it."""
    if one.few and one.subjects.value is not None:
        return f"{_shown(one.subjects)} (+ {_datasets(one.few)} with few)"
    return _shown(one.subjects)
