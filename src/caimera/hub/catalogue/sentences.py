"""What a visitor looks for, as a sentence."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caimera.hub.catalogue.counting import label_of
from caimera.hub.catalogue.facets import FACETS
from caimera.hub.catalogue.filters import Query


def in_words(query: Query) -> str:
    """A query as a sentence, such as: Datasets with “lung”, modality CT or MR, at least 100 subjects."""
    said = list(_parts(query))
    return _("Datasets with %s.") % ", ".join(said) if said else _("All datasets.")


def _parts(query: Query) -> Iterator[str]:
    if query.text:
        yield _("the words “%s”") % query.text
    for facet in FACETS:
        if keys := query.chosen.get(facet.name):
            labels = _(" or ").join(label_of(facet, key) for key in keys)
            yield f"{str(facet.title).lower()} “{labels}”"
    yield from _ranges(query)


def _ranges(query: Query) -> Iterator[str]:
    if query.least is not None:
        yield ngettext("at least %d subject", "at least %d subjects", query.least) % query.least
    if query.most is not None:
        yield ngettext("at most %d subject", "at most %d subjects", query.most) % query.most
    if query.youngest is not None:
        yield _("subjects of %d years or older") % query.youngest
    if query.oldest is not None:
        yield _("subjects of %d years or younger") % query.oldest
