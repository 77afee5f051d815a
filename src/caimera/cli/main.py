"""The command `caimera`: each part is loaded only when it is called."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version

import click


@dataclass(frozen=True, slots=True)
class _Part:
    module: str
    attribute: str
    help: str


PARTS = {
    "audit": _Part("caimera.cli.audit", "audit", "The trail of a site: verify it, read it, export it."),
    "crate": _Part("caimera.cli.crate", "crate", "Look at a dataset on disk."),
    "demo": _Part("caimera.cli.demo", "demo", "The whole federation on this machine, with real data."),
    "hub": _Part("caimera.cli.hub", "hub", "The core services."),
    "login": _Part("caimera.cli.search", "login", "Sign in at a hub."),
    "logout": _Part("caimera.cli.search", "logout", "Sign out of a hub."),
    "node": _Part("caimera.cli.node", "node", "A data holder's site."),
    "nodes": _Part("caimera.cli.search", "nodes", "List the nodes of the federation."),
    "search": _Part("caimera.cli.search", "search", "Ask all nodes who and what fits a question."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called, and whose help imports none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(PARTS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        part = PARTS.get(cmd_name)
        if part is None:
            return None
        try:
            found = getattr(import_module(part.module), part.attribute)
        except ModuleNotFoundError as error:
            raise _missing(cmd_name, error) from error
        assert isinstance(found, click.Command)  # noqa: S101 - the table above is part of this program
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, part.help) for name, part in PARTS.items()])


def _missing(command: str, error: ModuleNotFoundError) -> Exception:
    """A part whose libraries were left out of the installation says which to install."""
    if (error.name or "caimera").partition(".")[0] == "caimera":
        return error
    extra = "demo" if command == "demo" else "site"
    return click.ClickException(
        f"`caimera {command}` needs {error.name}. Install it with: pip install 'caimera[{extra}]'"
    )


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("caimera"), prog_name="caimera")
def main() -> None:
    """Caimera: find, ask for and compute on cancer images where they lie."""
