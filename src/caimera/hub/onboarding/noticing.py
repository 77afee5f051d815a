"""What people are told of cases, and which cases wait for them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from caimera.hub.onboarding import queries
from caimera.hub.onboarding.doors import OWN, THEIRS
from caimera.hub.onboarding.models import Case, Step
from caimera.notices.actions import tell
from caimera.notices.from_people import on
from caimera.notices.kinds import Kind, Says
from caimera.notices.reminding import Reminder, tell_once
from caimera.notices.waiting import Item, Provider
from caimera.people.models import Person
from caimera.people.queries import holders_of

NEAR = timedelta(days=3)
"""How long before a deadline those are reminded whose turn it is."""
_AFTER = timedelta(days=14)
"""How long after it they are still told that it has passed."""

OWN_CASE = Kind(
    name="own-case",
    label=_("Your organisation on its way into the federation"),
    help=_("When your case moves on, comes back with a question, or is decided."),
    always=_("It is a decision about you."),
    events={
        "moved": Says(
            _("Your organisation's case has moved on"),
            _("%(workflow)s: the case of your organisation is now: %(state)s."),
        ),
        "turn": Says(
            _("Your organisation's case waits for you"),
            _("%(workflow)s: the case of your organisation is now: %(state)s. The next step is yours."),
        ),
        "yours": Says(
            _("A case was handed over to you"),
            _("%(workflow)s: you are the applicant of a case from now on. It is: %(state)s."),
        ),
        "no-longer-yours": Says(
            _("Your case was handed over"),
            _(
                "%(workflow)s: a colleague is the applicant of your case from now on. If that is a mistake, "
                "write to the support of this site."
            ),
        ),
    },
)

CASES = Kind(
    name="cases",
    label=_("Organisations that want to join"),
    help=_("When a case waits for one of your roles, or moves on where your role had a part."),
    permission=queries.SEES,
    events={
        "turn": Says(
            _("A case waits for you"), _("%(workflow)s: a case waits for your role. It is: %(state)s.")
        ),
        "moved": Says(_("A case has moved on"), _("%(workflow)s: a case is now: %(state)s.")),
    },
)

DEADLINES = Kind(
    name="case-deadlines",
    label=_("Deadlines of cases that wait for you"),
    help=_("Three days before a deadline, and when it has passed."),
    events={
        "near": Says(
            _("A deadline is near"), _("%(workflow)s: a case waits for you until %(due)s. It is: %(state)s.")
        ),
        "passed": Says(
            _("A deadline has passed"),
            _("%(workflow)s: a case has waited for you since %(due)s and is overdue. It is: %(state)s."),
        ),
    },
)

KINDS = (OWN_CASE, CASES, DEADLINES)


def follow(step: Step, tells: Collection[str], before: Person) -> None:
    """Tell whom the table says of a step, but whoever took it; and whose turn it has become. Who is the
    applicant no longer is told whoever took it: their login may have been somebody else's at that moment.
    """
    case = step.case
    if before.pk != case.applicant_id:
        page = reverse("onboarding:mine")
        tell(kind=OWN_CASE.name, event="no-longer-yours", people=[before], page=page, facts=_facts(case))
    if (queries.APPLICANT in tells or step.role != queries.APPLICANT) and case.applicant_id != step.by_id:
        event = "turn" if queries.APPLICANT in case.waits_for else "moved"
        event = "yours" if step.event == "hand-over" else event
        page = OWN.address("case", case)
        tell(kind=OWN_CASE.name, event=event, people=[case.applicant], page=page, facts=_facts(case))
    turn = case.waits_for if _entered(step) else ()
    _tell_roles(step, {*tells, *turn} - {queries.APPLICANT})


def _entered(step: Step) -> bool:
    """Whether a step led to another state: in one that stays, those whose turn it is know already."""
    before = Step.objects.filter(case=step.case, number=step.number - 1).values_list("state", flat=True)
    return before.first() != step.state


def _tell_roles(step: Step, roles: Collection[str]) -> None:
    case, page = step.case, THEIRS.address("case", step.case)
    turn: list[Person] = []
    moved: list[Person] = []
    for person in _acting(roles):
        if person.pk not in (step.by_id, case.applicant_id):
            (turn if person.roles & set(case.waits_for) else moved).append(person)
    for event, people in (("turn", turn), ("moved", moved)):
        tell(kind=CASES.name, event=event, people=people, page=page, facts=_facts(case))


def _acting(roles: Collection[str]) -> list[Person]:
    """Who holds one of these roles and may see cases."""
    return [one for one in holders_of(queries.SEES) if one.roles & set(roles)] if roles else []


def _facts(case: Case) -> dict[str, str]:
    table = queries.table_of(case)
    due = {"due": on(case.due)} if case.due else {}
    return {"workflow": table.title, "state": table.state(case.state).label, **due}


def remind(now: datetime) -> None:
    """Remind those whose turn it is of deadlines that are near or have passed."""
    today = now.date()
    cases = Case.objects.filter(due__gte=today - _AFTER, due__lte=today + NEAR).exclude(waits_for=[])
    acting = holders_of(queries.SEES) if cases.exists() else []
    tell_once(one for case in cases.select_related("applicant") for one in _of(case, acting, now))


def _of(case: Case, acting: Collection[Person], now: datetime) -> Iterator[Reminder]:
    """The reminders of one case."""
    event = "passed" if case.due and case.due < now.date() else "near"
    once = f"case-deadlines {case.pk} {case.state} {case.due} {event}"
    turn, facts = set(case.waits_for), _facts(case)
    if queries.APPLICANT in turn:
        yield Reminder(case.applicant, DEADLINES.name, event, OWN.address("case", case), facts, once)
    for person in acting:
        if person.pk != case.applicant_id and person.roles & turn & set(case.open_to):
            yield Reminder(person, DEADLINES.name, event, THEIRS.address("case", case), facts, once)


def _shown(case: Case, person: Person) -> Item:
    door = OWN if case.applicant_id == person.pk else THEIRS
    table = queries.table_of(case)
    what = f"{table.title}: {table.state(case.state).label}"
    return Item(what, str(case), door.address("case", case), case.due)


WAITING = Provider(
    name="cases",
    since="state_since",
    # What is excluded waits for nobody anyway: so the index knows that it may be used.
    found=lambda person: queries.waiting_for(person).exclude(waits_for=[]).select_related("applicant"),
    shown=_shown,
)
