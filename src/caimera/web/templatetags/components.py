"""The components: each is a template in `components/`, each attribute and its default stands in these tables.

    {% alert tone="warning" heading="Not yet" %}…{% endalert %}
    {% icon name="search" %}

An attribute a component does not know stops the page: a slip in a template is found by the first look at it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from html import escape
from typing import Any

from django import template
from django.template import TemplateSyntaxError
from django.utils.safestring import SafeString, mark_safe

from caimera.web.templatetags.icons import ICONS
from caimera.web.templatetags.shells import filled, template_of

register = template.Library()

Attributes = Mapping[str, Any]

WRAPPING: dict[str, Attributes] = {
    "action": {"href": "", "variant": "primary", "icon": "", "id": ""},
    "alert": {"tone": "info", "heading": "", "id": ""},
    "button": {
        "variant": "primary",
        "tone": "",
        "icon": "",
        "type": "submit",
        "name": "",
        "value": "",
        "form": "",
        "id": "",
        "label": "",
        "size": "",
        "described_by": "",
    },
    "card": {"id": "", "tinted": False, "labelled_by": ""},
    "chip": {"label": "", "name": "", "value": "", "form": ""},
    "disclosure": {"summary": "", "id": "", "open": False, "note": "", "marked": False},
    "error_summary": {"heading": ""},
    "fieldset": {"legend": "", "help": "", "id": "", "hidden_legend": False},
    "heading": {"level": 2, "size": "", "id": ""},
    "link": {"href": "", "icon": ""},
    "mistake": {"id": ""},
    "skip_link": {"to": ""},
    "table": {"caption": "", "hidden_caption": False},
    "tag": {"tone": "neutral", "icon": ""},
}
"""Components around a content: name -> attributes with their defaults."""

ALONE: dict[str, Attributes] = {
    "checkbox": {
        "label": "",
        "name": "",
        "value": "",
        "form": "",
        "id": "",
        "checked": False,
        "help": "",
        "type": "checkbox",
    },
    "checkboxes": {"name": "", "id": "", "options": (), "form": ""},
    "file_input": {"label": "", "help": "", "name": "", "id": "", "accept": "", "error": ""},
    "filter_input": {"label": "", "id": "", "filters": ""},
    "icon": {"name": "", "label": ""},
    "number_input": {
        "label": "",
        "name": "",
        "form": "",
        "id": "",
        "value": "",
        "minimum": None,
        "maximum": None,
        "unit": "",
        "invalid": False,
        "described_by": "",
    },
    "select": {
        "label": "",
        "hidden_label": False,
        "name": "",
        "form": "",
        "id": "",
        "options": (),
        "chosen": "",
        "help": "",
        "error": "",
    },
    "text_area": {
        "label": "",
        "name": "",
        "id": "",
        "value": "",
        "help": "",
        "rows": 3,
        "error": "",
        "form": "",
        "spellcheck": True,
    },
    "search_input": {
        "label": "",
        "name": "",
        "id": "",
        "value": "",
        "help": "",
        "form": "",
        "address": "",
        "target": "",
    },
    "text_input": {
        "label": "",
        "name": "",
        "id": "",
        "value": "",
        "help": "",
        "maximum_length": None,
        "error": "",
        "required": False,
        "form": "",
    },
}
"""Components without a content."""


def render(name: str, allowed: Attributes, given: Attributes) -> SafeString:
    """One component as HTML.

    Raises:
        TemplateSyntaxError: an attribute the component does not know, or an icon nobody drew.
    """
    if unknown := given.keys() - allowed.keys() - {"content"}:
        wrong, right = ", ".join(sorted(unknown)), ", ".join(allowed)
        raise TemplateSyntaxError(f"The component {name} has no attribute {wrong}; it has {right}.")
    if name == "icon":
        return _icon(str(given.get("name", "")), str(given.get("label", "")))
    return filled(name, {**allowed, **given})


@lru_cache(maxsize=1_000)
def _icon(name: str, label: str) -> SafeString:
    """The same each time, unlike what is around it."""
    return template_of("icon")({"name": name, "label": label})


def wrapping(name: str, allowed: Attributes) -> Callable[..., SafeString]:
    """The tag of a component around a content."""

    def component(content: str, **attributes: Any) -> SafeString:
        return render(name, allowed, {**attributes, "content": content})

    return component


def alone(name: str, allowed: Attributes) -> Callable[..., SafeString]:
    """The tag of a component without a content."""

    def component(**attributes: Any) -> SafeString:
        return render(name, allowed, attributes)

    return component


for _name, _allowed in WRAPPING.items():
    register.simple_block_tag(wrapping(_name, _allowed), name=_name, end_name=f"end{_name}")
for _name, _allowed in ALONE.items():
    register.simple_tag(alone(_name, _allowed), name=_name)


@register.simple_tag
def boxes(name: str, id: str, options: Iterable[Sequence[Any]], form: str) -> SafeString:
    """Boxes to tick, by hand: a page may have a thousand, and a template takes ten times as long.

    An option is its value, its words, whether it is ticked, and, where some are below others, how far.
    """
    of_form = f' form="{escape(form)}"' if form else ""
    rows = (
        _BOX.format(
            depth=f' data-depth="{depth[0]}"' if depth and depth[0] else "",
            id=f"{escape(id)}-{number}",
            name=escape(name),
            value=escape(str(value)),
            more=f"{of_form}{' checked' if ticked else ''}",
            words=escape(str(words)),
        )
        for number, (value, words, ticked, *depth) in enumerate(options, 1)
    )
    return mark_safe("".join(rows))  # noqa: S308 (each part is escaped above)


_BOX = (
    '<div class="ds-field"{depth}><input class="ds-input" type="checkbox" id="{id}" name="{name}" '
    'value="{value}"{more}><label class="ds-label" for="{id}">{words}</label></div>'
)


@register.filter
def then(text: object, more: object) -> str:
    """One text after the other: ids and values put together in a page."""
    return f"{text}{more}"


@register.filter
def icon_path(name: str) -> str:
    """The drawing of an icon.

    Raises:
        TemplateSyntaxError: nobody drew it.
    """
    if name not in ICONS:
        raise TemplateSyntaxError(f"There is no icon {name}; there are {', '.join(sorted(ICONS))}.")
    return ICONS[name]
