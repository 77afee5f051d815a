"""A dataset's record in words: every property, grouped, what is known and what is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from caimera.dcat import Computed, Dataset, Distribution, concepts, label_of, listed
from caimera.dcat.guests import is_address
from caimera.dcat.names import AUTHORITY, EHDS, HEALTH_AUTHORITY, PREFIXES
from caimera.dcat.parts import Moment, Period, Rights, Text
from caimera.dcat.properties import Form, Property, Thing, properties
from caimera.dcat.schema_org import words
from caimera.hub.catalogue.facets import licence_key
from caimera.hub.catalogue.labels import GROUPS, LABELS, PART_LABELS
from caimera.hub.catalogue.numbers import in_words as number_words
from caimera.hub.catalogue.places import COUNTRIES


@dataclass(frozen=True, slots=True)
class Said:
    """One value in words: a text, where it leads, how to read it; or a thing with lines of its own."""

    text: str
    address: str = ""
    note: str | Promise = ""
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One property with its values."""

    label: str | Promise
    values: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Properties that belong together: those the record has, and the labels of those it lacks."""

    title: str | Promise
    lines: tuple[Line, ...]
    lacking: tuple[str | Promise, ...]


_LISTS = (
    AUTHORITY,
    HEALTH_AUTHORITY,
    *(PREFIXES[name] for name in ("eucaim", "dpv", "odrl", "spdx")),
    "https://w3id.org/dpv/",
    "https://www.iana.org/assignments/",
    "http://www.iana.org/assignments/",
    "https://standards.iso.org/",
)
"""Where lists of concepts are kept: the end of such an address is a name; any other is shown whole."""
_LEGISLATION = {EHDS: "Regulation (EU) 2025/327 on the European Health Data Space"}

_NUMBERS = {"individuals": "subjects", "studies": "studies", "segmented_studies": "segmented_studies"}
"""Fields that are numbers of people or of what is theirs, by what was counted."""


def in_words(dataset: Dataset, computed: Computed | None = None) -> tuple[Group, ...]:
    """Every property of a dataset, in groups; distributions are told by `access`.

    Numbers of people are told with their kind where what was `computed` tells it.
    """
    known = dict(properties(Dataset))
    lines = {name: _values(getattr(dataset, name), known[name]) for _title, names in GROUPS for name in names}
    if computed is not None:
        lines |= {name: (Said(number_words(getattr(computed, count))),) for name, count in _NUMBERS.items()}
    return tuple(_group(title, {name: lines[name] for name in names}) for title, names in GROUPS)


def _group(title: str | Promise, lines: Mapping[str, tuple[Said, ...]]) -> Group:
    return Group(
        title,
        tuple(Line(LABELS[name], values) for name, values in lines.items() if values),
        tuple(LABELS[name] for name, values in lines.items() if not values),
    )


def _values(value: Any, each: Property) -> tuple[Said, ...]:
    given = value if isinstance(value, tuple) else () if value is None else (value,)
    return tuple(said(one, each.form) for one in given)


def said(value: Any, form: Form) -> Said:
    """One value of a form in words."""
    if isinstance(value, bool):
        return Said(_("yes") if value else _("no"))
    if isinstance(value, int | Decimal):
        return Said(f"{value:,}")
    if isinstance(value, Text):
        return Said(value.value)
    if isinstance(value, Moment):
        return Said(value.value)
    if isinstance(value, Period):
        return Said(_period(value))
    if isinstance(value, Thing):
        return _thing(value)
    return concept(value) if form is Form.IRI else Said(str(value), value if is_web(str(value)) else "")


def concept(iri: str) -> Said:
    """A concept by its label, with what it means; any other address as a link."""
    if (known := concepts().get(iri)) is not None:
        return Said(known.label, note=known.words)
    label = _LEGISLATION.get(iri) or COUNTRIES.get(iri.removeprefix(f"{AUTHORITY}country/"), "")
    if not label:
        label = label_of(iri) if iri.startswith(_LISTS) else iri.removeprefix("mailto:")
    return Said(label, iri if is_web(iri) else "")


def is_web(address: str) -> bool:
    """Whether a page may link to it."""
    return address.startswith(("https://", "http://", "mailto:")) and is_address(address)


def _period(period: Period) -> str:
    if period.start or period.end:
        start, end = (each.value if each else "…" for each in (period.start, period.end))
        return start if start == end else f"{start} – {end}"
    return words(period.description)


def _thing(thing: Thing) -> Said:
    """An agent, contact or statement: what it is called, and the rest of what is said of it."""
    lines = tuple(
        Line(PART_LABELS.get(name) or LABELS.get(name) or name.replace("_", " ").capitalize(), values)
        for name, each in properties(type(thing))
        if name not in _CALLED and (values := _values(getattr(thing, name), each))
    )
    named = thing.id or ""
    text = next((found for name in _CALLED if (found := _text(getattr(thing, name, None)))), "")
    if not text and named and not named.startswith("_:") and (not lines or named in concepts()):
        return concept(named)
    return Said(text, named if is_web(named) and "#" not in named else "", lines=lines)


_CALLED = ("name", "title", "label", "notation")


def _text(value: Any) -> str:
    if isinstance(value, Text):
        return value.value
    return words(value) if isinstance(value, tuple) else str(value or "")


@dataclass(frozen=True, slots=True)
class Access:
    """One way of getting at a dataset: what may be done, under which terms, where to ask."""

    title: str
    description: str
    conditions: tuple[Said, ...]
    terms: tuple[Said, ...]
    licence: Said | None
    asked_at: tuple[str, ...]
    downloads: tuple[str, ...]
    size: int | None


def access(dataset: Dataset) -> tuple[Access, ...]:
    """Each distribution in plain language: access conditions, and terms of use by DUO."""
    return tuple(_access(each) for each in dataset.distribution)


def _access(each: Distribution) -> Access:
    ways = {one.iri for one in listed("access_condition")}
    rights = [(right.id or "", _right(right)) for right in each.rights]
    return Access(
        title=words(each.title) or _("Access"),
        description=words(each.description),
        conditions=tuple(right for iri, right in rights if iri in ways),
        terms=tuple(right for iri, right in rights if iri not in ways and right.text),
        licence=_licence(each.licence) if each.licence else None,
        asked_at=tuple(address for address in each.access_url if is_web(address)),
        downloads=tuple(address for address in each.download_url if is_web(address)),
        size=each.size,
    )


def _right(right: Rights) -> Said:
    if right.id and not right.id.startswith("_:") and (right.id in concepts() or not right.label):
        return concept(right.id)
    return Said(words(right.label))


def _licence(iri: str) -> Said:
    key = licence_key(iri)
    return Said(label_of(iri) if key == iri else key, iri if is_web(iri) else "")


def contacts(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Whom to ask about a dataset: names with addresses to write to or to open."""
    for each in dataset.contact_point:
        if address := next((one for one in (each.email, each.page) if one and is_web(one)), None):
            name = each.name.value if each.name else address.removeprefix("mailto:")
            yield name, address
