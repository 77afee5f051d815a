"""The Django application `search`."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """Questions sent, counts coming back."""

    name = "caimera.hub.search"
    label = "search"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from caimera.hub.federation import handlers
        from caimera.hub.search import actions, metrics
        from caimera.protocol.messages import Answer

        handlers.register(Answer, actions.record_answer)
        handlers.register_undelivered(actions.mark_undelivered)
        metrics.register()
