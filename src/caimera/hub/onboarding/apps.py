"""The Django application `onboarding`."""

from django.apps import AppConfig


class OnboardingConfig(AppConfig):
    """Organisations becoming part; the hub does not start with a table that asks for a form nobody wrote."""

    name = "caimera.hub.onboarding"
    label = "onboarding"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from caimera.forms import form
        from caimera.hub.federation import duties
        from caimera.hub.federation.duties import Duty
        from caimera.hub.onboarding import following, keeping, noticing, queries
        from caimera.hub.onboarding.about_person import CASES
        from caimera.notices import kinds, reminding, waiting
        from caimera.people import chapters
        from caimera.workflow import workflow

        for name in queries.WORKFLOWS:
            for wanted in workflow(name).forms:
                form(wanted)
        chapters.register(CASES)
        kinds.register(*noticing.KINDS)
        following.register("notices", noticing.follow)
        reminding.register("cases", noticing.remind)
        waiting.register(noticing.WAITING)
        duties.register(Duty("silent cases end", keeping.end_silent_cases, every=keeping.EVERY))
