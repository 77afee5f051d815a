"""The pages of the search."""

from __future__ import annotations

from django.urls import path

from caimera.hub.search import live, views

app_name = "search"

urlpatterns = [
    path("", views.builder, name="start"),
    path("search", views.builder, name="builder"),
    path("questions", views.questions, name="questions"),
    path("questions/<uuid:question_id>", views.question, name="question"),
    path("questions/<uuid:question_id>/live", live.live, name="live"),
    path("nodes", views.nodes, name="nodes"),
]
