"""The addresses of the hub."""

from __future__ import annotations

from importlib.metadata import version

from django.urls import include, path
from ninja import NinjaAPI

from caimera.hub.federation.api import router as federation
from caimera.hub.search.api import router as search
from caimera.web.problems import BoundedParser, translate_errors

api = NinjaAPI(
    title="Caimera hub",
    version=version("caimera"),
    description="Find cancer images where they lie: ask all nodes, follow their answers.",
    docs_url=None,
    parser=BoundedParser(),
    urls_namespace="api",
)
translate_errors(api)
for router in (federation, search):
    api.add_router("", router)

urlpatterns = [
    path("", include("caimera.web.health")),
    path("", include("caimera.people.urls")),
    path("api/", api.urls),
    path("", include("caimera.hub.search.urls")),
]
