"""Addresses of signing in and out, and of membership."""

from django.urls import path

from caimera.people import views

app_name = "people"

urlpatterns = [
    path("sign-in", views.sign_in, name="sign-in"),
    path("sign-in/callback", views.callback, name="callback"),
    path("sign-out", views.sign_out, name="sign-out"),
    path("membership", views.membership, name="membership"),
]
