"""What the buttons of the builder do to the search bars."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.http import QueryDict
from django.utils.translation import gettext as _

from caimera.cohort import QuestionError, from_json
from caimera.hub.search.builder import Bars, Into, Path, negated
from caimera.hub.search.drafts import Choice, Draft, variable_of
from caimera.hub.search.groups import GroupKind
from caimera.hub.search.templatetags.wording import chip_words
from caimera.vocabulary import VOCABULARY, Operator, UnknownWord

Change = tuple[Bars, str, str, str]
"""The bars, what to announce, the element to go on from, the variable whose draft no longer counts."""

Move = tuple[Bars, str, str]
"""The bars, the sentence to announce, and the element to go on from."""


def _remove(bars: Bars, argument: str) -> Change:
    path = _path(argument)
    if (chip := bars.chip_at(path)) is None:
        return bars, "", "", ""
    said = _("Removed: %(chip)s.") % {"chip": chip_words(chip)}
    return bars.put(path, None), said, f"bar-{path[0] + 1}", variable_of(chip) or ""


def _negate(bars: Bars, argument: str) -> Change:
    path = _path(argument)
    if (chip := bars.chip_at(path)) is None:
        return bars, "", "", ""
    turned = negated(chip)
    after = bars.put(path, turned)
    said = _("Now: %(chip)s.") % {"chip": chip_words(turned)}
    return after, said, "", variable_of(chip) or ""


def _drop(bars: Bars, argument: str) -> Change:
    after = bars.drop(_whole(argument, 0))
    return after, _("Search bar removed."), f"bar-{after.number}", ""


CHANGES: Mapping[str, Callable[[Bars, str], Change]] = {
    "remove": _remove,
    "negate": _negate,
    "drop": _drop,
}
"""Buttons that change what was said before what is chosen in the form is added."""


def _add(old: Bars, applied: Bars, argument: str, data: QueryDict) -> Move:
    if applied == old:
        return applied, _("Nothing changed: choose a value first."), ""
    return applied, _now_says(applied), ""


def _now_says(bars: Bars) -> str:
    words = "; ".join(chip_words(chip) for chip in bars.current.chips) or _("nothing")
    said = {"number": bars.number, "words": words}
    if bars.into is not None:
        return _("The group in search bar %(number)d now says: %(words)s.") % said
    return _("Search bar %(number)d now says: %(words)s.") % said


def _more(old: Bars, applied: Bars, argument: str, data: QueryDict) -> Move:
    return _turned(applied.more())


def _turn(old: Bars, applied: Bars, argument: str, data: QueryDict) -> Move:
    """To a bar (`1`), or to a group in it (`1.any.3`)."""
    place, _dot, into = argument.partition(".")
    return _turned(applied.turn(_whole(place, 0), Into.read(into)))


def _turned(after: Bars) -> Move:
    if after.into is not None:
        return after, _("What you choose now goes to the group in search bar %d.") % after.number, "group"
    return after, _("What you choose now goes to search bar %d.") % after.number, f"bar-{after.number}"


def _group(old: Bars, applied: Bars, argument: str, data: QueryDict) -> Move:
    if argument not in set(GroupKind):
        return applied, "", ""
    return _turned(applied.turn(applied.active, Into(GroupKind(argument))))


def _pick(old: Bars, applied: Bars, argument: str, data: QueryDict) -> Move:
    """One value that was found, `variable:value`, with `variable:value:kinds` its kinds too."""
    name, _colon, rest = argument.partition(":")
    value, _colon, kinds = rest.partition(":")
    try:
        variable = VOCABULARY.variable(name)
        picked = variable.value(value).name
    except UnknownWord:
        return applied, "", ""
    shown = applied.current.mirror(variable)
    if shown is None or shown.choice is not Choice.IS or shown.kinds != bool(kinds):
        said = {"variable": variable.name, "operator": Operator.EQUALS.value, "value": picked}
        chip = from_json({**said, "descendants": True} if kinds else said)
        after = applied.fill(applied.current.with_chip(chip))
    else:
        ticked = Draft(Choice.IS, tuple(sorted({*shown.values, picked})), kinds=bool(kinds))
        after = applied.fill(applied.current.say(variable, ticked))
    return after, _now_says(after), ""


def _contains(old: Bars, applied: Bars, argument: str, data: QueryDict) -> Move:
    """All values of a variable whose name has what is looked for."""
    said = {"variable": argument, "operator": Operator.CONTAINS.value, "value": data.get("find", "").strip()}
    try:
        chip = from_json(said)
    except QuestionError:
        return applied, "", ""
    after = applied.fill(applied.current.with_chip(chip))
    return after, _now_says(after), ""


def _find(old: Bars, applied: Bars, argument: str, data: QueryDict) -> Move:
    return applied, "", "find"


MOVES: Mapping[str, Callable[[Bars, Bars, str, QueryDict], Move]] = {
    "add": _add,
    "more": _more,
    "turn": _turn,
    "group": _group,
    "pick": _pick,
    "contains": _contains,
    "find": _find,
}
"""Buttons that first take what is chosen in the form."""


def _path(argument: str) -> Path:
    places = tuple(_whole(place, -1) for place in argument.split("."))
    return places if all(place >= 0 for place in places) else ()


def _whole(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else otherwise
