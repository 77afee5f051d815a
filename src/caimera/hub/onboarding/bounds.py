"""What of a written form is kept: bounded, in characters a database can hold, with files that are there."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _

from caimera.forms import Form, Given, Kind
from caimera.hub.onboarding.errors import Incomplete

MOST_VALUES = 50
"""Values of one answer; no question has so many choices."""
LONGEST = 25_000
"""Characters of one value: more than any answer may have, so that what is too long can be told and mended."""


def bounded(form: Form, given: Given, documents: Collection[str]) -> dict[str, list[str]]:
    """What was given for the questions of a form; of files, those that are among `documents`.

    Raises Incomplete where something is far more than could be an answer.
    """
    kept: dict[str, list[str]] = {}
    for question in form.questions:
        values = [_plain(value) for value in given.get(question.name, ())]
        if question.kind is Kind.FILES:
            values = list(dict.fromkeys(value for value in values if value in documents))
        if len(values) > MOST_VALUES or any(len(value) > LONGEST for value in values):
            sentence = _("This is far too long to be kept. Shorten it, or hand it in as a file.")
            raise Incomplete(form.title, {question.name: sentence})
        if values:
            kept[question.name] = values
    return kept


def _plain(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "replace").decode()
