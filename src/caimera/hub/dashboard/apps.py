"""The Django application `dashboard`."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    """The front door; it keeps nothing."""

    name = "caimera.hub.dashboard"
    label = "dashboard"
