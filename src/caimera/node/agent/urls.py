"""The node's page."""

from django.urls import path

from caimera.node.agent import views

app_name = "agent"
urlpatterns = [path("", views.node, name="node")]
