"""Joining the federation: the applicant's own pages, and those of the roles that take part."""

from __future__ import annotations

from django.urls import path

from caimera.hub.onboarding import form_views, views
from caimera.hub.onboarding.doors import by_applicant, by_role

app_name = "onboarding"

urlpatterns = [
    path("join", views.mine, name="mine"),
    path("join/begin", views.begin, name="begin"),
    path("join/<uuid:case_id>", by_applicant(views.case), name="own-case"),
    path("join/<uuid:case_id>/move", by_applicant(views.move), name="own-move"),
    path("join/<uuid:case_id>/forms/<slug:name>", by_applicant(form_views.form), name="own-form"),
    path(
        "join/<uuid:case_id>/documents/<uuid:document_id>",
        by_applicant(form_views.document),
        name="own-document",
    ),
    path("cases", views.theirs, name="theirs"),
    path("cases/<uuid:case_id>", by_role(views.case), name="their-case"),
    path("cases/<uuid:case_id>/move", by_role(views.move), name="their-move"),
    path("cases/<uuid:case_id>/forms/<slug:name>", by_role(form_views.form), name="their-form"),
    path(
        "cases/<uuid:case_id>/documents/<uuid:document_id>",
        by_role(form_views.document),
        name="their-document",
    ),
]
