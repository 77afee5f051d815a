"""Reading persons."""

from django.db.models import QuerySet
from django.utils import timezone

from caimera.audit.models import Record
from caimera.audit.queries import records_about
from caimera.people.models import SIGN_IN_COUNTS, Person


def known_now() -> QuerySet[Person]:
    """The persons of whom what userinfo said still counts."""
    return Person.objects.filter(checked_at__gt=timezone.now() - SIGN_IN_COUNTS)


def trail_of(person: Person) -> QuerySet[Record]:
    """Every record of the trail that names the person, newest first: what they may see of it."""
    return records_about(person.names)
