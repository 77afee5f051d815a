"""The pages of the catalogue."""

from __future__ import annotations

from django.urls import path

from caimera.hub.catalogue import (
    basket_views,
    comparing_views,
    dataset_views,
    list_views,
    provider_views,
    views,
)

app_name = "catalogue"

urlpatterns = [
    path("catalogue", list_views.catalogue, name="catalogue"),
    path("catalogue.<slug:form>", list_views.catalogue_file, name="catalogue-file"),
    path("catalogue/sources", views.sources, name="sources"),
    path("catalogue/sources/<slug:source_id>", views.source, name="source"),
    path("catalogue/providers", provider_views.providers, name="providers"),
    path("catalogue/providers/<str:slug>", provider_views.provider, name="provider"),
    path("catalogue/series", provider_views.series, name="series"),
    path("catalogue/compare", comparing_views.compare, name="compare"),
    path("catalogue/<uuid:dataset_id>", dataset_views.dataset, name="dataset"),
    path("basket", basket_views.basket, name="basket"),
    path("pid/<uuid:dataset_id>", dataset_views.pid, name="pid"),
]
