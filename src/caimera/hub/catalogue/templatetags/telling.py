"""What a record says, as HTML. By hand: a template that includes itself takes five times as long."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from caimera.hub.catalogue.models import Record
from caimera.hub.catalogue.numbers import number_in_words
from caimera.hub.catalogue.words import Line, Said

register = template.Library()


@register.filter
def said(value: Said) -> SafeString:
    """One value: its text, as a link where it leads somewhere, how to read it, and its own lines."""
    text = value.text or value.address
    told = (
        format_html('<a href="{}" rel="nofollow noopener">{}</a>', value.address, text)
        if value.address
        else format_html("{}", text)
    )
    note = format_html(' <span class="count-note">{}</span>', value.note) if value.note else ""
    return format_html("{}{}{}", told, note, properties(value.lines) if value.lines else "")


@register.filter
def told(record: Record, name: str) -> str:
    """A number of a record as it is to be read: `about 120`."""
    return number_in_words(record, name)


@register.filter
def properties(lines: Iterable[Line]) -> SafeString:
    """Properties with their values, as a list of descriptions."""
    rows = (
        (line.label, format_html_join("", "<dd>{}</dd>", ((said(one),) for one in line.values)))
        for line in lines
    )
    return format_html(
        '<dl class="properties">{}</dl>', format_html_join("", "<div><dt>{}</dt>{}</div>", rows)
    )


@register.filter
def json_ld(document: Mapping[str, Any]) -> SafeString:
    """A document for search engines as a block of data, which no browser runs and no text in it can end."""
    text = json.dumps(document, ensure_ascii=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308  # escaped above
