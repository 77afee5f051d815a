"""The Django application `catalogue`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogueConfig(AppConfig):
    """Datasets described, harvested, found."""

    name = "caimera.hub.catalogue"
    label = "catalogue"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from caimera.hub.catalogue import about_person, actions, basket_actions, baskets, noticing, tasks
        from caimera.hub.federation import duties, handlers
        from caimera.hub.federation.duties import Duty
        from caimera.notices import kinds, reminding, waiting
        from caimera.people import arriving, chapters
        from caimera.protocol.messages import CatalogueChanged, CatalogueListed, RecordsGiven
        from caimera.web import counters

        handlers.register(CatalogueChanged, actions.hear_changes)
        handlers.register(CatalogueListed, actions.hear_lists)
        handlers.register(RecordsGiven, actions.hear_records)
        duties.register(
            Duty("catalogues are harvested", tasks.harvest, every=5.0, channel=actions.CHANNEL, sends=True)
        )
        arriving.register(basket_actions.merge)
        chapters.register(about_person.BASKET)
        counters.register("catalogue:basket", _("Basket"), "basket", baskets.count)
        kinds.register(*noticing.KINDS)
        noticing.register()
        reminding.register("sources", noticing.remind)
        for provider in noticing.WAITING:
            waiting.register(provider)
        duties.register(
            Duty("catalogues on the web are read", tasks.harvest_the_web, every=5.0, channel=actions.CHANNEL)
        )
