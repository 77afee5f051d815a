"""The addresses of a node."""

from django.urls import include, path

urlpatterns = [
    path("", include("caimera.node.agent.urls")),
    path("", include("caimera.node.datasets.urls")),
    path("", include("caimera.people.urls")),
    path("", include("caimera.web.health")),
]
