"""Kinds of notices: what each is about, what its events say, what may be chosen. Rooms register theirs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from caimera.notices.errors import UnknownKind
from caimera.notices.models import How

Words = str | Promise

HOWS: Mapping[How, Words] = {
    How.AT_ONCE: _("By mail at once"),
    How.DAILY: _("By mail, once a day together with others"),
    How.WEEKLY: _("By mail, on Mondays together with others"),
    How.WEB: _("On this site only"),
}
"""In the words of the page where people choose."""


@dataclass(frozen=True, slots=True)
class Says:
    """What an event says: a subject without facts, and a sentence with `%(fact)s` in it.

    Both go out by mail, so neither may carry what anybody typed: a mail of this site is believed.
    """

    subject: Words
    sentence: Words


@dataclass(frozen=True, slots=True)
class Kind:
    """`permission` names whom it concerns, empty for everyone; `always` says why nobody can choose, if so."""

    name: str
    label: Words
    help: Words
    events: Mapping[str, Says]
    permission: str = ""
    always: Words = ""
    usual: How = How.AT_ONCE

    def says(self, event: str) -> Says:
        """Raises UnknownKind."""
        if event not in self.events:
            raise UnknownKind(f"{self.name}: {event}")
        return self.events[event]


_kinds: dict[str, Kind] = {}


def register(*kinds: Kind) -> None:
    """Let people be told of these; registering a name again replaces it."""
    _kinds.update({kind.name: kind for kind in kinds})


def kind_called(name: str) -> Kind:
    """Raises UnknownKind."""
    if name not in _kinds:
        raise UnknownKind(name)
    return _kinds[name]


def registered() -> tuple[Kind, ...]:
    """Every kind of this site, in the order their rooms came in."""
    return tuple(_kinds.values())


def words_of(kind: str, event: str, facts: Mapping[str, str]) -> tuple[str, str]:
    """Subject and sentence of a notice; of one whose kind is no more, that it was of an earlier version."""
    try:
        says = kind_called(kind).says(event)
    except UnknownKind:
        return str(_("A notice")), str(_("This notice was written by an earlier version of this site."))
    return str(says.subject), str(says.sentence) % defaultdict(str, facts)
