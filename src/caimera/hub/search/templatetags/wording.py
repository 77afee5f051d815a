"""Words the search pages use for chips, counts, states and times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from caimera.cohort import Condition, Not, Question, Range, in_words, parse, to_text
from caimera.hub.search.builder import Bars, split
from caimera.hub.search.groups import Group, GroupKind, group_of
from caimera.hub.search.results import ConditionState, QuestionState
from caimera.hub.search.states import State
from caimera.protocol.messages import Count, CountKind, Treatment
from caimera.vocabulary import VOCABULARY, Kind, Operator, Variable

register = template.Library()

_FEW = 4
"""So many values are named one by one where the tree says what may be said."""

_LISTED = 5
"""So many values are named one by one in a chip."""

STATE_WORDS: Mapping[State, str | Promise] = {
    State.WAITING: gettext_lazy("Waiting"),
    State.ANSWERED: gettext_lazy("Answered"),
    State.SLOW: gettext_lazy("Slow"),
    State.OFFLINE: gettext_lazy("Offline"),
    State.REFUSED: gettext_lazy("Refused"),
}

STATE_TONES: Mapping[State, str] = {
    State.WAITING: "info",
    State.ANSWERED: "success",
    State.SLOW: "warning",
    State.OFFLINE: "neutral",
    State.REFUSED: "danger",
}


@register.filter
def state_word(state: State) -> str:
    """A node's state in one word."""
    return str(STATE_WORDS[state])


@register.filter
def progress_words(state: QuestionState) -> str:
    """How far a question has come: `2 of 3 nodes answered; numbers arrive here by themselves.`"""
    numbers = {"answered": sum(node.state == State.ANSWERED for node in state.nodes), "all": len(state.nodes)}
    if state.state == "closed":
        words = ngettext(
            "%(answered)d of %(all)d node answered.",
            "%(answered)d of %(all)d nodes answered.",
            numbers["all"],
        )
    else:
        words = ngettext(
            "%(answered)d of %(all)d node answered; numbers arrive here by themselves.",
            "%(answered)d of %(all)d nodes answered; numbers arrive here by themselves.",
            numbers["all"],
        )
    return words % numbers


@register.filter
def has_numbers(state: QuestionState) -> bool:
    """Whether there is anything to add up."""
    return any(node.subjects.kind is not CountKind.WITHHELD for node in state.nodes)


@register.filter
def state_tone(state: State) -> str:
    """The tone that goes with a node's state; never the only sign of it."""
    return STATE_TONES[state]


TREATMENT_WORDS: Mapping[Treatment, str | Promise] = {
    Treatment.APPLIED: gettext_lazy("Applied"),
    Treatment.APPROXIMATED: gettext_lazy("Approximated"),
    Treatment.UNSUPPORTED: gettext_lazy("Cannot be tested here"),
}


@register.filter
def treatment_word(treatment: Treatment) -> str:
    """What a node did with a condition, in a word or two."""
    return str(TREATMENT_WORDS[treatment])


@register.filter
def treatment_note(conditions: Sequence[ConditionState]) -> str:
    """How many conditions were simply applied: `all 4 applied`, `3 of 4 applied`."""
    applied = sum(condition.status is Treatment.APPLIED for condition in conditions)
    if applied == len(conditions):
        return _("all applied")
    return _("%(applied)d of %(all)d applied") % {"applied": applied, "all": len(conditions)}


@register.filter
def count_number(count: Count) -> str:
    """The figure of a count as it may be read at a glance, or an empty string where there is none."""
    if count.value is None or _is_empty_sum(count):
        return ""
    figure = number_format(count.value, force_grouping=True)
    return _("about %s") % figure if count.kind is CountKind.APPROXIMATE else figure


