"""Addresses behind the door a page was opened by."""

from __future__ import annotations

from typing import Any

from django import template

from caimera.hub.onboarding.doors import OWN, THEIRS
from caimera.hub.onboarding.models import Case

register = template.Library()

_DOORS = {door.name: door for door in (OWN, THEIRS)}


@register.simple_tag
def page_of(door: str, page: str, case: Case, **values: Any) -> str:
    """The address of a page of a case."""
    return _DOORS[door].address(page, case, **values)
