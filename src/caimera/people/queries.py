"""Reading persons."""

from django.db.models import QuerySet
from django.utils import timezone

from caimera.people.models import SIGN_IN_COUNTS, Person


def known_now() -> QuerySet[Person]:
    """The persons of whom what userinfo said still counts."""
    return Person.objects.filter(checked_at__gt=timezone.now() - SIGN_IN_COUNTS)
