"""The addresses of a node."""

from importlib.metadata import version

from django.urls import include, path

from caimera.people.api import answer_refusals
from caimera.trail.api import router as traces
from caimera.web.problems import Api, BoundedParser, translate_errors

api = Api(
    title="Caimera node",
    version=version("caimera"),
    description="Report what other programs do with the data of this node, and read one's own reports.",
    docs_url=None,
    parser=BoundedParser(),
    urls_namespace="api",
)
translate_errors(api)
answer_refusals(api)
api.add_router("", traces)

urlpatterns = [
    path("", include("caimera.node.agent.urls")),
    path("", include("caimera.node.datasets.urls")),
    path("", include("caimera.people.urls")),
    path("", include("caimera.trail.urls")),
    path("", include("caimera.notices.urls")),
    path("api/", api.urls),
    path("", include("caimera.web.health")),
]
