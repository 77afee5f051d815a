"""The Django application `notices`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    """What people are told, at hub and nodes alike."""

    name = "caimera.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from caimera.notices import (
            about_person,
            counting,
            from_people,
            kinds,
            own_kinds,
            own_waiting,
            places,
            waiting,
        )
        from caimera.people import arriving, chapters
        from caimera.web import counters

        kinds.register(*own_kinds.ALL)
        from_people.register()
        for provider in own_waiting.ALL:
            waiting.register(provider)
        arriving.register(places.note_place)
        chapters.register(about_person.NOTICES)
        counters.register("notices:waiting", _("Waiting for me"), "waiting", counting.waiting)
        counters.register("notices:mine", _("Notices"), "bell", counting.unread)
