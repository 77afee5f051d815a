"""The proof of one record, out of the database, with as much of the record as its reader may see."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from hashlib import sha256

from django.conf import settings

from caimera.audit.checkpoints import frontier_of, leaf_hashes
from caimera.audit.exporting import signed_note
from caimera.audit.keys import log_key
from caimera.audit.models import Checkpoint, Leaf, PersonKey, Record, Witness
from caimera.audit.proofs import OpenedValue, Proof
from caimera.merkle import Frontier, KeyMalformed, VerifierKey, inclusion_proof_after


def proof_of(record: Record, *, opened: bool, persons: Collection[str] = ()) -> Proof | None:
    """That a record is in the signed tree; None as long as it is not.

    With `opened` everything it says is told, with each value's own salt; of persons it names, the keys of
    those in `persons` are. Reads the leaves of one checkpoint, not the tree. Raises TrailDamaged.
    """
    leaf = Leaf.objects.filter(record_id=record.pk).exclude(text=None).first()
    if leaf is None or leaf.text is None:
        return None
    signed = Checkpoint.objects.filter(size__gt=leaf.position).first()
    if signed is None:
        return None
    key = log_key()
    before = Checkpoint.objects.filter(size__lte=leaf.position).last()
    known = frontier_of(before, key) if before else Frontier()
    added = list(leaf_hashes(known.size, signed.size))
    return Proof(
        site=settings.SITE.site_id,
        key=key.verifier,
        witnesses=tuple(_witnesses()),
        leaf=leaf.text,
        hashes=tuple(inclusion_proof_after(known, added, leaf.position)),
        checkpoint=signed_note(signed),
        opened=tuple(_opened(record)) if opened else (),
        persons=tuple(_keys({record.actor, record.object} & set(persons))),
    )


def _opened(record: Record) -> list[OpenedValue]:
    salt = bytes(record.salt)
    places = {f"detail.{key}": value for key, value in record.detail.items()}
    return [
        OpenedValue(place, value, sha256(salt + sha256(place.encode()).digest()).digest())
        for place, value in {**places, "request_id": record.request_id}.items()
    ]


def _keys(names: Collection[str]) -> list[tuple[str, bytes]]:
    found = PersonKey.objects.filter(name__in=names).order_by("name")
    return [(each.name, bytes(each.key)) for each in found]


def _witnesses() -> list[VerifierKey]:
    found = []
    for text in Witness.objects.exclude(key="").order_by("site").values_list("key", flat=True):
        with suppress(KeyMalformed):
            found.append(VerifierKey.parse(text))
    return found
