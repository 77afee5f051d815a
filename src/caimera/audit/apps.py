"""The Django application `audit`."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Append-only records of what happened."""

    name = "caimera.audit"
    label = "audit"
    default_auto_field = "django.db.models.BigAutoField"
