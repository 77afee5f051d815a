"""The Django application `mediator`."""

from django.apps import AppConfig


class MediatorConfig(AppConfig):
    """What protected datasets remember of the questions they were asked."""

    name = "caimera.node.mediator"
    label = "mediator"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let the holder of the data see every use of them."""
        from caimera.node.mediator.uses import HOLDINGS
        from caimera.trail import holdings

        holdings.register(HOLDINGS)
