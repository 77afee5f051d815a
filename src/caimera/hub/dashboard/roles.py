"""The four roles of the federation: what each gets, what is asked of it, and the steps; here, or later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from caimera.workflow import Workflow, workflow

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `page` names where it is taken on this site; without one it is taken elsewhere, or later."""

    title: Words
    text: Words
    page: str = ""
    later: bool = False


@dataclass(frozen=True, slots=True)
class Role:
    """One way of taking part. `called` is what the EUCAIM dashboard calls it."""

    slug: str
    title: Words
    called: Words
    icon: str
    tile: Words
    gets: tuple[Words, ...]
    rules: tuple[Words, ...]
    steps: tuple[Step, ...]
    table: str = ""
    """The workflow that leads into this role."""

    @property
    def workflow(self) -> Workflow | None:
        """Its table, where there is one."""
        return workflow(self.table) if self.table else None


RESEARCHER = Role(
    slug="researcher",
    title=_("Researcher"),
    called=_("User"),
    icon="search",
    tile=_("Find datasets, ask all hospitals one question, and request what you need."),
    gets=(
        _("Every dataset's description, without an account: what is known, what is not, and on which terms."),
        _("One question over all hospitals, with numbers while you wait. Each counts in its own data."),
        _("Questions you can keep, share by a link, and download as a report that says how to read it."),
    ),
    rules=(
        _(
            "The catalogue is open to anyone. Asking the hospitals takes membership, which you get for being "
            "known: through your university, hospital or research identity."
        ),
        _(
            "Numbers about protected patients are rounded, banded or withheld by the hospital. "
            "Trying to single somebody out spends your budget and stands in the trail."
        ),
        _("You see all that is kept of you, can take it along, and can have it forgotten."),
    ),
    steps=(
        Step(
            _("Look through the catalogue"),
            _("Fourteen filters and free text over all datasets. Nobody needs an account."),
            "catalogue:catalogue",
        ),
        Step(
            _("Become a member"),
            _("Sign in with Life Science Login and ask to join; a person looks at your request."),
            "people:membership",
        ),
        Step(
            _("Ask the hospitals"),
            _("Build a question, say what it is for, and watch the answers come in."),
            "search:builder",
        ),
        Step(
            _("Keep it, share it, take it along"),
            _("Kept questions can be asked again later; their reports say exactly what was asked."),
            "search:saved",
        ),
        Step(
            _("Request access"),
            _(
                "One request for several datasets, looked at by the boards and by each hospital. Until it is "
                "here, each dataset's page says where to ask for it."
            ),
            later=True,
        ),
        Step(
            _("Work with the data"),
            _("Where they lie, with tools that were approved; or downloaded, where the terms allow it."),
            later=True,
        ),
    ),
)

DATA_HOLDER = Role(
    slug="data-holder",
    title=_("Data holder"),
    called=_("Data holder"),
    icon="lock",
    tile=_("Make your images findable and keep them. You decide what may be said of them, and to whom."),
    gets=(
        _("Your images stay in your house: the federation sends questions to you, never data to others."),
        _(
            "Your node protects your patients by itself: smallest counts, rounding, noise and budgets hold "
            "whatever the hub asks."
        ),
        _("A description computed from the data, found in the catalogue within a minute, under your name."),
    ),
    rules=(
        _("You must be allowed to share what you describe; ethics and law of your country come first."),
        _(
            "Images are de-identified before they enter a node, and one patient has one identifier across "
            "images and clinical data."
        ),
        _(
            "Three tiers: described in the catalogue; answering searches; computed on. Begin with the first; "
            "each further one asks more of your node."
        ),
    ),
    steps=(
        Step(
            _("Express your interest"),
            _(
                "A short form, read by the engagement team. The table below is what follows: questionnaires, "
                "documents, the boards' reports, and a decision."
            ),
            "onboarding:mine",
        ),
        Step(
            _("Run a node"),
            _("One machine is enough, and it connects outwards only: no hole in your firewall."),
            "dashboard:documents",
        ),
        Step(
            _("Publish a dataset"),
            _("Your node describes it from the data; you add what data cannot say, and choose the policy."),
            "dashboard:documents",
        ),
        Step(
            _("See it in the catalogue"),
            _("Each source has a page: what was read, what was refused, and how to mend it."),
            "catalogue:sources",
        ),
        Step(
            _("Decide about requests"),
            _("Requests for your data come to you; nothing is opened without your node's own yes."),
            later=True,
        ),
    ),
    table="data-holder",
)

SOFTWARE_PROVIDER = Role(
    slug="software-provider",
    title=_("Software provider"),
    called=_("Software provider"),
    icon="flask",
    tile=_("Bring tools to the data: for preparing images, for analysis, for federated learning."),
    gets=(
        _("Your tool runs where the data lie, at many hospitals, without a copy of a single image to you."),
        _("A place in the registry, by digest: what was tried is what runs."),
    ),
    rules=(
        _(
            "A tool is a container image. It runs without network, without root, on data it can only read, "
            "and what it writes is looked at before it leaves the hospital."
        ),
        _("Inputs, outputs and needs are described, with data to test it on."),
        _("The technical board tries it before it is listed."),
    ),
    steps=(
        Step(
            _("Express your interest"),
            _(
                "A short form, read by the engagement team. The table below is what follows: a description "
                "of the software, and the technical board's report."
            ),
            "onboarding:mine",
        ),
        Step(
            _("Learn the data model"),
            _("The tables and codes your tool will find are published."),
            "dashboard:documents",
        ),
        Step(
            _("Try against the interface"),
            _("All this site does in a browser it does for programs; the interface describes itself."),
            "api:openapi-json",
        ),
        Step(_("Register your tool"), _("Description, image by digest, test data."), later=True),
        Step(_("See it run"), _("Runs over several nodes, with their logs and results."), later=True),
    ),
    table="software-provider",
)

GOVERNING_BODY = Role(
    slug="governing-body",
    title=_("Member of a governing body"),
    called=_("Stakeholder"),
    icon="person",
    tile=_("Sit on the access committee or a board: review requests, set conditions, watch the federation."),
    gets=(
        _("Everything a decision needs in one place: what is asked for, by whom, on which terms."),
        _(
            "A trail of every act at the hub and at each node that anyone can check offline: nobody can "
            "change or remove a record unseen."
        ),
        _("The federation in numbers, as this page and the catalogue show it."),
    ),
    rules=(
        _("The access committee decides; the technical and the ethical and legal board report to it."),
        _("Who has an interest in a request does not decide about it."),
        _("Each decision has a reason, and stands in the trail under the name of its role."),
    ),
    steps=(
        Step(
            _("Be named"),
            _("Members of the bodies are named by the federation, not by an application on this site."),
        ),
        Step(
            _("Sign in"),
            _("With Life Science Login, as everyone. Your role comes from the group you are put into."),
            "people:membership",
        ),
        Step(
            _("Look at the federation"),
            _("Who is there, what was harvested from whom, what was refused and why."),
            "catalogue:sources",
        ),
        Step(
            _("Review those who want to join"),
            _("Each board finds what waits for its report, and the management board what it has to decide."),
            "onboarding:theirs",
        ),
        Step(
            _("Review requests for data"),
            _("Reports of the boards, the committee's decision, and the conditions of each data holder."),
            later=True,
        ),
    ),
)

ROLES: Mapping[str, Role] = MappingProxyType(
    {role.slug: role for role in (RESEARCHER, DATA_HOLDER, SOFTWARE_PROVIDER, GOVERNING_BODY)}
)
