"""The Django application `datasets`."""

from django.apps import AppConfig


class DatasetsConfig(AppConfig):
    """Datasets and their releases."""

    name = "caimera.node.datasets"
    label = "datasets"
    default_auto_field = "django.db.models.BigAutoField"
