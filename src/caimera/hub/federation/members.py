"""What a hub's worker does for its people: memberships end in time, tokens of login services are let go."""

from django.utils import timezone

from caimera.hub.federation.asking import Courier
from caimera.people.membership import end_overdue
from caimera.people.revoking import keep_tokens

EVERY = 3600.0


def end_memberships(_courier: Courier) -> None:
    """End what is past its end, and what nobody answered."""
    end_overdue(now=timezone.now())


def let_tokens_go(_courier: Courier) -> None:
    """Let go what no session needs, and tell the login services."""
    keep_tokens()
