"""What a hub's worker does about files: those without a row go."""

from caimera.hub.documents.actions import tidy
from caimera.hub.federation.asking import Courier

EVERY = 3600.0


def remove_lost_files(_courier: Courier) -> None:
    """Remove what a crash left behind."""
    tidy()
