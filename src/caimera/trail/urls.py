"""Addresses of the pages over the trail."""

from __future__ import annotations

from django.urls import path

from caimera.trail import about_views, breach_views, use_views, views

app_name = "trail"

urlpatterns = [
    path("me/trail", views.mine, name="mine"),
    path("trail", views.records, name="records"),
    path("trail/records/<int:record_id>", views.one, name="record"),
    path("trail/records/<int:record_id>/proof.json", views.proof, name="proof"),
    path("trail/about", about_views.about, name="about"),
    path("trail/checkpoint", about_views.checkpoint, name="checkpoint"),
    path("trail/touched", breach_views.page, name="touched"),
    path("trail/touched.zip", breach_views.archive, name="touched-archive"),
    path("trail/uses", use_views.uses, name="uses"),
    path("trail/uses.csv", use_views.uses_as_csv, name="uses-as-csv"),
]
