"""The hub's Django settings, all of which follow from `settings.site.HubSettings`."""

from __future__ import annotations

from caimera.hub.settings.site import HubSettings
from caimera.web.site import django_settings, load, settings_module

APPS = (
    "procrastinate.contrib.django",
    "caimera.web",
    "caimera.audit",
    "caimera.receiving",
    "caimera.people",
    "caimera.trail",
    "caimera.notices",
    "caimera.hub.federation",
    "caimera.hub.catalogue",
    "caimera.hub.search",
    "caimera.hub.documents",
    "caimera.hub.onboarding",
    "caimera.hub.describing",
    "caimera.hub.dashboard",
)

__getattr__, __dir__ = settings_module(
    lambda: django_settings(load(HubSettings), apps=APPS, urlconf="caimera.hub.urls")
)
