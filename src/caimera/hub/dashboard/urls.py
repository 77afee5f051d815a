"""The front door, the roles, and the site's own word."""

from __future__ import annotations

from django.urls import path

from caimera.hub.dashboard import views
from caimera.hub.dashboard.legal import SECURITY_TXT

app_name = "dashboard"

urlpatterns = [
    path("", views.home, name="home"),
    path("become/<slug:slug>", views.role, name="role"),
    path("documents", views.documents, name="documents"),
    path("privacy", views.privacy, name="privacy"),
    path("accessibility", views.accessibility, name="accessibility"),
    path("imprint", views.imprint, name="imprint"),
    path(SECURITY_TXT[1:], views.security_txt, name="security-txt"),
]
