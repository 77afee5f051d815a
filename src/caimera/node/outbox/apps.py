"""The Django application `outbox`."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """Messages to the hub, written in the transaction of what they tell."""

    name = "caimera.node.outbox"
    label = "outbox"
    default_auto_field = "django.db.models.BigAutoField"
