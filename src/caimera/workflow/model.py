"""One version of a workflow."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from caimera.workflow.calendar import Calendar
from caimera.workflow.errors import NotReady, UnknownEvent, WrongRole, WrongState

CLOCK = "clock"
"""The role in whose name an event happens because time has passed."""


@dataclass(frozen=True, slots=True)
class Role:
    """Somebody a workflow knows."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class State:
    """Where a case stands: `waits_for` are the roles whose turn it is; nothing leads out of a `final` one."""

    name: str
    label: str
    help: str
    waits_for: tuple[str, ...] = ()
    final: bool = False


@dataclass(frozen=True, slots=True)
class Transition:
    """An event that `roles` may cause in the states `sources`, and where it leads.

    `target` is empty where the case stays in its state. `form` is filed with it, all of `requires` before;
    with `reason` a reason has to be given; the roles in `tells` are told. Forms in `reopens` have to be filed
    anew from then on.
    """

    event: str
    label: str
    sources: tuple[str, ...]
    target: str
    roles: tuple[str, ...]
    form: str = ""
    requires: tuple[str, ...] = ()
    reason: bool = False
    tells: tuple[str, ...] = ()
    reopens: tuple[str, ...] = ()

    def leads_to(self, state: str) -> str:
        """The state a case is in after it."""
        return self.target or state


@dataclass(frozen=True, slots=True)
class Deadline:
    """How many working days a case may stay in a state; `event` happens then, or, where empty, it is told."""

    state: str
    working_days: int
    event: str = ""

    def due(self, entered: date, calendar: Calendar) -> date:
        """The last day of a case that came into the state on a day."""
        return calendar.after(entered, self.working_days)


@dataclass(frozen=True, slots=True)
class Workflow:
    """A table of states and transitions; the first state is where a case begins."""

    name: str
    version: int
    title: str
    roles: tuple[Role, ...]
    states: tuple[State, ...]
    transitions: tuple[Transition, ...]
    deadlines: tuple[Deadline, ...] = ()

    @property
    def id(self) -> str:
        """Name and version: `data-holder/1`."""
        return f"{self.name}/{self.version}"

    @property
    def first(self) -> State:
        """Where a case begins."""
        return self.states[0]

    @property
    def forms(self) -> frozenset[str]:
        """The forms that are filed on the way."""
        return frozenset(one.form for one in self.transitions if one.form)

    @property
    def course(self) -> tuple[State, ...]:
        """The states of a case in which all goes well: the shortest way to the end that lies furthest off."""
        ways: dict[str, tuple[State, ...]] = {self.first.name: (self.first,)}
        reached = [self.first.name]
        for state in reached:
            for one in self.transitions:
                if state in one.sources and one.leads_to(state) not in ways:
                    ways[one.target] = (*ways[state], self.state(one.target))
                    reached.append(one.target)
        return max((way for way in ways.values() if way[-1].final), key=len)

    def state(self, name: str) -> State:
        """A state by its name; raises KeyError."""
        return next((state for state in self.states if state.name == name), None) or _missing(name)

    def deadline(self, state: str) -> Deadline | None:
        """How long a case may stay in a state."""
        return next((one for one in self.deadlines if one.state == state), None)

    def ways(self, state: str, roles: Collection[str]) -> tuple[Transition, ...]:
        """What somebody with these roles may do with a case in a state, in the order of the table."""
        return tuple(self._ways(state, roles))

    def _ways(self, state: str, roles: Collection[str]) -> Iterator[Transition]:
        for one in self.transitions:
            if state in one.sources and not set(roles).isdisjoint(one.roles):
                yield one

    def whose_turn(self, state: str, filed: Collection[str]) -> tuple[str, ...]:
        """The roles whose turn it is in a state once the forms in `filed` are there.

        Of those the state waits for, whose own form is filed already, or whose event needs forms that others
        have yet to file, is left out.
        """
        return tuple(role for role in self.state(state).waits_for if self._is_open(state, role, filed))

    def _is_open(self, state: str, role: str, filed: Collection[str]) -> bool:
        """Whether there is a form to file or an event to cause; who has neither is always waited for."""
        needed = {form for one in self.transitions for form in one.requires}
        parts = [
            one
            for one in self._ways(state, [role])
            if one.requires or one.form in needed or (one.form and one.target)
        ]
        return not parts or any(
            set(one.requires) <= set(filed) and (bool(one.target) or one.form not in filed) for one in parts
        )

    def step(
        self,
        state: str,
        event: str,
        *,
        roles: Collection[str],
        filed: Collection[str] = (),
        reason: str = "",
    ) -> Transition:
        """The transition that somebody with `roles` causes, `filed` being the forms that are filed.

        The form that comes with the event counts as filed if it is among them. Raises UnknownEvent,
        WrongState, WrongRole and NotReady, each with what they may do instead; KeyError for what is no state.
        """
        here = self.state(state)
        allowed = [one.event for one in self._ways(state, roles)]
        known = [one for one in self.transitions if one.event == event]
        if not known:
            raise UnknownEvent(f"Nothing is called {event} in {self.title}.", allowed)
        there = next((one for one in known if state in one.sources), None)
        if there is None:
            raise WrongState(f"“{known[0].label}” is not possible while this is “{here.label}”.", allowed)
        if event not in allowed:
            raise WrongRole(f"“{there.label}” is for others to do.", allowed)
        if missing := [form for form in (*there.requires, *_own(there)) if form not in filed]:
            raise NotReady(f"“{there.label}” needs what is not filed yet: {', '.join(missing)}.", allowed)
        if there.reason and not reason.strip():
            raise NotReady(f"“{there.label}” needs a reason. Give one in a sentence.", allowed)
        return there


def _own(transition: Transition) -> tuple[str, ...]:
    return (transition.form,) if transition.form else ()


def _missing(name: str) -> State:
    raise KeyError(name)
