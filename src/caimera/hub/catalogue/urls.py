"""The pages of the catalogue."""

from __future__ import annotations

from django.urls import path

from caimera.hub.catalogue import basket_views, views

app_name = "catalogue"

urlpatterns = [
    path("catalogue", views.catalogue, name="catalogue"),
    path("catalogue/sources", views.sources, name="sources"),
    path("catalogue/sources/<slug:source_id>", views.source, name="source"),
    path("catalogue/<uuid:dataset_id>", views.dataset, name="dataset"),
    path("basket", basket_views.basket, name="basket"),
    path("pid/<uuid:dataset_id>", views.pid, name="pid"),
]