@register.filter
def count_note(count: Count) -> str:
    """How the figure is to be read, or what stands in its place; empty for an exact one."""
    match count.kind:
        case CountKind.ROUNDED:
            return _("rounded to %d") % (count.step or 1)
        case CountKind.FEWER_THAN:
            return _("fewer than %d") % (count.bound or 0)
        case CountKind.WITHHELD:
            return _("not released")
        case CountKind.APPROXIMATE if _is_empty_sum(count):
            return _("none told")
        case CountKind.EXACT | CountKind.APPROXIMATE:
            return ""


def _is_empty_sum(count: Count) -> bool:
    """A sum of nothing but small numbers, which are not told: “about 0” would claim that there are none."""
    return count.kind is CountKind.APPROXIMATE and count.value == 0


@register.filter
def count_short(count: Count) -> str:
    """A count in as few words as a drawing has room for: `1,234`, `fewer than 10`."""
    return count_number(count) or count_note(count)


@register.filter
def count_in_words(count: Count) -> str:
    """A count in one line: `1,234`, `45, rounded to 5`, `fewer than 10`."""
    return ", ".join(filter(None, (count_number(count), count_note(count))))


@register.filter
def seconds(milliseconds: float) -> str:
    """A duration for people: `0.08 s`, `3.4 s`."""
    digits = 2 if milliseconds < 1000 else 1
    return _("%s s") % number_format(milliseconds / 1000, digits)


@register.filter
def builder_address(bars: Bars, by: Iterable[str] = ()) -> str:
    """The builder with these bars, and the variables to count by."""
    query = [*bars.query(), *(("by", name) for name in by)]
    return f"{reverse('search:builder')}?{urlencode(query)}"


@register.filter
def bars_of(text: str) -> Bars:
    """The search bars of a question in text form."""
    return split(parse(text))


@register.filter
def same(one: object, other: object) -> bool:
    """Whether two things are one."""
    return one == other


@register.filter
def question_words(text: str) -> str:
    """A question in text form as a sentence."""
    return in_words(parse(text), translate=_)


@register.filter
def variable_names(names: Iterable[str]) -> str:
    """Variables by their labels, those this site does not know by their names."""
    known = {variable.name: _(variable.label) for variable in VOCABULARY.variables}
    return ", ".join(known.get(name, name) for name in names)


@register.filter
def chip_words(chip: Question) -> str:
    """A chip in a few words: `Modality: CT (computed tomography)`; groups as the sentence they are."""
    if (condition := _condition_in(chip)) is not None:
        return f"{capfirst(_(VOCABULARY.variable(condition.variable).label))}: {answer_words(chip)}"
    if (group := group_of(chip)) is not None:
        return f"{group_words(group)} {'; '.join(map(chip_words, group.chips))}"
    return to_text(chip)


@register.filter
def answer_words(chip: Question) -> str:
    """What a chip says of its variable: `CT (computed tomography)`."""
    condition = _condition_in(chip)
    if condition is None:
        return to_text(chip)
    words = _condition_words(VOCABULARY.variable(condition.variable), condition)
    if condition is chip:
        return words
    if condition.operator is Operator.MISSING:
        return _("recorded")
    if condition.operator is Operator.NOT_EQUALS:
        return _("%s or not recorded") % _value_words(
            VOCABULARY.variable(condition.variable), condition.value
        )
    return _("not recorded as %s") % words


def _condition_in(chip: Question) -> Condition | None:
    inner = chip.child if isinstance(chip, Not) else chip
    return inner if isinstance(inner, Condition) else None


_GROUP_WORDS: Mapping[tuple[GroupKind, bool], str | Promise] = {
    (GroupKind.ANY, False): gettext_lazy("At least one of:"),
    (GroupKind.ANY, True): gettext_lazy("None of:"),
    (GroupKind.ALL, False): gettext_lazy("All of:"),
    (GroupKind.ALL, True): gettext_lazy("Not all of:"),
    (GroupKind.PATIENT, False): gettext_lazy("The patient has a series with all of:"),
    (GroupKind.PATIENT, True): gettext_lazy("The patient has no series with all of:"),
    (GroupKind.STUDY, False): gettext_lazy("The study has a series with all of:"),
    (GroupKind.STUDY, True): gettext_lazy("The study has no series with all of:"),
}


