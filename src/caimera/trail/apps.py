"""The Django application `trail`."""

from django.apps import AppConfig


class TrailConfig(AppConfig):
    """Pages over the trail, at hub and nodes alike."""

    name = "caimera.trail"
    label = "trail"
