"""The Django application `documents`."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Files that people hand in."""

    name = "caimera.hub.documents"
    label = "documents"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from caimera.hub.documents import keeping
        from caimera.hub.federation import duties
        from caimera.hub.federation.duties import Duty

        duties.register(Duty("lost files are removed", keeping.remove_lost_files, every=keeping.EVERY))
