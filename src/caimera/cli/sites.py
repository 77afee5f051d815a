"""What the commands of a hub and of a node share."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from typing import IO, Literal, Protocol
from urllib.parse import unquote, urlsplit

import click
from pydantic import ValidationError

from caimera.protocol.identity import Card
from caimera.secrets import FileStore
from caimera.web.running import settle, share_heaps
from caimera.web.site import SiteSettings

CONNECTIONS = 4_000
"""Connections a server process keeps at once; whoever comes after is answered 503."""

CreateMissingKeys = Callable[..., list[str]]


class Running(Protocol):
    """A program that runs until it is told to stop."""

    async def run(self) -> None: ...

    def stop(self) -> None: ...


def begin(settings: str) -> None:
    """Let Django read a site's settings."""
    share_heaps()
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = settings
    django.setup()


def kind_of_site() -> Literal["hub", "node"]:
    """Whether a hub's or a node's settings are there. Raises ClickException unless it is one of both."""
    from caimera.hub.settings.site import HubSettings
    from caimera.node.settings.site import NodeSettings

    is_hub, is_node = (_is_set(kind) for kind in (HubSettings, NodeSettings))
    if is_hub is is_node:
        found = "Settings of a hub and of a node" if is_hub else "No whole settings of a hub or of a node"
        raise click.ClickException(f"{found} are there. Say whose trail with --site hub or --site node.")
    return "hub" if is_hub else "node"


def _is_set(kind: type[SiteSettings]) -> bool:
    try:
        kind()
    except ValidationError:
        return False
    return True


def demo_site(name: str) -> Literal["hub", "node"]:
    """Take on the settings of a site of the running demo; says its kind. Raises ClickException."""
    from caimera.demo.home import Home
    from caimera.demo.postgres import Cluster
    from caimera.demo.sites import SITES, environment
    from caimera.demo.state import read

    home = Home.default()
    site = next((each for each in SITES if each.id == name), None)
    if site is None or not home.is_held():
        known = ", ".join(each.id for each in SITES)
        raise click.ClickException(f"No demo with a site {name} runs here. Its sites are {known}.")
    databases = site.databases(Cluster(home.postgres))
    os.environ.update(environment(site, home, read(home).ports, databases.for_keeping()))
    return site.kind


def make_keys(
    site: SiteSettings,
    create: CreateMissingKeys,
    client_secret: IO[bytes] | None,
    mail_password: IO[bytes] | None,
) -> None:
    """Make a site's keys, keep those that exist, and say which were made or given."""
    make = FileStore if site.secrets_file.exists() else FileStore.create
    store = make(site.secrets_file, site.secrets_key_file)
    made = create(store, site_id=site.site_id)
    if client_secret is not None:
        store.put("oidc_client_secret", client_secret.read().strip())
        made.append("oidc_client_secret")
    if mail_password is not None:
        store.put("mail_password", mail_password.read().strip())
        made.append("mail_password")
    click.echo(f"Made {', '.join(made)}." if made else "Every key is there; nothing was made.")


def migrate_database() -> None:
    """Bring a site's database to the tables this software expects, as their owner; say who may do what."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection, transaction

    from caimera.audit.roles import grant
    from caimera.web.site import database

    site = settings.SITE
    if not site.owner_database_url:
        call_command("migrate", interactive=False)
        return
    app, retention = (role_in(each) for each in (site.database_url, site.retention_database_url))
    connection.settings_dict |= database(site.model_copy(update={"database_url": site.owner_database_url}))
    call_command("migrate", interactive=False)
    with transaction.atomic(), connection.cursor() as cursor:
        grant(cursor, app=app, retention=retention)


def role_in(address: str) -> str:
    """The role an address of a database names; empty where there is no address. Raises ClickException."""
    role = unquote(urlsplit(address).username or "")
    if address and not role:
        raise click.ClickException(
            "An address of the database names no role. Write postgresql://role@host/name."
        )
    return role


def setup_of_roles(site: SiteSettings) -> str:
    """What a superuser runs in a site's database, from the three addresses. Raises ClickException."""
    from caimera.audit.roles import Roles, setup

    addresses = (site.owner_database_url, site.database_url, site.retention_database_url)
    named = [role_in(each) for each in addresses]
    if len({*named, ""}) < 4:
        raise click.ClickException(
            "Name three roles, each another: in owner_database_url, database_url and retention_database_url."
        )
    return setup(Roles(*named))


def serve_pages(app: str, *, settings: str, host: str, port: int, processes: int) -> None:
    """Serve an ASGI application; a stream that is open when it must stop ends within three seconds."""
    import uvicorn

    os.environ["DJANGO_SETTINGS_MODULE"] = settings
    uvicorn.run(
        app,
        host=host,
        port=port,
        workers=processes,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # the site reads them itself, and believes only the proxies it was told of
        limit_concurrency=CONNECTIONS,
        timeout_graceful_shutdown=3,
    )


def run_until_told(make: Callable[[], Running]) -> None:
    """Run a program until SIGTERM or SIGINT; it is made inside its event loop."""
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(make))


async def _run(make: Callable[[], Running]) -> None:
    running = make()
    settle()
    loop = asyncio.get_running_loop()
    for ending in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(ending, running.stop)
    await running.run()


def read_card(text: bytes | str) -> Card:
    """The card in a file. Raises ClickException with the place where it is none."""
    try:
        return Card.model_validate_json(text)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, problem["loc"])) or "the file"
        raise click.ClickException(
            f"What was given is not a site's card: {place}: {problem['msg']}."
        ) from None
