"""How Django finds the person of a session."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.backends import BaseBackend

from caimera.people.models import Person
from caimera.people.queries import known_now
from caimera.people.rechecking import still_known


class PersonBackend(BaseBackend):
    """Finds the person while what the login service said of them still counts; later there is a visitor."""

    def get_user(self, user_id: UUID) -> Person | None:  # type: ignore[override]
        """The person, or None: then `request.user` is anonymous, whatever the session says."""
        person = known_now().filter(pk=user_id).first()
        return still_known(person) if person else None
