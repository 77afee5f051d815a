"""What the commands of a hub and of a node share about persons: `roles` and what comes with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click


def people_commands(begin: Callable[[], None]) -> tuple[click.Command, ...]:
    """The commands for one kind of site; `begin` lets Django read its settings."""
    return (_roles(begin),)


@contextmanager
def _told() -> Iterator[None]:
    """What cannot be done ends the command with its sentence."""
    from caimera.people.errors import ActRefused

    try:
        yield
    except ActRefused as refused:
        raise click.ClickException(str(refused)) from None


def _roles(begin: Callable[[], None]) -> click.Group:
    @click.group()
    def roles() -> None:
        """Who holds which role at this site."""
        begin()

    roles.add_command(_list)
    roles.add_command(_give)
    roles.add_command(_take)
    return roles


@click.command("list")
def _list() -> None:
    """List the roles given here and not yet over, those that wait for a second operator too."""
    from caimera.people.queries import grants_open

    for one in grants_open():
        state = f"until {one.until:%Y-%m-%d}" if one.confirmed_at else "to confirm"
        click.echo(f"{one.pk}  {one.role:<22} {state:<16} {one.person}  ({one.reason})")


@click.command("give")
@click.argument("who")
@click.argument("role")
@click.option("--reason", required=True, help="Why, in a sentence.")
@click.option("--until", required=True, help="The last day, such as 2027-06-30.")
@click.option(
    "--unseen", is_flag=True, help="WHO is the identifier (sub) of somebody who has not signed in here yet."
)
def _give(who: str, role: str, reason: str, until: str, unseen: bool) -> None:
    """Give ROLE to WHO, an e-mail address or identifier known here.

    An operator needs four eyes: the first one is made at once, for others an operator has to confirm it.
    """
    from caimera.people.actions import expect_person
    from caimera.people.granting import give_role
    from caimera.people.queries import end_of, person_called

    with _told():
        person = expect_person(sub=who) if unseen else person_called(who)
        grant = give_role(person=person, role=role, reason=reason, until=end_of(until), by=None)
    waits = "" if grant.confirmed_at else " An operator has to confirm it under /roles/holders."
    click.echo(f"{person}: {grant.label}, until {until}.{waits}")


@click.command("take")
@click.argument("grant", type=click.UUID)
@click.option("--reason", required=True, help="Why, in a sentence.")
def _take(grant: str, reason: str) -> None:
    """Take a role away; GRANT is its number in `roles list`."""
    from uuid import UUID

    from caimera.people.granting import take_role

    with _told():
        ended = take_role(grant_id=UUID(str(grant)), reason=reason, by=None)
    click.echo(f"{ended.person} is no longer: {ended.label}.")
