"""Numbers of a record in words, each as it is to be read; and what they are of, as tables and charts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caimera.dcat import Computed, Facet
from caimera.dcat.figures import TOLD_BY_VALUE
from caimera.hub.catalogue.models import Record
from caimera.protocol.messages import Count, CountKind

NOT_TOLD = gettext_lazy("not told")

_TITLES = {
    "sex": gettext_lazy("Sex at birth"),
    "age_at_diagnosis": gettext_lazy("Age at diagnosis, in years"),
    "age_at_imaging": gettext_lazy("Age at imaging, in years"),
    "modality": gettext_lazy("Modality"),
    "body_part": gettext_lazy("Body part"),
    "manufacturer": gettext_lazy("Vendor of the scanner"),
    "year_of_imaging": gettext_lazy("Year of imaging"),
}
_COUNTED = (
    ("subjects", gettext_lazy("Subjects")),
    ("studies", gettext_lazy("Imaging studies")),
    ("series", gettext_lazy("Image series")),
    ("segmented_studies", gettext_lazy("Studies with a segmentation")),
)


@dataclass(frozen=True, slots=True)
class Told:
    """A number in words: `figure` large, empty where none is told; `note` says how to read it."""

    label: str | Promise
    figure: str
    note: str | Promise


@dataclass(frozen=True, slots=True)
class Row:
    """One value with how many subjects have it; `value` is None where no number is told."""

    label: str
    text: str
    value: int | None


@dataclass(frozen=True, slots=True)
class Chart:
    """The subjects of a dataset by one variable, in the vocabulary's order or by years."""

    name: str
    title: str | Promise
    rows: tuple[Row, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Column:
    """How complete one variable is, in per cent of the subjects; None where that is not told."""

    label: str
    completeness: int | None
    words: str


def in_words(count: Count) -> str:
    """`exactly 118`, `about 120`, `fewer than 10`, `not told`."""
    number = number_format(count.value, force_grouping=True) if count.value is not None else ""
    match count.kind:
        case CountKind.EXACT:
            return _("exactly %s") % number
        case CountKind.FEWER_THAN:
            return _("fewer than %d") % (count.bound or 0)
        case CountKind.WITHHELD:
            return str(NOT_TOLD)
        case CountKind.ROUNDED | CountKind.APPROXIMATE:
            return _("about %s") % number


def roughly(number: int) -> int:
    """A sum with inexact parts, to three figures and never to less than ten: it knows no more."""
    return number if number < 10 else round(number, -max(1, len(str(number)) - 3))


def told(record: Record) -> tuple[Told, ...]:
    """The numbers of a dataset; those of people and studies always, others where the record has them."""
    shown = (_told(record, name, label) for name, label in _COUNTED)
    return tuple(one for one in shown if one is not None)


def number_in_words(record: Record, name: str) -> str:
    """A number of a record as it is to be read; plain where the record does not tell its kind."""
    if (count := record.count(name)) is not None:
        return in_words(count)
    plain = getattr(record, name, None) if name in {"subjects", "studies"} else None
    return str(NOT_TOLD) if plain is None else number_format(plain, force_grouping=True)


def _told(record: Record, name: str, label: str | Promise) -> Told | None:
    if (count := record.count(name)) is not None:
        return Told(label, in_words(count), _how(count))
    if name not in {"subjects", "studies"}:
        return None
    if getattr(record, name) is None:
        return Told(label, "", _("not told: nobody counted, or too few to say"))
    return Told(
        label, number_in_words(record, name), _("as its holder says; whether it is exact is not told")
    )


def _how(count: Count) -> str:
    match count.kind:
        case CountKind.EXACT:
            return _("as counted in the data")
        case CountKind.ROUNDED:
            return _("noise added, then rounded to the nearest %d") % (count.step or 1)
        case CountKind.FEWER_THAN:
            return _("too few to say more")
        case CountKind.APPROXIMATE:
            return _("a sum with inexact parts")
        case CountKind.WITHHELD:
            return _("its holder keeps it back")


def rules_in_words(computed: Computed | None) -> str:
    """How the numbers of a record came to be, for who wants to rely on them."""
    if computed is None:
        return _("Nothing is recorded of how these numbers were counted.")
    if (rules := computed.protection) is None:
        return _("Its holder declared this dataset open: every number is exact.")
    return _(
        "These people are protected: every number has noise of its own and is rounded to the nearest "
        "%(step)d, and what concerns fewer than %(least)d people is not told. So parts may not add up."
    ) % {"step": rules.step, "least": rules.minimum}


def charts(computed: Computed | None) -> tuple[Chart, ...]:
    """What the record counts by value: one chart for each variable that has any."""
    facets = (computed.facet(name) for name in TOLD_BY_VALUE) if computed else ()
    return tuple(_chart(facet) for facet in facets if facet is not None and facet.shares)


def uncounted(computed: Computed | None) -> tuple[str | Promise, ...]:
    """The variables a person would look for of which nothing is counted by value."""
    shown = {chart.name for chart in charts(computed)}
    return tuple(title for name, title in _TITLES.items() if name not in shown)


def _chart(facet: Facet) -> Chart:
    rows = tuple(
        Row(_label(share.label), in_words(share.subjects), share.subjects.value) for share in facet.shares
    )
    return Chart(facet.variable, _TITLES[facet.variable], rows, _recorded(facet))


def _label(label: str) -> str:
    return label[:1].upper() + label[1:]


def _recorded(facet: Facet) -> str:
    if facet.recorded.kind is CountKind.WITHHELD:
        return _("Of how many subjects it is recorded is not told.")
    return _("Recorded of %s subjects; who has several values is counted at each.") % in_words(facet.recorded)


def columns(computed: Computed | None) -> tuple[Column, ...]:
    """How complete each variable is, as the node computed it."""
    return tuple(_columns(computed)) if computed else ()


def _columns(computed: Computed) -> Iterator[Column]:
    about = "" if computed.protection is None else _("about ")
    for facet in computed.facets:
        if facet.completeness is None:
            yield Column(_label(facet.label), None, str(NOT_TOLD))
        else:
            yield Column(_label(facet.label), facet.completeness, f"{about}{facet.completeness} %")
