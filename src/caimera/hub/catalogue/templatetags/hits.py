"""A dataset in a list and its basket button, by hand: a page has a hundred, templates take thrice as long."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caimera.hub.catalogue.finding import Hit
from caimera.hub.catalogue.models import Record
from caimera.hub.catalogue.numbers import number_in_words
from caimera.hub.catalogue.templatetags.basket import in_basket
from caimera.protocol.messages import CountKind
from caimera.web.templatetags.components import ALONE, WRAPPING
from caimera.web.templatetags.components import render as component

register = template.Library()

_ENTRY = (
    '<li class="history-entry">{}<p class="small-print">{}{}</p>{}<ul class="hit-facts">{}</ul>'
    '<div class="actions hit-actions">{}<div class="screen-only">{}</div></div></li>'
)
_BASKET = (
    '<form class="basket-button" id="basket-{pk}-form" method="post" action="{basket}" hx-post="{basket}" '
    'hx-target="this" hx-swap="outerHTML"><input type="hidden" name="csrfmiddlewaretoken" value="{token}">'
    '<input type="hidden" name="next" value="{back}"><input type="hidden" name="search" value="{search}">'
    "{button}</form>"
)


@register.simple_tag(takes_context=True)
def hit_entry(context: Context, hit: Hit, found_by: str) -> SafeString:
    """A dataset found: what it is called, whose it is, the words around what was found, and what is in it."""
    record = hit.record
    address = reverse("catalogue:dataset", args=[record.pk])
    version = " · " + _("version %s") % record.version if record.version else ""
    return format_html(
        _ENTRY,
        _wrapped("heading", format_html('<a href="{}">{}</a>', address, record.title), level=3, size="2xs"),
        record.provider or _("Provider not recorded"),
        version,
        format_html("<p>{}</p>", hit.snippet) if hit.snippet else "",
        format_html_join("", "<li>{}</li>", ((fact,) for fact in _facts(hit))),
        basket_button(context, record, found_by),
        _compare(record),
    )


@register.simple_tag(takes_context=True)
def basket_button(context: Context, record: Record, found_by: str = "") -> SafeString:
    """A form that puts a dataset into the basket, or takes it out; `found_by` is the search that led here."""
    request = context["request"]
    if in_basket(context, record.pk):
        looks, verb, words = {"variant": "tertiary", "icon": "remove"}, "take", _("Take out of the basket")
    else:
        looks, verb, words = {"variant": "secondary", "icon": "basket"}, "put", _("Put into the basket")
    named = {
        "name": verb,
        "value": record.pk,
        "id": f"basket-{record.pk}",
        "label": f"{words}: {record.title}",
    }
    return format_html(
        _BASKET,
        pk=record.pk,
        basket=reverse("catalogue:basket"),
        token=context.get("csrf_token") or "",
        back=request.POST.get("next") or request.get_full_path(),
        search=found_by,
        button=_wrapped("button", words, size="sm", **looks, **named),
    )


def _facts(hit: Hit) -> Iterator[str]:
    """How many subjects and studies, and of what kind."""
    record = hit.record
    yield _subjects(record)
    if record.studies is not None:
        said = ngettext("%(told)s study", "%(told)s studies", record.studies)
        yield said % {"told": number_in_words(record, "studies")}
    yield from hit.facts


def _subjects(record: Record) -> str:
    told = number_in_words(record, "subjects")
    if record.counts.get("subjects", {}).get("kind") == CountKind.FEWER_THAN:
        return _("%(told)s subjects") % {"told": told}
    if record.subjects is None:
        return _("Subjects not told")
    return ngettext("%(told)s subject", "%(told)s subjects", record.subjects) % {"told": told}


def _compare(record: Record) -> SafeString:
    label = format_html('{}<span class="unseen"> {}</span>', _("Compare"), record.title)
    given = {"label": label, "name": "dataset", "value": record.pk, "form": "compare-form"}
    return component("checkbox", ALONE["checkbox"], {**given, "id": f"compare-{record.pk}"})


def _wrapped(name: str, content: str, /, **given: Any) -> SafeString:
    return component(name, WRAPPING[name], {**given, "content": content})
