"""The Django application `catalogue`."""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """Datasets described, harvested, found."""

    name = "caimera.hub.catalogue"
    label = "catalogue"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from caimera.hub.catalogue import actions, tasks
        from caimera.hub.federation import duties, handlers
        from caimera.hub.federation.duties import Duty
        from caimera.protocol.messages import CatalogueChanged, CatalogueListed, RecordsGiven

        handlers.register(CatalogueChanged, actions.hear_changes)
        handlers.register(CatalogueListed, actions.hear_lists)
        handlers.register(RecordsGiven, actions.hear_records)
        duties.register(
            Duty("catalogues are harvested", tasks.harvest, every=1.0, channel=actions.CHANNEL, sends=True)
        )