@register.filter
def group_words(group: Group) -> str:
    """How the chips of a group belong together."""
    return str(_GROUP_WORDS[group.kind, group.negated])


@register.filter
def as_group(chip: Question) -> Group | None:
    """The group a chip is, if it is one."""
    return group_of(chip)


@register.filter
def as_group_here(chip: Question, bars: Bars) -> Group | None:
    """The same in the active bar, where a group that is being filled may have a single chip."""
    into = bars.into
    begun = into is not None and into.place is not None and bars.bar.chips[into.place] is chip
    return group_of(chip, into.kind if into is not None and begun else None)


@register.filter
def text(thing: object) -> str:
    """A thing as it stands in an address; empty for nothing."""
    return "" if thing is None else str(thing)


@register.filter
def kinds_of(variable: Variable, value: str) -> int:
    """How many values are kinds, or parts, of this one."""
    return len(variable.narrower(value)) - 1


@register.filter
def is_negated(chip: Question) -> bool:
    """Whether a chip leaves out what it names."""
    return isinstance(chip, Not)


def possible_answers(variable: Variable) -> str:
    """What may be said of a variable: `female, male, other`, `103 values`, `a range in years`."""
    match variable.kind:
        case Kind.BOOLEAN:
            return _("yes or no")
        case Kind.NUMBER:
            return _("a range in %s") % _(variable.unit) if variable.unit else _("a range")
        case Kind.CODED if len(variable.values) > _FEW:
            return _("%d values") % len(variable.values)
        case Kind.CODED:
            return ", ".join(_(value.label) for value in variable.values)


_COMPARED: Mapping[Operator, str | Promise] = {
    Operator.NOT_EQUALS: gettext_lazy("recorded, not as %s"),
    Operator.LOWER_THAN: gettext_lazy("less than %s"),
    Operator.GREATER_THAN: gettext_lazy("more than %s"),
}


def _condition_words(variable: Variable, chip: Condition) -> str:
    words = _plain_words(variable, chip)
    if not chip.descendants:
        return words
    return (_("%s, with its parts") if variable.parts else _("%s, with its kinds")) % words


def _plain_words(variable: Variable, chip: Condition) -> str:
    value = chip.value
    if isinstance(value, Range):
        return _range_words(variable, value)
    if isinstance(value, tuple):
        return _listed(variable, value)
    if value is None:
        return _("not recorded")
    words = _value_words(variable, value)
    return str(_COMPARED[chip.operator]) % words if chip.operator in _COMPARED else words


def _listed(variable: Variable, values: Sequence[str | float]) -> str:
    """A few values one by one; of many the first, and how many more."""
    shown = values if len(values) <= _LISTED else values[: _LISTED - 1]
    words = _(" or ").join(_value_words(variable, one) for one in shown)
    rest = len(values) - len(shown)
    return (
        ngettext("%(words)s or %(rest)d more", "%(words)s or %(rest)d more", rest)
        % {
            "words": words,
            "rest": rest,
        }
        if rest
        else words
    )


def _range_words(variable: Variable, value: Range) -> str:
    unit = f" {_(variable.unit)}" if variable.unit else ""
    low, high = f"{value.low or 0:g}", f"{value.high or 0:g}{unit}"
    if value.high is None:
        return _("%s or more") % f"{low}{unit}"
    if value.low is None:
        return _("%s or less") % high
    return _("%(low)s to %(high)s") % {"low": low, "high": high}


def _value_words(variable: Variable, value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str):
        return _(variable.value(value).label)
    unit = f" {_(variable.unit)}" if variable.unit else ""
    return f"{value:g}{unit}"
