"""The Django application `audit`."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Append-only records of what happened."""

    name = "caimera.audit"
    label = "audit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let operators see when records wait too long for their places."""
        from caimera.audit.queries import trail_problem
        from caimera.web.health import register_check

        register_check("trail", trail_problem)
