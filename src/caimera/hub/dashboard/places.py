"""Where this site leads: its own services, and the documents that belong to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere to go, and what one finds there."""

    title: Words
    text: Words
    address: str


_SERVICES: tuple[tuple[str, Words, Words], ...] = (
    ("catalogue:catalogue", _("Catalogue"), _("Every dataset, under fourteen filters. No account needed.")),
    ("search:builder", _("Federated search"), _("One question, answered by every node from its own data.")),
    ("search:questions", _("My questions"), _("What you asked, and what came back. For members.")),
    (
        "search:saved",
        _("Saved questions"),
        _("Questions kept under a name, and shared by a link. For members."),
    ),
    ("search:nodes", _("Nodes"), _("Who is there now, and what each can be asked about.")),
    ("catalogue:sources", _("Sources"), _("Where descriptions come from, and how the last reading went.")),
    (
        "describing:sources",
        _("Describe datasets"),
        _("For holders without a node: a spreadsheet, or a form. For operators."),
    ),
    ("onboarding:mine", _("Join the federation"), _("For organisations that hold data or make software.")),
    ("people:membership", _("Membership"), _("How to become a member.")),
    ("people:about-me", _("What this site knows of you"), _("To see, to take along, to have forgotten.")),
    ("api:openapi-json", _("Interface for programs"), _("All of this as JSON, described by OpenAPI.")),
)
"""Pages by name; a site shows those it has."""

_DOCUMENTS: tuple[tuple[str, Words, Words], ...] = (
    ("tutorial/", _("Tutorial"), _("A first question, from sign-in to a report.")),
    (
        "reference/question/",
        _("The question"),
        _("Every variable, operator and value that can be asked for."),
    ),
    ("how-to/publish-a-dataset/", _("Publish a dataset"), _("From a folder of images to the catalogue.")),
    ("how-to/enrol-a-node/", _("Bring a node into a federation"), _("For the operators of hub and node.")),
    (
        "explanation/what-a-node-gives-away/",
        _("What a node gives away"),
        _("How patients are protected, and how it stood up to attack."),
    ),
    ("explanation/the-trail/", _("The trail, and how to check it"), _("Every act, verifiable by anyone.")),
    (
        "reference/catalogue-profile/",
        _("Catalogue profile"),
        _("What a description says, property by property."),
    ),
    ("reference/common-data-model/", _("The common data model"), _("Tables and columns of clinical data.")),
    ("glossary/", _("Glossary"), _("The field's words, as they are used here.")),
)
"""Pages of the documentation, below the setting `documentation_url`."""

_ELSEWHERE = (
    Place(
        _("EUCAIM end-user guide"),
        _("The platform this one follows, as its users see it."),
        "https://github.com/EUCAIM/End-User-Guide",
    ),
    Place(
        _("EUCAIM DCAT-AP"),
        _("The profile by which datasets are described."),
        "https://github.com/EUCAIM/eucaim_dcat_ap",
    ),
    Place(
        _("European Health Data Space"),
        _("Regulation (EU) 2025/327, which descriptions here refer to."),
        "https://eur-lex.europa.eu/eli/reg/2025/327/oj",
    ),
)


def address_of(name: str) -> str:
    """The address of a page by its name; empty where the site does not have it."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def services() -> Iterator[Place]:
    """Every service of this site."""
    for name, title, text in _SERVICES:
        if address := address_of(name):
            yield Place(title, text, address)


def documents() -> Iterator[Place]:
    """The software's documentation, where the operator keeps it, and what it stands on."""
    if where := settings.SITE.documentation_url:
        yield from (Place(title, text, f"{where}{path}") for path, title, text in _DOCUMENTS)
    yield from _ELSEWHERE
