"""The node's Django settings, all of which follow from `settings.site.NodeSettings`."""

from __future__ import annotations

from caimera.node.settings.site import NodeSettings
from caimera.web.site import django_settings, load, settings_module

APPS = (
    "caimera.web",
    "caimera.audit",
    "caimera.receiving",
    "caimera.people",
    "caimera.trail",
    "caimera.notices",
    "caimera.node.outbox",
    "caimera.node.datasets",
    "caimera.node.mediator",
    "caimera.node.agent",
)

__getattr__, __dir__ = settings_module(
    lambda: django_settings(load(NodeSettings), apps=APPS, urlconf="caimera.node.urls")
)
