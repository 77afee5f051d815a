"""What a hub's worker does about cases: those that were silent for too long end."""

from django.utils import timezone

from caimera.hub.federation.asking import Courier
from caimera.hub.onboarding.actions import end_overdue

EVERY = 3600.0


def end_silent_cases(_courier: Courier) -> None:
    """End what nobody answered in time."""
    end_overdue(now=timezone.now())
