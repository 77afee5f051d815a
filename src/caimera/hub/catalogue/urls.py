"""The pages of the catalogue."""

from __future__ import annotations

from django.urls import path

from caimera.hub.catalogue import basket_views, list_views, views

app_name = "catalogue"

urlpatterns = [
    path("catalogue", list_views.catalogue, name="catalogue"),
    path("catalogue.<slug:form>", list_views.catalogue_file, name="catalogue-file"),
    path("catalogue/sources", views.sources, name="sources"),
    path("catalogue/sources/<slug:source_id>", views.source, name="source"),
    path("catalogue/<uuid:dataset_id>", views.dataset, name="dataset"),
    path("basket", basket_views.basket, name="basket"),
    path("pid/<uuid:dataset_id>", views.pid, name="pid"),
]
