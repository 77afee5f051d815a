"""The pages of the search."""

from __future__ import annotations

from django.urls import path

from caimera.hub.search import basket_views, live, saved_views, views

app_name = "search"

urlpatterns = [
    path("search", views.builder, name="builder"),
    path("search/find", views.find, name="find"),
    path("questions", views.questions, name="questions"),
    path("questions/<uuid:question_id>", views.question, name="question"),
    path("questions/<uuid:question_id>/live", live.live, name="live"),
    path("questions/<uuid:question_id>/basket", basket_views.into_basket, name="into-basket"),
    path("datasets/<uuid:dataset_id>", views.dataset, name="dataset"),
    path("saved", saved_views.saved, name="saved"),
    path("saved/<uuid:saved_id>", saved_views.change, name="saved-change"),
    path("shared/<uuid:link>", saved_views.shared, name="shared"),
    path("nodes", views.nodes, name="nodes"),
]
