"""Components filled fast: each form of one is taken from its template once, with gaps for what people write.

A page has hundreds of components, and a template takes ten times as long as putting texts between texts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Any, cast
from uuid import UUID

from django.template.loader import get_template
from django.utils.functional import Promise
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

_CHOICES = frozenset({"icon", "size", "tone", "type", "variant"})
"""Attributes by whose words a template decides; of any other text only whether there is one."""
_BEGIN, _END = "\x02", "\x03"
_GAP = re.compile(f"{_BEGIN}([a-z_]+){_END}")

Given = tuple[tuple[str, type, Any], ...]


def filled(name: str, attributes: Mapping[str, Any]) -> SafeString:
    """A component as its template says it, texts escaped unless they are safe."""
    if "options" in attributes:
        return template_of(name)(attributes)
    texts = {
        key: value if isinstance(value, str) else str(value)
        for key, value in attributes.items()
        if key not in _CHOICES and isinstance(value, str | Promise | UUID) and value
    }
    others = tuple((key, type(value), value) for key, value in attributes.items() if key not in texts)
    first, *rest = _shell(name, others, tuple(texts))
    pairs = zip(rest[::2], rest[1::2], strict=True)
    return mark_safe(  # noqa: S308 (each text is escaped here, all else comes from the template)
        first + "".join(f"{conditional_escape(texts[gap])}{after}" for gap, after in pairs)
    )


@lru_cache(maxsize=2_000)
def _shell(name: str, given: Given, texts: tuple[str, ...]) -> list[str]:
    """A component's HTML around its texts: what stands before the first, its name, what follows it, …"""
    gaps = {key: mark_safe(f"{_BEGIN}{key}{_END}") for key in texts}  # noqa: S308
    return _GAP.split(template_of(name)({**{key: value for key, _kind, value in given}, **gaps}))


@cache
def template_of(name: str) -> Callable[[Mapping[str, Any]], SafeString]:
    """What fills a component's template, looked up once: that takes as long as filling it."""
    found: Any = get_template(f"components/{name}.html")
    return cast("Callable[[Mapping[str, Any]], SafeString]", found.render)
