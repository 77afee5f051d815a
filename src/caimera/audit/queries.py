"""Reading the trail."""

import json
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import DatabaseError, connection
from django.db.models import BooleanField, Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

from caimera.audit.leaves import pseudonym
from caimera.audit.models import Leaf, PersonKey, Record
from caimera.audit.roles import weaknesses
from caimera.audit.verifying import ERASED

LEAST_KEPT = timedelta(days=365)
"""What the trail keeps at least: access logs by Regulation (EU) 2025/327, Article 73(1)(e), a year."""

_SAYS = "audit_record.detail @? %s::jsonpath"
"""The one operator on JSON that an index helps with; the function of the same meaning reads all records."""


def trail(*, actor: str = "", object: str = "", act: str = "") -> QuerySet[Record]:
    """The records that fit, newest first; an empty argument does not narrow."""
    wanted = {"actor": actor, "object": object, "act": act}
    return Record.objects.filter(**{name: value for name, value in wanted.items() if value})


def between(records: QuerySet[Record], since: datetime | None, until: datetime | None) -> QuerySet[Record]:
    """Those of the records whose act was at or after `since` and before `until`; None does not narrow."""
    if since is not None:
        records = records.filter(at__gte=since)
    return records if until is None else records.filter(at__lt=until)


def records_about(names: Collection[str]) -> QuerySet[Record]:
    """Every record that names somebody: as actor, as object, or anywhere in its detail. Newest first."""
    said = Q()
    names = [name for name in names if "\0" not in name]  # PostgreSQL's text holds none
    for name in names:
        anywhere = f"$.** ? (@ == {json.dumps(name)})"
        said |= Q(RawSQL(_SAYS, [anywhere], BooleanField()))  # noqa: S611 - the path is a parameter
    if not names:
        return Record.objects.none()
    return Record.objects.filter(Q(actor__in=names) | Q(object__in=names) | said)


_KINDS = """
WITH RECURSIVE found AS (
    (SELECT act FROM audit_record ORDER BY act LIMIT 1)
    UNION ALL
    SELECT (SELECT act FROM audit_record WHERE act > found.act ORDER BY act LIMIT 1)
    FROM found WHERE act IS NOT NULL
) SELECT act FROM found WHERE act IS NOT NULL"""
"""From each act to the next one in the index: as many looks as there are kinds, however many records."""


def kinds() -> list[str]:
    """The acts that have records, in order."""
    with connection.cursor() as cursor:
        cursor.execute(_KINDS)
        return [act for (act,) in cursor.fetchall()]


def pseudonyms_of(names: Collection[str]) -> dict[str, str]:
    """What the leaves call persons; those who were forgotten, or are in no leaf yet, are left out."""
    keys = PersonKey.objects.filter(name__in=names).values_list("name", "key")
    return {name: pseudonym(name, bytes(key)) for name, key in keys}


def older_than(kind: str, before: datetime, others: Collection[str]) -> QuerySet[Record]:
    """The placed records of a kind (an act, a noun, `*`) that are older, without `others`; oldest first.

    By the database's clock none of them is younger than a year, whatever `before` says.
    """
    year_ago = Now() - LEAST_KEPT
    older = Record.objects.filter(_of_kind(kind), at__lt=before).filter(at__lt=year_ago).exclude(act=ERASED)
    for other in others:
        if _is_inside(other, kind):
            older = older.exclude(_of_kind(other))
    return older.filter(_placed()).order_by("id")


def _of_kind(kind: str) -> Q:
    return Q() if kind == "*" else Q(act=kind) | Q(act__startswith=f"{kind}.")


def _is_inside(kind: str, wider: str) -> bool:
    return wider == "*" or kind.startswith(f"{wider}.")


def without_place(records: QuerySet[Record]) -> QuerySet[Record]:
    """Those of the records that have no place in the tree yet."""
    return records.filter(~_placed())


def _placed() -> Exists:
    return Exists(Leaf.objects.filter(record_id=OuterRef("id")))


def waiting() -> int:
    """How many records have no place in the tree yet."""
    return without_place(Record.objects.order_by()).count()


def trail_problem() -> str:
    """Empty while records get their places, else a sentence saying what to do."""
    try:
        late = _is_late()
    except DatabaseError:
        return "The trail cannot be read while the database does not answer or lacks its tables."
    if late:
        return (
            "Records of acts wait for their places in the trail. Run `caimera audit sequence`; it says why."
        )
    return ""


def how_weak() -> str:
    """Empty where this site's database role can only add to the trail, else a sentence on what it could."""
    with connection.cursor() as cursor:
        found = weaknesses(cursor)
    if not found:
        return ""
    return (
        f"The database role that serves this site could change the trail: {'; '.join(found)}. See "
        "`database-roles` of the command line, and the page on keeping a site healthy."
    )


def _is_late() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM audit_record WHERE at < now() - interval '10 minutes'"
            " AND id > coalesce((SELECT max(record_id) FROM audit_leaf), 0))"
        )
        return bool(cursor.fetchone()[0])
