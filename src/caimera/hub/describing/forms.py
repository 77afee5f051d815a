"""A dataset as a form: every field with what stands in it and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from caimera.dcat import Dataset
from caimera.hub.describing.building import built, problems_of, texts
from caimera.hub.describing.fields import FIELDS, GROUPS, Field, Kind, terms
from caimera.hub.describing.parsing import Wrong, parse

_GLANCE = 12


def rows(values: Mapping[str, Any]) -> dict[str, str]:
    """A dataset's values as the cells of its row."""
    return {each.name: "\n".join(texts(each, values.get(each.name), labels=True)) for each in FIELDS}


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of the form: which component shows it, what stands in it, what is wrong."""

    field: Field
    given: Sequence[str]
    problem: str = ""

    @property
    def shape(self) -> str:
        """`choice`, `boxes`, `lines` or `line`."""
        if self.field.kind in (Kind.TERM, Kind.YES):
            return "boxes" if self.field.many else "choice"
        return "lines" if self.field.many or self.field.kind is Kind.TEXT else "line"

    @property
    def id(self) -> str:
        """What an error's link leads to."""
        return f"{self.field.name}-1" if self.shape == "boxes" else self.field.name

    @property
    def label(self) -> str | Promise:
        """Its name, and whether it is needed."""
        return f"{self.field.label} {_('(needed)')}" if self.field.needed else self.field.label

    @property
    def value(self) -> str:
        """What stands in it, a line for each value."""
        return "\n".join(self.given)

    @property
    def options(self) -> Sequence[tuple[str, ...] | tuple[str, str, bool]]:
        """What can be chosen."""
        if self.field.kind is Kind.YES:
            return [("", _("Choose")), ("yes", _("Yes")), ("no", _("No"))]
        listed = [(term.iri, term.label) for term in terms(self.field.list)]
        if self.shape == "choice":
            return [("", _("Choose")), *listed]
        return [(iri, label, iri in self.given) for iri, label in listed]

    @property
    def long(self) -> bool:
        """Whether its options are more than one sees at a glance."""
        return len(terms(self.field.list)) > _GLANCE


@dataclass(slots=True)
class Description:
    """All fields, with what was given for each."""

    given: Mapping[str, Sequence[str]]
    values: dict[str, Any] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def groups(self) -> Iterable[tuple[str | Promise, Sequence[Entry]]]:
        """Headings with their fields."""
        return [(group.title, [self._entry(each) for each in group.fields]) for group in GROUPS]

    @property
    def wrong(self) -> Sequence[Entry]:
        """The fields with a problem, in the form's order."""
        return [self._entry(each) for each in FIELDS if each.name in self.problems]

    @property
    def other_problem(self) -> str:
        """What is wrong with the whole."""
        return self.problems.get("", "")

    def _entry(self, each: Field) -> Entry:
        return Entry(each, self.given.get(each.name, ()), self.problems.get(each.name, ""))


def received(data: QueryDict) -> Description:
    """What was sent: values where they can be read, problems where not."""
    return understood({each.name: _written(each, data) for each in FIELDS})


def understood(given: Mapping[str, Sequence[str]]) -> Description:
    """The same of texts by the names of their fields."""
    found = Description(given)
    for each in FIELDS:
        try:
            found.values[each.name] = parse(each, given.get(each.name, ()))
        except Wrong as problem:
            found.problems[each.name] = str(problem)
    return found


def judged(form: Description, dataset_id: UUID, base: Dataset | None) -> Dataset | None:
    """The dataset, or None where something is wrong, which the form then says."""
    try:
        dataset = built(form.values, dataset_id, base)
    except Wrong as problem:
        form.problems.setdefault(problem.field, str(problem))
        return None
    for name, sentence in problems_of(dataset).items():
        form.problems.setdefault(name, sentence)
    return None if form.problems else dataset


def _written(each: Field, data: QueryDict) -> list[str]:
    if each.many and each.kind is not Kind.TERM:
        return data.get(each.name, "").splitlines()
    return data.getlist(each.name)


def filled(values: Mapping[str, Any]) -> Description:
    """A form with these values."""
    return Description({each.name: texts(each, values.get(each.name)) for each in FIELDS})
