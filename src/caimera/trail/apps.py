"""The Django application `trail`."""

from django.apps import AppConfig


class TrailConfig(AppConfig):
    """Pages over the trail, at hub and nodes alike."""

    name = "caimera.trail"
    label = "trail"

    def ready(self) -> None:
        from caimera.people import chapters
        from caimera.trail import about_person

        chapters.register(about_person.RECORDS)
