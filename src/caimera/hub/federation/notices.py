"""What a hub's worker does about notices: letters go out, reminders are written."""

from caimera.hub.federation.asking import Courier
from caimera.notices.keeping import keep
from caimera.notices.sending import send_waiting


def send_letters(_courier: Courier) -> None:
    """Send what waits."""
    send_waiting()


def keep_notices(_courier: Courier) -> None:
    """Remind, and drop what is old."""
    keep()
