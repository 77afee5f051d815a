"""Describing datasets: sources, sheets, drafts, the form."""

from __future__ import annotations

from django.urls import path

from caimera.hub.describing import dataset_views, views

app_name = "describing"

urlpatterns = [
    path("describe", views.sources, name="sources"),
    path("describe/drafts/<uuid:draft_id>", views.draft, name="draft"),
    path("describe/<slug:source_id>", views.source, name="source"),
    path("describe/<slug:source_id>/template.xlsx", views.template, name="template"),
    path("describe/<slug:source_id>/dataset", dataset_views.new, name="new"),
    path("describe/<slug:source_id>/dataset/<uuid:dataset_id>", dataset_views.edit, name="edit"),
    path(
        "describe/<slug:source_id>/dataset/<uuid:dataset_id>/withdraw",
        dataset_views.withdraw,
        name="withdraw",
    ),
]
