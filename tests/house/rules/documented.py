"""What a person may set or type is written down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import click


def options(command: click.Command, name: str) -> Iterator[tuple[str, str]]:
    """Every option of a command and its children, with the words it is called by."""
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            yield name, parameter.opts[0]
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=name)
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            if found is not None:
                yield from options(found, f"{name} {child}")


def missing(names: Iterable[str], page: str) -> list[str]:
    """The names a page does not print as code."""
    return [name for name in names if f"`{name}" not in page]


def options_missing(found: Iterable[tuple[str, str]], page: str) -> list[str]:
    """The options that the section of their command does not print."""
    sections = {section.split("`", 1)[0]: section for section in page.split("# `")[1:]}
    return [f"{name} {option}" for name, option in found if f"`{option}" not in sections.get(name, "")]
