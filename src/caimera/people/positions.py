"""Where an organisation is: latitude and longitude in degrees, WGS 84."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from caimera.people.errors import ActRefused

_POSITION = re.compile(r"\s*([+-]?\d{1,2}(?:\.\d{1,8})?)\s*[,;]\s*([+-]?\d{1,3}(?:\.\d{1,8})?)\s*", re.ASCII)


def position_of(text: str) -> tuple[float, float] | tuple[None, None]:
    """The latitude and longitude somebody wrote, `52.37, 4.90`; none where nothing is written.

    Raises ActRefused.
    """
    if not text.strip():
        return None, None
    found = _POSITION.fullmatch(text)
    latitude, longitude = (float(found[1]), float(found[2])) if found else (90.5, 0.0)
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise ActRefused(
            _("Write latitude and longitude in degrees, such as 52.37, 4.90; south and west are below zero.")
        )
    return latitude, longitude
