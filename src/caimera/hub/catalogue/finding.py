"""From a query to a page of results: words by PostgreSQL, facets by the index, records by their keys."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction
from django.utils.html import conditional_escape, format_html_join
from django.utils.safestring import SafeString, mark_safe

from caimera.hub.catalogue.counting import FacetCounts, facet_counts, label_of
from caimera.hub.catalogue.facets import FACET, FACETS
from caimera.hub.catalogue.filters import Query
from caimera.hub.catalogue.index import index
from caimera.hub.catalogue.models import Record

_RANKS = """
SELECT coalesce(string_agg(id::text, ' '), ''), coalesce(string_agg(ts_rank(search, words)::text, ' '), '')
FROM catalogue_record, websearch_to_tsquery('english', %s) AS words
WHERE search @@ words AND withdrawn_at IS NULL"""
"""Two texts, as taking thousands of rows one by one takes longer than finding and ranking them."""
# The marks around what was found are control characters, which no record's text holds.
_BEGIN, _END = "\x02", "\x03"
_SNIPPETS = """
SELECT id, ts_headline('english', title || ' — ' || description, websearch_to_tsquery('english', %s), %s)
FROM catalogue_record WHERE id = ANY(%s)"""
_HOW = f'StartSel="{_BEGIN}", StopSel="{_END}", FragmentDelimiter=" … ", '
_HOW += "MaxFragments=2, MaxWords=24, MinWords=10"
_SHORT = 240
_FACTS = ("modality", "body_part", "condition", "tier")


@dataclass(frozen=True, slots=True)
class Hit:
    """A dataset found, with the words around what was looked for."""

    record: Record
    snippet: str | SafeString

    @property
    def facts(self) -> Sequence[str]:
        """What kind of images, of what: the labels of a few facets."""
        return [
            ", ".join(label_of(FACET[name], key) for key in keys)
            for name in _FACTS
            if (keys := self.record.facets.get(name))
        ]


@dataclass(frozen=True, slots=True)
class Results:
    """One page of what a query finds, and every facet's counts."""

    query: Query
    count: int
    total: int
    pages: int
    hits: Sequence[Hit]
    facets: Sequence[FacetCounts]


def find(query: Query) -> Results:
    """What the catalogue has for a query."""
    known = index()
    found = known.find(query, known.scores(query.text, _ranks))
    pages = max(1, math.ceil(len(found.ids) / query.size))
    query = query.at(min(query.page, pages))
    shown = found.ids[(query.page - 1) * query.size : query.page * query.size]
    return Results(
        query=query,
        count=len(found.ids),
        total=len(known),
        pages=pages,
        hits=_hits(shown, query.text),
        facets=[facet_counts(facet, found.counts[facet.name], query) for facet in FACETS],
    )


def found_ids(query: Query) -> Sequence[UUID]:
    """Every dataset a query finds, in its order."""
    known = index()
    return known.find(query, known.scores(query.text, _ranks)).ids


def _ranks(text: str) -> dict[str, float]:
    """The records the words are in, each with its rank."""
    with transaction.atomic(), connection.cursor() as cursor:
        # The planner thinks reading every record's words cheap; it takes three times as long as the index.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(_RANKS, [text])
        ids, ranks = cursor.fetchone()
    return dict(zip(ids.split(), map(float, ranks.split()), strict=True))


def _hits(ids: Sequence[UUID], text: str) -> list[Hit]:
    records = Record.objects.defer("turtle", "told", "conformance", "keywords").in_bulk(ids)
    snippets = _snippets(ids, text) if text else {}
    return [
        Hit(records[one], snippets.get(one) or _begin_of(records[one].description))
        for one in ids
        if one in records
    ]


def _begin_of(description: str) -> str:
    if len(description) <= _SHORT:
        return description
    return description[:_SHORT].rpartition(" ")[0] + " …"


def _snippets(ids: Sequence[UUID], text: str) -> dict[UUID, SafeString]:
    with connection.cursor() as cursor:
        cursor.execute(_SNIPPETS, [text, _HOW, list(ids)])
        return {dataset_id: _marked(snippet) for dataset_id, snippet in cursor.fetchall()}


def _marked(snippet: str) -> SafeString:
    """The text with `<mark>` around what was found, all else escaped."""
    first, *others = snippet.split(_BEGIN)
    parts = [(found, rest) for found, _end, rest in (each.partition(_END) for each in others)]
    return mark_safe(conditional_escape(first)) + format_html_join("", "<mark>{}</mark>{}", parts)  # noqa: S308
