"""Django settings for mypy only: the models of both sites at once, and nothing that needs a running part."""

from pathlib import Path
from typing import Any

from caimera.hub.settings.site import HubSettings

SITE: Any = HubSettings.model_construct(site_id="types", base_url="https://types.invalid")
NODE_MODULES_DIR = Path("node_modules")
SECRET_KEY = "for-types-only"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "procrastinate.contrib.django",
    "caimera.web",
    "caimera.audit",
    "caimera.receiving",
    "caimera.people",
    "caimera.notices",
    "caimera.hub.federation",
    "caimera.hub.catalogue",
    "caimera.hub.search",
    "caimera.hub.documents",
    "caimera.hub.onboarding",
    "caimera.hub.describing",
    "caimera.node.outbox",
    "caimera.node.datasets",
    "caimera.node.mediator",
    "caimera.node.agent",
]
AUTH_USER_MODEL = "people.Person"
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql"}}
