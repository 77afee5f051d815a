"""Addresses of notices: one's own, what waits, what was chosen; and how the mail is doing."""

from __future__ import annotations

from django.urls import path

from caimera.notices import mail_views, views

app_name = "notices"

urlpatterns = [
    path("me/notices", views.mine, name="mine"),
    path("me/notices/read", views.read, name="read"),
    path("me/notices/preferences", views.preferences, name="preferences"),
    path("me/notices/<uuid:notice_id>", views.open_one, name="open"),
    path("me/waiting", views.waiting, name="waiting"),
    path("mail", mail_views.mail, name="mail"),
    path("mail/again", mail_views.again, name="mail-again"),
]
