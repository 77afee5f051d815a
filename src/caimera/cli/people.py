"""What the commands of a hub and of a node share about persons: `roles` and what comes with them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

import click


def people_commands(begin: Callable[[], None]) -> tuple[click.Command, ...]:
    """The commands for one kind of site; `begin` lets Django read its settings."""
    return _roles(begin), _members(begin), _accounts(begin)


@contextmanager
def _told() -> Iterator[None]:
    """What cannot be done ends the command with its sentence."""
    from caimera.people.errors import ActRefused
    from caimera.workflow import Refused

    try:
        yield
    except (ActRefused, Refused) as refused:
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


def _members(begin: Callable[[], None]) -> click.Group:
    @click.group()
    def members() -> None:
        """Who applied to become a member of this site, and who is one."""
        begin()

    members.add_command(_list_members)
    members.add_command(_decide)
    return members


def _accounts(begin: Callable[[], None]) -> click.Group:
    @click.group()
    def accounts() -> None:
        """Accounts of programs: they cannot sign in, have roles, and use a token."""
        begin()

    accounts.add_command(_list_accounts)
    accounts.add_command(_make_account)
    accounts.add_command(_end_account)
    return accounts


@click.command("list")
def _list_accounts() -> None:
    """List the accounts of programs with their roles."""
    from caimera.people.personal_tokens import accounts

    for one in accounts():
        click.echo(f"{one.name:<40} {', '.join(sorted(one.roles)) or 'ended'}")


@click.command("make")
@click.argument("name")
@click.option("--role", "roles", multiple=True, required=True, help="A role it has; never operator.")
@click.option("--days", default=90, show_default=True, help="Days it works.")
def _make_account(name: str, roles: tuple[str, ...], days: int) -> None:
    """Make an account NAME for a program, and print its token this once."""
    from caimera.people.personal_tokens import make_account_with_token

    with _told():
        click.echo(make_account_with_token(name=name, roles=roles, days=days))


@click.command("end")
@click.argument("name")
def _end_account(name: str) -> None:
    """End the account NAME, its roles and its tokens, at once."""
    from caimera.people.personal_tokens import end_account

    with _told():
        end_account(name=name, by=None)
    click.echo(f"{name} works no more.")


@click.command("list")
@click.option("--state", default="", help="Only those in one state, such as submitted.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def _list_members(state: str, as_json: bool) -> None:
    """List applications and members, who waits longest first."""
    from caimera.people.queries import memberships_open
    from caimera.people.schemas import MembershipBody

    found = [MembershipBody.of(one, None) for one in memberships_open(state)]
    if as_json:
        click.echo(json.dumps([one.model_dump(mode="json") for one in found], indent=2))
        return
    for one in found:
        click.echo(f"{one.id}  {one.state:<10} {one.name or one.sub}, {one.institution}")


@click.command("decide")
@click.argument("membership", type=click.UUID)
@click.argument("event")
@click.option("--reason", default="", help="Why, in a sentence; needed for everything but accept.")
def _decide(membership: UUID, event: str, reason: str) -> None:
    """Decide on MEMBERSHIP, a number of `members list`: accept, ask-back, refuse, end."""
    from caimera.people.membership import step
    from caimera.people.models import Membership

    if not Membership.objects.filter(pk=membership).exists():
        raise click.ClickException("There is no membership of this number. See `members list`.")
    with _told():
        done = step(membership_id=membership, event=event, by=None, reason=reason)
    click.echo(f"{done.person}: {done.state}.")


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
def _take(grant: UUID, reason: str) -> None:
    """Take a role away; GRANT is its number in `roles list`."""
    from caimera.people.granting import take_role

    with _told():
        ended = take_role(grant_id=grant, reason=reason, by=None)
    click.echo(f"{ended.person} is no longer: {ended.label}.")
