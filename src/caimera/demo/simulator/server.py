"""The simulator running, in a thread for tests or as a process for the demo; on loopback only."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

import uvicorn
from joserfc.jwk import KeySet

from caimera.demo.simulator.clients import DEVICE, REFRESH, Client, load_clients, secret_digest
from caimera.demo.simulator.codes import SFA
from caimera.demo.simulator.provider import Provider
from caimera.demo.simulator.routes import ROOT, application
from caimera.demo.simulator.tokens import generate_keys, stored_keys

HOST = "127.0.0.1"


def issuer_at(port: int) -> str:
    return f"http://{HOST}:{port}{ROOT}"


@dataclass(frozen=True, slots=True)
class Registration:
    """What a site's settings need to sign people in here."""

    client_id: str
    client_secret: str = field(repr=False)
    redirect_uris: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Simulator:
    """A running simulator, with a confidential client for a site and a public one for a command line."""

    issuer: str
    client: Registration
    device_client_id: str
    provider: Provider

    def access_token(
        self, persona: str, scope: str = "openid profile email eduperson_entitlement", acr: str = SFA
    ) -> str:
        """A token as the device flow would give it, for tests of what takes a bearer token."""
        return self.provider.mint.token(
            "at+jwt",
            client=self.provider.clients[self.device_client_id],
            sub=self.provider.personas[persona].sub,
            scope=scope,
            grant=secrets.token_urlsafe(16),
            acr=acr,
        )


@contextmanager
def running(
    port: int = 0,
    *,
    redirect_uris: Sequence[str] = ("http://testserver/sign-in/callback",),
    logout_uris: Sequence[str] = ("http://testserver/",),
    keys: KeySet | None = None,
) -> Iterator[Simulator]:
    """A simulator in a thread of this process, with fresh keys and one site registered as `test-site`."""
    secret = secrets.token_urlsafe(32)
    site = Client("test-site", "Test site", secret_digest(secret), tuple(redirect_uris), tuple(logout_uris))
    program = Client("test-program", "Test program", grants=(DEVICE, REFRESH))
    with _listener(port) as listener:
        issuer = issuer_at(listener.getsockname()[1])
        provider = Provider(issuer, {site.id: site, program.id: program}, keys or generate_keys())
        server = _server(provider)
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, name="simulator", daemon=True)
        thread.start()
        try:
            yield Simulator(issuer, Registration(site.id, secret, site.redirect_uris), program.id, provider)
        finally:
            server.should_exit = True
            thread.join()


def serve(directory: Path, port: int) -> None:
    """Serve the clients in `directory/clients.json` until told to stop; keys are in `directory/keys.json`."""
    clients: Mapping[str, Client] = load_clients(directory / "clients.json")
    provider = Provider(issuer_at(port), clients, stored_keys(directory / "keys.json"))
    with _listener(port) as listener:
        _server(provider).run(sockets=[listener])


def _listener(port: int) -> socket.socket:
    """A listening socket that names its protocol: only then does asyncio send small answers without delay."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, port))
    listener.listen()
    return listener


def _server(provider: Provider) -> uvicorn.Server:
    config = uvicorn.Config(
        application(provider),
        lifespan="off",
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=3,
        ws="none",
    )
    return uvicorn.Server(config)
