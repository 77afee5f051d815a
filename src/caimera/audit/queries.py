"""Reading the trail."""

from django.db.models import QuerySet

from caimera.audit.models import Record


def trail(*, actor: str = "", object: str = "", act: str = "") -> QuerySet[Record]:
    """The records that fit, newest first; an empty argument does not narrow."""
    wanted = {"actor": actor, "object": object, "act": act}
    return Record.objects.filter(**{name: value for name, value in wanted.items() if value})
