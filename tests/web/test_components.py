"""Components: their attributes, their escaping, and that pages use nothing else of the design system."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy
from hypothesis import given, settings
from hypothesis import strategies as st

import caimera
from caimera.web.templatetags.components import ALONE, WRAPPING
from caimera.web.templatetags.icons import ICONS
from caimera.web.templatetags.shells import filled, template_of

SOURCE = Path(caimera.__file__).parent
COMPONENTS = SOURCE / "web" / "templates" / "components"
PAGES = sorted(path for path in SOURCE.rglob("templates/**/*.html") if path.parent != COMPONENTS)


def render(template: str, **context: object) -> str:
    return Template("{% load components %}" + template).render(Context(context))


def test_every_component_has_its_template_and_every_template_its_component() -> None:
    assert {path.stem for path in COMPONENTS.glob("*.html")} == {*WRAPPING, *ALONE}


@pytest.mark.parametrize("name", sorted(WRAPPING))
def test_a_wrapping_component_shows_its_content(name: str) -> None:
    given = {"heading": "level=2 "}.get(name, "")
    assert "<b>inside</b>" in render(f"{{% {name} {given}%}}<b>inside</b>{{% end{name} %}}")


@pytest.mark.parametrize("name", sorted({*WRAPPING, *ALONE} - {"icon", "checkboxes", "select"}))
@given(st.data())
@settings(max_examples=30)
def test_a_component_filled_fast_says_what_its_template_says(name: str, data: st.DataObject) -> None:
    texts = st.sampled_from(
        ["", "a", '"<b>&', SafeString("<i>&amp;</i>"), "\x02id\x03", gettext_lazy("Find")]
    )
    choices = {
        "icon": ["", "search"],
        "variant": ["primary"],
        "size": ["", "sm"],
        "tone": ["info", "error"],
        "type": ["radio"],
    }
    asked = WRAPPING.get(name) or ALONE[name]
    attributes = {
        key: data.draw(_like(usual, choices.get(key), texts), key)
        for key, usual in {**asked, **({"content": ""} if name in WRAPPING else {})}.items()
    }
    assert filled(name, attributes) == template_of(name)(attributes)


def _like(usual: object, choices: list[str] | None, texts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Attributes as pages give them, in the place of one that is usually so."""
    if choices is not None:
        return st.sampled_from(choices)
    more = st.sampled_from([None, 0, 1, 2, 1_000, True, False, UUID(int=7)])
    return st.one_of(texts, more) if isinstance(usual, str) else more


def test_an_attribute_nobody_knows_stops_the_page() -> None:
    with pytest.raises(TemplateSyntaxError, match="alert has no attribute colour; it has tone"):
        render('{% alert colour="red" %}x{% endalert %}')


def test_an_icon_nobody_drew_stops_the_page() -> None:
    with pytest.raises(TemplateSyntaxError, match="no icon unicorn; there are add"):
        render('{% icon name="unicorn" %}')


def test_icons_are_hidden_from_readers_unless_they_speak() -> None:
    assert 'aria-hidden="true"' in render('{% icon name="search" %}')
    assert 'role="img" aria-label="Search"' in render('{% icon name="search" label="Search" %}')


@pytest.mark.parametrize("name", sorted(ICONS))
def test_every_icon_is_a_path(name: str) -> None:
    assert re.fullmatch(r"[MmLlHhVvAaCcZz0-9 .,-]+", ICONS[name])


def test_what_a_person_wrote_is_escaped() -> None:
    bad = '"><script>'
    html = render("{% tag %}{{ bad }}{% endtag %}{% text_input value=bad label=bad id='x' %}", bad=bad)
    assert "<script>" not in html
    assert html.count("&lt;script&gt;") == 3


@pytest.mark.parametrize("tone", ["info", "success", "warning"])
def test_an_alert_takes_its_tone(tone: str) -> None:
    assert f'data-color="{tone}"' in render("{% alert tone=tone %}x{% endalert %}", tone=tone)


def test_djangos_error_messages_are_dangers() -> None:
    assert 'data-color="danger"' in render('{% alert tone="error" %}x{% endalert %}')


def test_fields_tell_what_is_wrong_with_them() -> None:
    html = render('{% text_input label="Age" id="age" name="age" help="In years" error="Too old" %}')
    assert 'aria-describedby="age-help age-error"' in html
    assert 'aria-invalid="true"' in html
    assert '<p class="ds-validation-message" id="age-error">Too old</p>' in html


def test_a_button_of_an_icon_alone_is_named() -> None:
    html = render('{% button icon="remove" label="Remove bar 1" %}{% endbutton %}')
    assert 'aria-label="Remove bar 1"' in html
    assert "<span>" not in html


def test_then_puts_texts_together() -> None:
    assert render('{{ "node-"|then:number }}', number=3) == "node-3"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_page_names_no_class_of_the_design_system_and_no_inline_code(page: Path) -> None:
    text = page.read_text()
    assert not re.search(r'class="[^"]*\bds-', text)
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:", text)
    assert not re.search(r"<script(?! src=)", text)
    assert not re.search(r'(src|href)="(https?:)?//', text)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_page_says_nothing_that_cannot_be_translated(page: Path) -> None:
    """Words outside of tags and template code would stay English; names, commands and units may."""
    text = re.sub(r"{%-? *blocktranslate.*?endblocktranslate *%}", "", page.read_text(), flags=re.DOTALL)
    text = re.sub(r'<p class="code">caimera [^<]*</p>', "", text)
    text = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}|<[^>]*>", "", text, flags=re.DOTALL)
    assert set(re.findall(r"[A-Za-z]{2,}", text)) <= {"Caimera"}
