"""Cases begun, written and moved. The table of `workflow` says what may be done; nothing goes round it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from caimera.audit.actions import record
from caimera.forms import Given, form, read_answers
from caimera.hub.onboarding import queries
from caimera.hub.onboarding.bounds import bounded
from caimera.hub.onboarding.effects import EFFECTS
from caimera.hub.onboarding.errors import Incomplete, NoSuchCase, Overtaken
from caimera.hub.onboarding.filing import file_form, supersede
from caimera.hub.onboarding.following import follow
from caimera.hub.onboarding.models import Case, Draft, Filing, Step
from caimera.hub.onboarding.words import PAST
from caimera.people.models import Person
from caimera.workflow import CLOCK, Calendar, Transition, workflow


@transaction.atomic
def begin(*, name: str, person: Person) -> Case:
    """Begin a case, or go on with the one of this kind that is still being written. Raises NoSuchCase."""
    if name not in queries.WORKFLOWS:
        raise NoSuchCase
    table = workflow(name)
    case = Case(workflow=name, table=table.version, applicant=person)
    _enter(case, table.first.name)
    try:
        with transaction.atomic():
            case.save(force_insert=True)
    except IntegrityError:
        return queries.own(person).get(workflow=name, state=table.first.name)
    _record(case, "begun", person)
    return case


@transaction.atomic
def save_draft(*, case_id: UUID, name: str, person: Person, given: Given) -> Draft:
    """Keep what a person has written into a form so far, right or wrong.

    Raises NoSuchCase where the case is not theirs to see, or the form not theirs to write now; Incomplete
    where it is more than is kept.
    """
    case = queries.case_for(person, case_id)
    if way_with(case=case, name=name, person=person) is None:
        raise NoSuchCase
    kept = bounded(form(name), given, queries.documents_of(case, name, person))
    draft, _made = Draft.objects.update_or_create(
        case=case, form=name, person=person, defaults={"given": kept}
    )
    return draft


def way_with(*, case: Case, name: str, person: Person | None) -> Transition | None:
    """The event by which somebody may hand in a form now, if there is one."""
    ways = queries.table_of(case).ways(case.state, queries.roles_in(case, person))
    return next((way for way in ways if way.form == name), None)


@transaction.atomic
def step(
    *,
    case_id: UUID,
    event: str,
    by: Person | None,
    given: Given | None = None,
    reason: str = "",
    seen: int | None = None,
) -> Case:
    """Cause an event, with its form as `given` or as their draft has it; `seen` is the version its doer saw.

    Raises:
        workflow.Refused: not here, not for them, or something is missing; says what they may do instead.
        NoSuchCase, Overtaken, Incomplete, people.ActRefused: nothing has changed then.
    """
    case = _locked(case_id, by, seen)
    return _stepped(case, event, by=by, roles=queries.roles_in(case, by), given=given, reason=reason)


def end_overdue(*, now: datetime) -> int:
    """In the name of the clock: what the tables let happen when a state has lasted too long. How many."""
    late = Case.objects.filter(due__lt=now.date()).values_list("pk", flat=True)
    done = 0
    for case_id in list(late):
        with transaction.atomic():
            case = _locked(case_id, None, None)
            deadline = queries.table_of(case).deadline(case.state)
            if deadline and deadline.event and case.due and case.due < now.date():
                _stepped(case, deadline.event, by=None, roles=(CLOCK,))
                done += 1
    return done


def _locked(case_id: UUID, by: Person | None, seen: int | None) -> Case:
    queries.case_for(by, case_id)
    case = Case.objects.select_for_update(of=("self",)).select_related("applicant").get(pk=case_id)
    if seen is not None and case.version != seen:
        raise Overtaken(queries.table_of(case).state(case.state).label)
    return case


def _stepped(
    case: Case,
    event: str,
    *,
    by: Person | None,
    roles: Collection[str],
    given: Given | None = None,
    reason: str = "",
) -> Case:
    table, filed = queries.table_of(case), queries.filed(case)
    own = {way.form for way in table.ways(case.state, roles) if way.event == event and way.form}
    way = table.step(case.state, event, roles=roles, filed=filed | own, reason=reason)
    role = next(one for one in way.roles if one in roles)
    filing = _filed(case, way, by, role, given)
    supersede(case, way.reopens)
    before = case.applicant
    if effect := EFFECTS.get(event):
        effect(case, filing.answers if filing else {}, by)
    case.version += 1
    _enter(case, way.leads_to(case.state))
    case.save()
    made = _keep(case, way, by=by, role=role, reason=reason.replace("\0", "").strip(), filing=filing)
    follow(made, way.tells, before)
    return case


def _filed(case: Case, way: Transition, by: Person | None, role: str, given: Given | None) -> Filing | None:
    """The form of an event, handed in; None where it has none."""
    if not way.form:
        return None
    asked = form(way.form)
    if given is None:
        draft = queries.draft_of(case, way.form, by) if by else None
        given = draft.given if draft else {}
    elif by is not None:
        given = bounded(asked, given, queries.documents_of(case, way.form, by))
    reading = read_answers(asked, given)
    if reading.problems:
        raise Incomplete(asked.title, reading.problems)
    return file_form(case, asked, reading.answers, by=by, role=role)


def _enter(case: Case, state: str) -> None:
    """Be in a state: since when, until when, whose turn it is, and who may see it from now on."""
    table = queries.table_of(case)
    if case.state != state:
        now = timezone.now()
        deadline = table.deadline(state)
        case.state, case.state_since = state, now
        case.due = deadline.due(now.date(), calendar()) if deadline else None
    filed = queries.filed(case) if case.version else ()
    case.waits_for = list(table.whose_turn(state, filed))
    acting = {role for way in table.transitions if state in way.sources for role in way.roles}
    case.open_to = sorted({*case.open_to, *acting} - {queries.APPLICANT, CLOCK})


def calendar() -> Calendar:
    """The days on which somebody decides at this site."""
    return Calendar.closed_on(settings.SITE.closing_days)


def _keep(
    case: Case, way: Transition, *, by: Person | None, role: str, reason: str, filing: Filing | None
) -> Step:
    made = Step.objects.create(
        case=case,
        number=case.version,
        event=way.event,
        by=by,
        role=role,
        reason=reason,
        state=case.state,
        filing=filing,
    )
    _record(case, PAST[way.event], by, state=case.state, role=role, reason=reason, form=way.form)
    return made


def _record(case: Case, past: str, by: Person | None, **detail: str) -> None:
    actor = by.actor if by else "system"
    told = {"case": str(case.pk), "workflow": f"{case.workflow}/{case.table}", **detail}
    if case.organisation_id:
        told["organisation"] = str(case.organisation_id)
    record(act=f"case.{past}", actor=actor, object=f"person:{case.applicant_id}", detail=told)
