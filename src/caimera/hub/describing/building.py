"""Values of fields put together as a dataset, taken apart again, and judged field by field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings
from django.utils.translation import gettext as _

from caimera.dcat import (
    Agent,
    Contact,
    ContactPoint,
    Dataset,
    Distribution,
    Moment,
    Period,
    Provenance,
    Purpose,
    Rights,
    Severity,
    Text,
    concepts,
    conformance,
    triples,
    write,
)
from caimera.dcat.names import EHDS, HEALTH_AUTHORITY, HEALTH_THEME
from caimera.dcat.parts import Column, Table, TableGroup
from caimera.dcat.schema_org import words
from caimera.hub.describing.fields import FIELD, FIELDS, Field, Kind, terms
from caimera.hub.describing.parsing import Wrong

PROFILE = "eucaim-v2"
_CANCER = f"{HEALTH_AUTHORITY}health-theme/CANCER_DISEASE"
_KEYS = UUID("8f6e7a52-64b5-4c83-a4a8-5b0f3b3d5d0e")
"""The namespace of identifiers made from keys."""
_AGENTS = ("publisher", "custodian", "hdab")

Values = Mapping[str, Any]


def identifier(source_id: str, key: str) -> UUID:
    """The identifier of a source's dataset, the same for ever; a key that is a UUID is the identifier."""
    try:
        return UUID(key)
    except ValueError:
        return uuid5(_KEYS, f"{settings.SITE.base_url}/{source_id}/{key.casefold()}")


def built(values: Values, dataset_id: UUID, base: Dataset | None = None) -> Dataset:
    """The dataset that these values describe; of `base` stays what no field shows.

    Raises Wrong, with its field, for values that do not fit each other or their form.
    """
    address = f"{settings.SITE.base_url}/pid/{dataset_id}"
    known = base or Dataset()
    return replace(
        known,
        id=address,
        identifier=address,
        **_plain(values, known),
        title=_english(values.get("title"), known.title),
        description=_english(values.get("description"), known.description),
        population=_english(values.get("population"), known.population),
        keyword=tuple(Text(word, "en") for word in values.get("keyword") or ()),
        theme=HEALTH_THEME,
        health_theme=tuple(dict.fromkeys((_CANCER, *known.health_theme))),
        legislation=tuple(dict.fromkeys((EHDS, *known.legislation))),
        acquired=_acquired(values),
        provenance=_statements(values.get("provenance"), known.provenance),
        purpose=_purposes(values.get("purpose"), known.purpose),
        variables=_variables(values.get("variables") or ()),
        distribution=(_distribution(values, known), *known.distribution[1:]),
        contact_point=_contacts(values, known),
        landing_page=(values["landing_page"],) if values.get("landing_page") else (),
        publisher=_agent("publisher", values, known.publisher),
        custodian=_agent("custodian", values, known.custodian),
        hdab=_agent("hdab", values, known.hdab),
    )


_AS_THEY_ARE = (
    *("version", "tier", "type", "health_category", "access_rights", "individuals", "studies", "sex"),
    *("minimum_age", "maximum_age", "condition", "spatial", "modality", "body_part", "manufacturer"),
    *("segmented_studies", "collection_method", "structured", "issued"),
)


def _plain(values: Values, known: Dataset) -> dict[str, Any]:
    """The fields that are properties of the dataset as they stand; terms of other lists stay."""
    return {name: _kept(FIELD[name], values.get(name), getattr(known, name)) for name in _AS_THEY_ARE}


def _kept(field: Field, given: Any, before: Any) -> Any:
    if field.many:
        return (*(given or ()), *(_others(field, before)))
    if given is None and field.kind is Kind.TERM:
        return next(iter(_others(field, (before,) if before else ())), None)
    return given


def _others(field: Field, before: tuple[str, ...]) -> list[str]:
    """The terms of a dataset that are on no list here."""
    here = {term.iri for term in terms(field.list)}
    return [iri for iri in before if iri not in here]


def _english(text: str | None, known: tuple[Text, ...]) -> tuple[Text, ...]:
    others = tuple(each for each in known if each.language not in ("en", ""))
    return (Text(text, "en"), *others) if text else others


def _acquired(values: Values) -> tuple[Period, ...]:
    start, end = values.get("acquired_from"), values.get("acquired_to")
    if start and end and start.kind != end.kind:
        sentence = _("One date is more precise than the other. Write both as years, months or days.")
        raise Wrong(sentence, field="acquired_to")
    return (Period(start=start, end=end),) if start or end else ()


def _statements(text: str | None, known: tuple[Provenance, ...]) -> tuple[Provenance, ...]:
    return (Provenance(label=(Text(text, "en"),)), *known[1:]) if text else known[1:]


def _purposes(text: str | None, known: tuple[Purpose, ...]) -> tuple[Purpose, ...]:
    return (Purpose(description=(Text(text, "en"),)), *known[1:]) if text else known[1:]


def _variables(lines: Iterable[str]) -> tuple[TableGroup, ...]:
    tables = tuple(_table(line) for line in lines)
    return (TableGroup(table=tables),) if tables else ()


def _table(line: str) -> Table:
    title, colon, names = line.partition(":")
    columns = tuple(Column(name=name) for each in names.split(",") if (name := each.strip()))
    if not (colon and title.strip() and columns):
        sentence = _("“%s” is not a table with its variables, such as: patients: age, sex")
        raise Wrong(sentence % line[:60], field="variables")
    return Table(title=(Text(title.strip(), "en"),), column=columns)


