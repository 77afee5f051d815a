"""Words for how a dataset protects its people, and for what a breakdown tells."""

from __future__ import annotations

from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caimera import cohort
from caimera.hub.search.breakdowns import BAND, label_of, value_label
from caimera.hub.search.builder import split
from caimera.hub.search.certainty import margin
from caimera.hub.search.results import DatasetState, ValueState
from caimera.protocol.messages import Protection
from caimera.vocabulary import VOCABULARY, Kind, Operator

register = template.Library()


@register.filter
def policy_words(dataset: DatasetState) -> str:
    """What a dataset's policy means for its reader, in a sentence."""
    if dataset.policy == "open":
        return _("Open: its holder lets exact numbers be shown.")
    return _("Protected: numbers of patients only, with noise and rounding; studies and series are not told.")


@register.filter
def minimum_words(rules: Protection) -> str:
    """From where on numbers are told, and in which steps."""
    return _("Numbers below %(minimum)d are not told; others are rounded to the nearest %(step)d.") % {
        "minimum": rules.minimum,
        "step": rules.step,
    }


@register.filter
def margin_words(rules: Protection) -> str:
    """What the noise means for its reader."""
    return _(
        "The true number is within about ±%(margin)d in 95%% of cases (noise of epsilon %(epsilon)s)."
    ) % {
        "margin": margin(rules),
        "epsilon": number_format(rules.epsilon),
    }


@register.filter
def budget_words(left: int) -> str:
    """How many new questions a person may still put to a dataset."""
    return ngettext(
        "You can put %(count)d more new question to it within seven days; asking again is free.",
        "You can put %(count)d more new questions to it within seven days; asking again is free.",
        left,
    ) % {"count": left}


@register.filter
def few_words(row: ValueState) -> str:
    """How many datasets are not in a value's number because they have few patients."""
    if not row.few or row.subjects.value is None:
        return ""
    return ngettext(
        "few or none in %(count)d more dataset",
        "few or none in %(count)d more datasets",
        row.few,
    ) % {"count": row.few}


@register.filter
def variable_label(name: str) -> str:
    """A variable as people call it."""
    return label_of(name)


@register.filter
def label_in(value: str, variable: str) -> str:
    """A value of a variable as people call it."""
    return value_label(variable, value)


@register.simple_tag
def narrowed(text: str, variable: str, value: str) -> str:
    """The builder with a question and one condition more, that the variable has this value; else nothing."""
    condition = _condition(variable, value)
    if condition is None:
        return ""
    query = [("bar", bar.with_chip(condition).text) for bar in split(cohort.parse(text)).bars]
    return f"{reverse('search:builder')}?{urlencode(query)}"


def _condition(name: str, value: str) -> cohort.Question | None:
    variable = VOCABULARY.variable(name)
    document: dict[str, object] = {"variable": name, "operator": Operator.EQUALS.value, "value": value}
    if value == "":
        document = {"variable": name, "operator": Operator.MISSING.value}
    elif variable.kind is Kind.BOOLEAN:
        document["value"] = value == "true"
    elif variable.kind is Kind.NUMBER:
        if not value.isdecimal():
            return None
        low, high = int(value), int(value) + BAND - (1 if variable.whole else 0.01)
        document |= {"operator": Operator.BETWEEN.value, "value": {"min": low, "max": high}}
    try:
        return cohort.from_json(document)
    except cohort.QuestionError:
        return None
