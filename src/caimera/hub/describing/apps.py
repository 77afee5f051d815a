"""The Django application `describing`."""

from django.apps import AppConfig


class DescribingConfig(AppConfig):
    """Datasets described by a person."""

    name = "caimera.hub.describing"
    label = "describing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from caimera.hub.describing.about_person import DRAFTS
        from caimera.people import chapters

        chapters.register(DRAFTS)
