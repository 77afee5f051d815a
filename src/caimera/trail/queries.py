"""What of the trail a person may read, and whom they may see named in it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from caimera.audit.leaves import is_person
from caimera.audit.models import Record
from caimera.audit.queries import kinds, pseudonyms_of, trail
from caimera.people.models import Person
from caimera.people.queries import trail_of
from caimera.people.roles import ROLES
from caimera.trail.holdings import holdings
from caimera.web.identifiers import uuid_of

SHOWN_OF_PSEUDONYM = len("pseudonym:") + 12
"""Characters of a pseudonym on a page; the proof of a record has all."""


def visible_records(person: Person) -> QuerySet[Record]:
    """The records a person may look through, newest first: all, or the kinds that are their roles'."""
    if person.may("trail.all"):
        return trail()
    return trail().filter(act__in=visible_kinds(person))


def visible_kinds(person: Person) -> list[str]:
    """The kinds of acts there are of those a person may look through, in order."""
    if person.may("trail.all"):
        return kinds()
    nouns = nouns_of(person)
    return [kind for kind in kinds() if kind.partition(".")[0] in nouns]


def nouns_of(person: Person) -> frozenset[str]:
    """The nouns of acts that a person's roles may read."""
    if not person.may("trail.see"):
        return frozenset()
    return frozenset(noun for name in person.roles if name in ROLES for noun in ROLES[name].reads)


def one_record(person: Person, record_id: int) -> Record | None:
    """A record, if a person may read it: by role, because it names them, or as a use of what they hold."""
    record = Record.objects.filter(pk=record_id).first()
    if record is None:
        return None
    if person.may("trail.all") or record.act.partition(".")[0] in nouns_of(person):
        return record
    own = trail_of(person).filter(pk=record_id).exists()
    return record if own or is_use(person, record) else None


def is_use(person: Person, record: Record) -> bool:
    """Whether a record is about a use of what the person holds."""
    return person.may("uses.see") and holdings().uses(person, "").filter(pk=record.pk).exists()


def tells_all(person: Person, record: Record) -> bool:
    """Whether a person may see what a record says in detail, beyond that it happened."""
    return person.may("trail.all") or trail_of(person).filter(pk=record.pk).exists() or is_use(person, record)


@dataclass(frozen=True, slots=True)
class Names:
    """What actors and objects are called before a reader."""

    own: Collection[str]
    called: Mapping[str, str]

    def of(self, name: str) -> str:
        """The name as this reader may see it; `you` where it is theirs."""
        if name in self.own:
            return "you"
        return self.called.get(name, "somebody") if is_person(name) else name


def names_for(person: Person, records: Iterable[Record]) -> Names:
    """Names for these records: people's own where the reader may see them, pseudonyms otherwise."""
    met = {name for one in records for name in (one.actor, one.object) if is_person(name)} - {*person.names}
    if person.may("trail.all"):
        return Names(person.names, {name: name for name in met} | _known(met))
    called = pseudonyms_of(met)
    return Names(person.names, {name: text[:SHOWN_OF_PSEUDONYM] for name, text in called.items()})


def _known(names: Collection[str]) -> dict[str, str]:
    """The people of these names with what they are called, as operators read it."""
    bare = [name.removeprefix("person:") for name in names]
    ids = [one for one in map(uuid_of, bare) if one is not None]
    found = Person.objects.filter(Q(sub__in=bare) | Q(pk__in=ids))
    return {name: f"{one} ({name})" for one in found for name in one.names}
