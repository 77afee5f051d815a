"""The hub's Django settings, all of which follow from `settings.site.HubSettings`.

They are read when Django first looks, so that `settings.site` can be imported before a hub has keys.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from caimera.hub.settings.site import HubSettings
from caimera.web.site import django_settings, load

APPS = (
    "procrastinate.contrib.django",
    "caimera.web",
    "caimera.audit",
    "caimera.people",
    "caimera.hub.federation",
    "caimera.hub.search",
)


@cache
def _settings() -> dict[str, Any]:
    return django_settings(load(HubSettings), apps=APPS, urlconf="caimera.hub.urls")


def __getattr__(name: str) -> Any:
    if name.isupper() and name in _settings():
        return _settings()[name]
    raise AttributeError(f"The hub has no setting {name}.")


def __dir__() -> list[str]:
    return list(_settings())
