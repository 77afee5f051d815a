"""The FAIR Data Point."""

from django.urls import path

from caimera.node.datasets import views

app_name = "fdp"
urlpatterns = [
    path("fdp", views.point, name="point"),
    path("fdp/", views.point),
    path("fdp/catalog/<slug:name>", views.catalogue, name="catalogue"),
    path("fdp/dataset/<uuid:dataset_id>", views.dataset, name="dataset"),
    path("fdp/distribution/<uuid:dataset_id>", views.distribution, name="distribution"),
    path("fdp/changes", views.changes, name="changes"),
    path("fdp/dump", views.dump, name="dump"),
    path("fdp/profile/<slug:name>", views.profile, name="profile"),
]
