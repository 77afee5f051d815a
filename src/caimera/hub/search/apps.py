"""The Django application `search`."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """Questions sent, counts coming back."""

    name = "caimera.hub.search"
    label = "search"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from caimera.hub.catalogue import neighbours
        from caimera.hub.federation import duties, handlers
        from caimera.hub.federation.duties import Duty
        from caimera.hub.search import about_dataset, about_person, actions, metrics, tasks, uses
        from caimera.people import chapters
        from caimera.protocol.messages import Answer
        from caimera.trail import holdings

        handlers.register(Answer, actions.record_answers)
        handlers.register_undelivered(actions.mark_undelivered)
        duties.register(
            Duty("questions are sent", tasks.send_questions, every=1.0, channel=actions.ASKED, sends=True)
        )
        duties.register(Duty("questions are closed", tasks.close_questions, every=1.0))
        metrics.register()
        neighbours.register(about_dataset.answers)
        chapters.register(about_person.ASKED)
        chapters.register(about_person.KEPT)
        holdings.register(uses.HOLDINGS)
