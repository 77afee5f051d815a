"""What somebody looks for in the trail: the fields of the form, read from an address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from caimera.audit.leaves import is_person
from caimera.audit.models import Record
from caimera.audit.queries import between, records_about
from caimera.people.models import Person

FIELDS = ("kind", "from", "until", "who", "object", "request", "dataset", "site")
LONGEST = 300
"""Characters of a field that are read."""


@dataclass(frozen=True, slots=True)
class Sought:
    """The form as it was sent (`sent`), the times in it, and what of it could not be read."""

    sent: Mapping[str, str]
    since: datetime | None = None
    until: datetime | None = None
    problems: Mapping[str, str] = field(default_factory=dict)
    before: int | None = None
    after: int | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """What the trail may call the person looked for."""
        return names_called(self.sent["who"]) if self.sent["who"] else ()

    @property
    def address(self) -> str:
        """The fields that are filled in, for an address; without a page."""
        return urlencode({name: value for name, value in self.sent.items() if value})

    @property
    def told(self) -> dict[str, str | list[str]]:
        """The same for the trail: who was looked for is named, so that they see it."""
        said: dict[str, str | list[str]] = {
            name: value for name, value in self.sent.items() if value and name != "who"
        }
        return said | ({"about": list(self.names)} if self.names else {})


def sought(given: Mapping[str, str], *, by_name: bool = False) -> Sought:
    """Read the fields; a field that cannot be read narrows nothing, and has its sentence.

    Only `by_name` may a person be looked for: who reads pseudonyms is not to find out whose they are.
    """
    sent = {name: given.get(name, "").replace("\0", "").strip()[:LONGEST] for name in FIELDS}
    if not by_name:
        sent |= {name: "" for name in ("who", "object") if name == "who" or is_person(sent[name])}
    problems: dict[str, str] = {}
    times = {name: _time(sent[name], name, problems) for name in ("from", "until")}
    return Sought(
        sent,
        times["from"],
        times["until"],
        problems,
        _number(given.get("before")),
        _number(given.get("after")),
    )


def _time(text: str, name: str, problems: dict[str, str]) -> datetime | None:
    try:
        at = datetime.fromisoformat(text) if text else None
    except ValueError:
        problems[name] = _("Write the time as 2026-11-27 or 2026-11-27 09:30; it is read as UTC.")
        return None
    return at if at is None or at.tzinfo else at.replace(tzinfo=UTC)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 19 else None


def narrowed(records: QuerySet[Record], wanted: Sought) -> QuerySet[Record]:
    """Those of the records that fit every field; who is looked for may stand anywhere in them."""
    found = between(records, wanted.since, wanted.until)
    for name, condition in _CONDITIONS.items():
        if value := wanted.sent[name]:
            found = found.filter(condition(value))
    return found & records_about(wanted.names) if wanted.names else found


_CONDITIONS: Mapping[str, Callable[[str], Q]] = {
    "kind": lambda kind: Q(act=kind) if "." in kind else Q(act__startswith=f"{kind}."),
    "object": lambda name: Q(object=name),
    "request": lambda number: Q(request_id=number),
}


def names_called(text: str) -> tuple[str, ...]:
    """All the trail may call whoever is meant: an actor as written, a person by `sub` or e-mail address."""
    bare = text.removeprefix("person:")
    found = Person.objects.filter(Q(sub=bare) | Q(email__iexact=bare))[:5]
    names = {name for one in found for name in one.names}
    as_it_stands = {text} if ":" in text or text in ("system", "visitor") else {f"person:{text}"}
    return tuple(sorted(names | as_it_stands))
