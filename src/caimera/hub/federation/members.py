"""What a hub's worker does for its members: memberships end when their time is over."""

from django.utils import timezone

from caimera.hub.federation.asking import Courier
from caimera.people.membership import end_overdue

EVERY = 3600.0


def end_memberships(_courier: Courier) -> None:
    """End what is past its end, and what nobody answered."""
    end_overdue(now=timezone.now())
