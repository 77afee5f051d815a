"""The Django application `federation`."""

from django.apps import AppConfig


class FederationConfig(AppConfig):
    """The nodes of the federation."""

    name = "caimera.hub.federation"
    label = "federation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from caimera.hub.federation import actions, handlers, metrics, queries
        from caimera.protocol.messages import Presence
        from caimera.web.health import register_check

        handlers.register(Presence, actions.hear_presences)
        register_check("worker", queries.worker_problem)
        metrics.register()
