"""The Django application `receiving`."""

from django.apps import AppConfig


class ReceivingConfig(AppConfig):
    """Which letters counted, and how many were refused."""

    name = "caimera.receiving"
    label = "receiving"
    default_auto_field = "django.db.models.BigAutoField"
