"""Reading persons."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from caimera.audit.models import Record
from caimera.audit.queries import records_about
from caimera.people.chapters import chapters
from caimera.people.models import SIGN_IN_COUNTS, Person


def known_now() -> QuerySet[Person]:
    """The persons of whom what userinfo said still counts."""
    return Person.objects.filter(checked_at__gt=timezone.now() - SIGN_IN_COUNTS)


def trail_of(person: Person) -> QuerySet[Record]:
    """Every record of the trail that names the person, newest first: what they may see of it."""
    return records_about(person.names)


def all_known(person: Person) -> dict[str, Any]:
    """Everything this site knows of a person, as JSON values: sign-in, each room's chapter, the trail."""
    return {
        "person": {
            "id": str(person.pk),
            "issuer": person.issuer,
            "sub": person.sub,
            "name": person.name,
            "email": person.email,
            "entitlements": person.entitlements,
            "member": person.is_member,
            "checked_at": person.checked_at.isoformat(),
        },
        **{chapter.name: list(chapter.told(person)) for chapter in chapters()},
        "trail": [
            {
                "at": record.at.isoformat(),
                "act": record.act,
                "actor": record.actor,
                "object": record.object,
                "detail": record.detail,
            }
            for record in trail_of(person)
        ],
    }