def _distribution(values: Values, known: Dataset) -> Distribution:
    base = known.distribution[0] if known.distribution else Distribution()
    rights = (*(values.get("access_condition") or ()), *(values.get("terms") or ()))
    own = tuple(one for one in base.rights if one.id not in concepts())
    return replace(
        base,
        access_url=(values["access_url"],) if values.get("access_url") else (),
        legislation=tuple(dict.fromkeys((EHDS, *base.legislation))),
        rights=(*(Rights(id=iri) for iri in rights), *own),
        licence=values.get("licence"),
    )


def _contacts(values: Values, known: Dataset) -> tuple[Contact, ...]:
    name, mail, page = (values.get(f"contact_{part}") for part in ("name", "mail", "page"))
    if not (name or mail or page):
        return known.contact_point[1:]
    email = f"mailto:{mail}" if mail else None
    first = Contact(name=Text(name, "en") if name else None, email=email, page=page)
    return (first, *known.contact_point[1:])


def _agent(part: str, values: Values, known: Agent | None) -> Agent | None:
    name, mail, page = (values.get(f"{part}_{one}") for one in ("name", "mail", "page"))
    if not (name or mail or page):
        return None
    base = known or Agent()
    reached = replace(
        base.contact_point or ContactPoint(), email=(mail,) if mail else (), page=(page,) if page else ()
    )
    named = (Text(name, "en"),) if name else ()
    return replace(base, name=named, contact_point=reached if mail or page else None)


def taken_apart(dataset: Dataset) -> dict[str, Any]:
    """The values of the fields that a dataset has."""
    values: dict[str, Any] = {name: _shown(FIELD[name], getattr(dataset, name)) for name in _AS_THEY_ARE}
    values |= {name: words(getattr(dataset, name)) for name in ("title", "description", "population")}
    values["keyword"] = tuple(text.value for text in dataset.keyword)
    values["landing_page"] = next(iter(dataset.landing_page), None)
    values["provenance"] = words(dataset.provenance[0].label) if dataset.provenance else None
    values["purpose"] = words(dataset.purpose[0].description) if dataset.purpose else None
    period = dataset.acquired[0] if dataset.acquired else Period()
    values |= {"acquired_from": period.start, "acquired_to": period.end}
    values["variables"] = tuple(_told(table) for group in dataset.variables for table in group.table)
    for part in _AGENTS:
        values |= _agent_values(part, getattr(dataset, part) or Agent())
    return values | _contact_values(dataset) | _access_values(dataset)


def _shown(field: Field, value: Any) -> Any:
    """What a field shows of a property: of terms those on its list."""
    if field.kind is not Kind.TERM:
        return value
    here = {term.iri for term in terms(field.list)}
    if field.many:
        return tuple(iri for iri in value if iri in here)
    return value if value in here else None


def _told(table: Table) -> str:
    return f"{words(table.title)}: {', '.join(column.name or '' for column in table.column)}"


def _agent_values(part: str, agent: Agent) -> dict[str, Any]:
    reached = agent.contact_point or ContactPoint()
    return {
        f"{part}_name": words(agent.name) or None,
        f"{part}_mail": next(iter(reached.email), None),
        f"{part}_page": next(iter(reached.page), None),
    }


def _contact_values(dataset: Dataset) -> dict[str, Any]:
    contact = dataset.contact_point[0] if dataset.contact_point else Contact()
    return {
        "contact_name": contact.name.value if contact.name else None,
        "contact_mail": (contact.email or "").removeprefix("mailto:") or None,
        "contact_page": contact.page,
    }


def _access_values(dataset: Dataset) -> dict[str, Any]:
    first = dataset.distribution[0] if dataset.distribution else Distribution()
    by_scheme = {"access_condition": "access_condition", "data_use": "terms"}
    found: dict[str, Any] = dict.fromkeys(by_scheme.values(), ())
    for right in first.rights:
        concept = concepts().get(right.id or "")
        if concept is not None and (name := by_scheme.get(concept.scheme)):
            found[name] = (*found[name], concept.iri)
    return {**found, "access_url": next(iter(first.access_url), None), "licence": first.licence}


_ANSWERS = {answer: field.name for field in FIELDS for answer in field.answers if answer}


def problems_of(dataset: Dataset) -> dict[str, str]:
    """What EUCAIM's shapes demand and the dataset lacks: a sentence by field, the first of each.

    What may wait for a health data access body is no problem; what no field shows is told under "".
    """
    found: dict[str, str] = {}
    for complaint in conformance(dataset, [PROFILE])[PROFILE].of(Severity.VIOLATION):
        if not complaint.pending:
            part = complaint.about.partition("#")[2]
            answer = f"{part} {complaint.path}" if part else complaint.path
            found.setdefault(_field_of(part, answer), complaint.sentence)
    return found


def _field_of(part: str, answer: str) -> str:
    if not answer:
        return "variables"
    return _ANSWERS.get(answer) or _ANSWERS.get(f"{part} ") or ""


def document(dataset: Dataset) -> str:
    """The dataset as the catalogue keeps it."""
    return write(triples(dataset)).decode()


def dated(dataset: Dataset, base: Dataset | None, today: str) -> Dataset:
    """The dataset as changed today, unless it says what it said before."""
    if base is not None and document(replace(dataset, modified=base.modified)) == document(base):
        return base
    return replace(dataset, modified=Moment(today))


def texts(each: Field, value: Any, *, labels: bool = False) -> list[str]:
    """A value as a person would write it; with `labels`, terms by what they are called."""
    values = value if isinstance(value, tuple) else () if value is None else (value,)
    names = {term.iri: term.label for term in terms(each.list)} if labels and each.list else {}
    return [_text(names.get(one, one)) for one in values]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.value if isinstance(value, Moment) else str(value)
