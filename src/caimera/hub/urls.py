"""The addresses of the hub."""

from __future__ import annotations

from importlib.metadata import version

from django.urls import include, path

from caimera.hub.catalogue.api import router as catalogue
from caimera.hub.describing.api import router as describing
from caimera.hub.federation.api import router as federation
from caimera.hub.onboarding.api import answer_refusals as answer_refusals_about_cases
from caimera.hub.onboarding.api import router as onboarding
from caimera.hub.onboarding.files_api import router as case_files
from caimera.hub.search.api import router as search
from caimera.hub.search.refusals import answer_refusals
from caimera.hub.search.saved_api import router as saved
from caimera.people.api import answer_refusals as answer_refusals_about_people
from caimera.people.api import router as people
from caimera.trail.api import router as traces
from caimera.web.problems import Api, BoundedParser, translate_errors

api = Api(
    title="Caimera hub",
    version=version("caimera"),
    description="Find cancer images where they lie: ask all nodes, follow their answers.",
    docs_url=None,
    parser=BoundedParser(),
    urls_namespace="api",
)
translate_errors(api)
answer_refusals(api)
answer_refusals_about_people(api)
answer_refusals_about_cases(api)
for router in (federation, catalogue, describing, search, saved, people, onboarding, case_files, traces):
    api.add_router("", router)

urlpatterns = [
    path("", include("caimera.web.health")),
    path("", include("caimera.people.urls")),
    path("", include("caimera.trail.urls")),
    path("", include("caimera.notices.urls")),
    path("api/", api.urls),
    path("", include("caimera.hub.dashboard.urls")),
    path("", include("caimera.hub.catalogue.urls")),
    path("", include("caimera.hub.search.urls")),
    path("", include("caimera.hub.describing.urls")),
    path("", include("caimera.hub.onboarding.urls")),
]
