"""A Life Science Login on this machine, for the demo and the tests. See README.md."""

from caimera.demo.simulator.clients import DEVICE, REFRESH, Client, save_clients, secret_digest
from caimera.demo.simulator.personas import MEMBER, PERSONAS, Persona, subgroup
from caimera.demo.simulator.server import Registration, Simulator, issuer_at, running, serve

__all__ = [
    "DEVICE",
    "MEMBER",
    "PERSONAS",
    "REFRESH",
    "Client",
    "Persona",
    "Registration",
    "Simulator",
    "issuer_at",
    "running",
    "save_clients",
    "secret_digest",
    "serve",
    "subgroup",
]
