"""`caimera hub organisations`: who is in the federation, for an operator's scripts."""

from __future__ import annotations

import json
from collections.abc import Callable

import click


def organisation_commands(begin: Callable[[], None]) -> click.Group:
    """The commands of a hub; `begin` lets Django read its settings."""

    @click.group(invoke_without_command=True)
    @click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
    @click.pass_context
    def organisations(context: click.Context, as_json: bool) -> None:
        """List the organisations of the federation, or take one on."""
        begin()
        if context.invoked_subcommand is None:
            _show(as_json)

    organisations.add_command(_take_on)
    return organisations


def _show(as_json: bool) -> None:
    from caimera.people.models import Organisation

    columns = ("id", "name", "country", "node_id", "latitude", "longitude")
    found = list(Organisation.objects.order_by("name").values(*columns))
    if as_json:
        click.echo(json.dumps(found, default=str))
        return
    for one in found:
        click.echo(f"{one['id']}  {one['node_id'] or 'no node':<20} {one['country']:<20} {one['name']}")


@click.command("take-on")
@click.argument("name")
@click.option("--country", default="", help="Where it is, by its English name.")
@click.option("--website", default="", help="Begins with https://.")
@click.option("--node", default="", help="The id of the node it runs.")
@click.option("--position", default="", help="Latitude and longitude in degrees, such as 52.37,4.90.")
def _take_on(name: str, country: str, website: str, node: str, position: str) -> None:
    """Take the organisation NAME on and print its site identifier."""
    from django.db import transaction

    from caimera.people.errors import ActRefused, Overtaken
    from caimera.people.organisations import place, take_on

    try:
        with transaction.atomic():
            made = take_on(name=name, country=country, website=website, node_id=node, by=None)
            if position:
                place(organisation_id=made.pk, position=position, by=None)
    except (ActRefused, Overtaken) as refused:
        raise click.ClickException(str(refused)) from None
    click.echo(str(made.pk))
