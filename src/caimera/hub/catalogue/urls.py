"""The pages of the catalogue."""

from __future__ import annotations

from django.urls import path

from caimera.hub.catalogue import (
    basket_views,
    comparing_views,
    dataset_views,
    list_views,
    network_views,
    point_views,
    provider_views,
    source_views,
    views,
)

app_name = "catalogue"

urlpatterns = [
    path("catalogue", list_views.catalogue, name="catalogue"),
    path("catalogue.<slug:form>", list_views.catalogue_file, name="catalogue-file"),
    path("catalogue/sources", views.sources, name="sources"),
    path("catalogue/sources/<slug:source_id>", views.source, name="source"),
    path("catalogue/sources/<slug:source_id>/keep", source_views.keep, name="keep-source"),
    path("catalogue/add-source", source_views.add, name="add-source"),
    path("catalogue/providers", provider_views.providers, name="providers"),
    path("catalogue/providers/<str:slug>", provider_views.provider, name="provider"),
    path("catalogue/series", provider_views.series, name="series"),
    path("catalogue/compare", comparing_views.compare, name="compare"),
    path("catalogue/<uuid:dataset_id>", dataset_views.dataset, name="dataset"),
    path("networks", network_views.networks, name="networks"),
    path("networks/<int:network_id>", network_views.network, name="network"),
    path("organisations/<uuid:organisation_id>/datasets", network_views.organisation, name="organisation"),
    path("biobanks/<int:biobank_id>", network_views.biobank, name="biobank"),
    path("basket", basket_views.basket, name="basket"),
    path("fdp", point_views.point, name="point"),
    path("fdp/", point_views.point),
    path("fdp/catalog/<slug:name>", point_views.catalogue, name="point-catalogue"),
    path("fdp/changes", point_views.changes, name="point-changes"),
    path("fdp/dataset/<uuid:dataset_id>", point_views.dataset, name="point-dataset"),
    path(
        "fdp/distribution/<uuid:dataset_id>-<int:number>", point_views.distribution, name="point-distribution"
    ),
    path("fdp/dump", point_views.dump, name="point-dump"),
    path("fdp/profile/<slug:name>", point_views.profile, name="point-profile"),
    path("pid/<uuid:dataset_id>", dataset_views.pid, name="pid"),
]
