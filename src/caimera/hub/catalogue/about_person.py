"""What the catalogue knows of a person, for themselves: what is in their basket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from caimera.hub.catalogue.models import BasketItem
from caimera.people.chapters import Chapter
from caimera.people.models import Person


def _items(person: Person) -> QuerySet[BasketItem]:
    return BasketItem.objects.filter(owner=person)


def _told(person: Person) -> Sequence[Mapping[str, Any]]:
    return [
        {
            "dataset": str(item.record_id),
            "title": item.record.title,
            "version": item.version,
            "search": item.search,
            "question": item.question,
            "question_id": str(item.question_id) if item.question_id else None,
            "added_at": item.added_at.isoformat(),
        }
        for item in _items(person).select_related("record")
    ]


def _forget(person: Person) -> None:
    _items(person).delete()


BASKET = Chapter(
    name="basket",
    label=_("Datasets in your basket"),
    count=lambda person: _items(person).count(),
    told=_told,
    forget=_forget,
    address="catalogue:basket",
)
