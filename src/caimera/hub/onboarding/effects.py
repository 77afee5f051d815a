"""What a step means beyond the case: an organisation taken on, a role given, another applicant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from caimera.forms import Answers
from caimera.hub.onboarding.models import Case, Draft
from caimera.people.errors import ActRefused, Overtaken
from caimera.people.granting import give_role
from caimera.people.models import Organisation, Person
from caimera.people.organisations import appoint, organisation_with, take_on
from caimera.people.queries import person_called

PROVIDES_FOR = timedelta(days=730)
"""How long a software provider holds the role before an operator gives it anew."""

Effect = Callable[[Case, Answers, Person | None], None]


def _take_on_holder(case: Case, answers: Answers, by: Person | None) -> None:
    """The organisation gets its site identifier, and the applicant speaks for it."""
    case.organisation = _organisation(answers, by)
    with suppress(Overtaken):  # they speak for it already
        appoint(organisation_id=case.organisation.pk, person=case.applicant, by=by)


def _take_on_provider(case: Case, answers: Answers, by: Person | None) -> None:
    """The organisation gets its site identifier, and the applicant the role."""
    case.organisation = _organisation(answers, by)
    with suppress(Overtaken):  # they have the role already
        give_role(
            person=case.applicant,
            role="software-provider",
            reason=_("Accepted as a software provider: %s") % case,
            until=timezone.now() + PROVIDES_FOR,
            by=by,
        )


def _organisation(answers: Answers, by: Person | None) -> Organisation:
    if answers.get("known_already"):
        return organisation_with(_identifier(str(answers["site_identifier"])))
    words = {name: str(answers.get(name, "")) for name in ("country", "website", "node_id")}
    return take_on(name=str(answers["organisation_name"]), by=by, **words)


def _identifier(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise ActRefused(_("There is no organisation with this site identifier.")) from None


def _hand_over(case: Case, answers: Answers, _by: Person | None) -> None:
    """Somebody else is the applicant from now on, and goes on with what was written."""
    successor = person_called(str(answers["successor"]))
    if successor.pk == case.applicant_id:
        raise ActRefused(_("They are the applicant already. Name somebody else."))
    Draft.objects.filter(case=case, person=successor).delete()
    Draft.objects.filter(case=case, person=case.applicant).update(person=successor)
    for attachment in case.attachments.filter(filed=False, document__handed_in_by=case.applicant):
        attachment.document.handed_in_by = successor
        attachment.document.save(update_fields=("handed_in_by",))
    case.applicant = successor


EFFECTS: Mapping[str, Effect] = {
    "give-site-identifier": _take_on_holder,
    "give-place": _take_on_provider,
    "hand-over": _hand_over,
}
"""By event; every other event only moves the case."""
