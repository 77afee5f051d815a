"""Roles: what each is for, in words, and the permissions it carries. Pure; the tables below are all there is.

A route names one permission (`people.access.needs`), never a role. Who holds a role is said by a group
inside the membership group, or by an act of an operator (`granting`); being a researcher is membership.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from caimera.workflow import Transition, Workflow, workflows

MEMBER = "member"
"""The permission every member has."""

RESEARCHER = "researcher"
"""The role that membership gives."""

DELEGATE = "data-holder-delegate"
"""The role of who speaks for an organisation, which a group gives, too."""


@dataclass(frozen=True, slots=True)
class Role:
    """Somebody the federation knows.

    `group` is the group inside the membership group whose people hold it; `given` says whether an operator
    may give it; with `four_eyes` a second operator has to confirm that. `reads` are the nouns of the acts
    (`question.asked` is one of `question`) that it may read in the trail.
    """

    name: str
    label: str
    description: str
    permissions: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    group: str = ""
    given: bool = True
    four_eyes: bool = False

    @property
    def duties(self) -> Iterator[tuple[Workflow, tuple[Transition, ...]]]:
        """What a workflow's table has this role do."""
        for one in newest(workflows()):
            if own := tuple(way for way in one.transitions if self.name in way.roles):
                yield one, own


PERMISSIONS: Mapping[str, str] = MappingProxyType(
    {
        MEMBER: "Ask all nodes, see their counts, keep questions and share them",
        "data.see": "See at a node which datasets it holds, what they were asked, and how they are protected",
        "members.read": "See who applied to become a member, and who is one",
        "members.decide": "Accept, refuse and end memberships, and ask applicants back",
        "roles.read": "See who holds which role, since when, until when and why",
        "roles.give": "Give roles and take them away; confirm what another operator asked for",
        "organisations.read": "See organisations with their delegates, networks and imaging biobanks",
        "cases.see": "See who wants to become a data holder or software provider, if one's role takes part",
        "organisations.keep": "Take organisations on, and say who speaks for them",
        "datasets.describe": "Describe datasets of holders without a node, by spreadsheet or form",
        "sources.keep": "Add catalogues on the web as sources, stop reading them, and take them out again",
        "mail.keep": "See whether this site's mail goes out and which addresses refuse it, and try again",
        "accounts.keep": "Make accounts for programs and end them",
        "trail.see": "Read in the trail the kinds of acts that are this role's, under pseudonyms",
        "trail.all": "Read the whole trail with people's names, and take out what a breach touched",
        "uses.see": "See every use of one's organisation's data, and take that along",
        "traces.write": "Report to the trail what other programs do with data (the tracer's interface)",
    }
)
"""Everything that needs more than being signed in, in words."""

_ALL = (
    Role(
        RESEARCHER,
        "Researcher",
        "Looks for data across the federation. A researcher is a member: membership gives this role, its end "
        "takes it away. Counts may be seen; each dataset itself has to be asked for.",
        (MEMBER,),
        given=False,
    ),
    Role(
        "software-provider",
        "Software provider",
        "Brings software that runs where the data lie, and keeps its description and its images up to date.",
    ),
    Role(
        DELEGATE,
        "Data holder's delegate",
        "Speaks for an organisation that holds data: keeps its datasets, sees every use of them, and answers "
        "who asks for them.",
        ("data.see", "uses.see", "traces.write"),
        group="data-holders",
    ),
    Role(
        "stakeholder",
        "Stakeholder",
        "Patients' organisations, public bodies, companies and others who follow the federation without "
        "using its data. They see what anyone may see.",
    ),
    Role(
        "access-committee",
        "Access committee",
        "Decides on requests for access and on data holders who want to join, after the boards' reports.",
        ("organisations.read", "cases.see", "trail.see"),
        reads=("application", "permit", "organisation", "delegate", "network", "biobank"),
        group="access-committee",
    ),
    Role(
        "technical-board",
        "Technical board",
        "Judges what is technical: the quality of data, the fitness of software, the safety of a site.",
        ("organisations.read", "cases.see", "trail.see"),
        reads=(
            "node",
            "hub",
            "message",
            "checkpoint",
            "database",
            "dataset",
            "source",
            "catalogue",
            "record",
        ),
        group="technical-board",
    ),
    Role(
        "legal-board",
        "Ethical and legal board",
        "Judges what is ethical and legal: approvals, agreements, the lawfulness of a purpose.",
        ("organisations.read", "cases.see", "trail.see"),
        reads=("question", "trace", "dataset", "application", "permit", "policies", "access", "trail"),
        group="legal-board",
    ),
    Role(
        "management-board",
        "Management board",
        "Sets the rules by which the committee decides, and sees that roles are in the right hands.",
        ("members.read", "roles.read", "organisations.read", "cases.see", "trail.see"),
        reads=("membership", "role", "account", "token", "policies", "organisation", "delegate", "trail"),
        group="management-board",
    ),
    Role(
        "engagement",
        "Engagement and first-line support",
        "The first to answer: helps newcomers, data holders and software providers on their way.",
        ("members.read", "organisations.read", "cases.see", "trail.see"),
        reads=("membership", "organisation", "delegate"),
        group="engagement",
    ),
    Role(
        "operator",
        "Operator",
        "Runs this site: decides on memberships, gives roles, takes organisations on. No group makes an "
        "operator: one operator asks, another confirms.",
        tuple(name for name in PERMISSIONS if name not in (MEMBER, "data.see", "uses.see", "traces.write")),
        four_eyes=True,
    ),
)

ROLES: Mapping[str, Role] = MappingProxyType({role.name: role for role in _ALL})
"""Every role, in the order it is printed."""

BY_GROUP: Mapping[str, Role] = MappingProxyType({role.group: role for role in _ALL if role.group})


def permissions_of(roles: Iterable[str]) -> frozenset[str]:
    """What the holders of these roles may do; names that are no role give nothing."""
    return frozenset(one for name in roles if name in ROLES for one in ROLES[name].permissions)


def roles_with(permission: str) -> tuple[Role, ...]:
    """The roles that carry a permission."""
    return tuple(role for role in _ALL if permission in role.permissions)


def newest(tables: Iterable[Workflow]) -> tuple[Workflow, ...]:
    """The last version of each workflow."""
    return tuple({one.name: one for one in tables}.values())
