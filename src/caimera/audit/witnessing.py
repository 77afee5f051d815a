"""Witnessing: sites cosign each other's checkpoints, so that none can show two histories, or take one back.

A witness keeps the last checkpoint it cosigned for each site and cosigns only what goes on from it. It
takes a log's key from the first checkpoint the site sends in its own signed envelope, and no other
afterwards.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from caimera.audit.actions import record
from caimera.audit.checkpoints import proof_since
from caimera.audit.keys import log_key, log_name, witness_key, witness_name
from caimera.audit.models import Checkpoint, Cosignature, Witness, Witnessed
from caimera.merkle import (
    COSIGNATURE,
    EMPTY_ROOT,
    MerkleError,
    Note,
    ProofInvalid,
    Signature,
    SignatureMissing,
    VerifierKey,
    cosign,
    cosigned_at,
    open_checkpoint,
    verify_consistency,
)
from caimera.merkle import Checkpoint as Signed
from caimera.protocol.messages import TrailCheckpoint, TrailCosignature


def checkpoints_for(*, sites: Collection[str]) -> dict[str, TrailCheckpoint]:
    """This site's latest checkpoint for each witness that has not cosigned it and is to be sent it.

    Raises TrailDamaged.
    """
    latest = Checkpoint.objects.last()
    if latest is None or not sites:
        return {}
    cosigned = set(
        Cosignature.objects.filter(size=latest.size, site__in=sites).values_list("site", flat=True)
    )
    witnesses = Witness.objects.in_bulk(set(sites) - cosigned)
    known = {
        site: witnesses[site].known_size if site in witnesses else 0
        for site in sites
        if site not in cosigned and not (site in witnesses and _is_ahead(witnesses[site], latest))
    }
    letters = {size: _checkpoint(latest, known=size) for size in set(known.values())}
    return {site: letters[size] for site, size in known.items()}


def _is_ahead(witness: Witness, latest: Checkpoint) -> bool:
    """Whether a witness knows a larger tree, or doubts this checkpoint: there is nothing to send it."""
    return witness.known_size > latest.size or witness.doubted_size == latest.size


def _checkpoint(latest: Checkpoint, *, known: int) -> TrailCheckpoint:
    return TrailCheckpoint(
        key=str(log_key().verifier),
        note=latest.note,
        known_size=known,
        proof=tuple(each.hex() for each in proof_since(known, latest)),
    )


def witness_checkpoint(*, site: str, said: TrailCheckpoint, now: int) -> TrailCosignature:
    """Cosign a site's checkpoint if it goes on from the last one; say why not otherwise, and record that
    once.

    `now` in seconds since 1970-01-01 UTC.
    """
    with transaction.atomic():
        known = Witnessed.objects.select_for_update().filter(pk=site).first()
        try:
            note, signed = _opened(site, said, known)
            if known is not None and said.known_size != known.size and signed.size > known.size:
                return _answer(signed.size, "unproven", known)
            _require_going_on(signed, said, known)
        except (MerkleError, ValueError) as refusal:
            return _refuse(site, said, known, str(refusal))
        known, _ = Witnessed.objects.update_or_create(
            pk=site, defaults={"key": said.key, "size": signed.size, "note": said.note, "refused": ""}
        )
    return _answer(signed.size, "cosigned", known, line=str(cosign(note, witness_key(), now=now)))


def _opened(site: str, said: TrailCheckpoint, known: Witnessed | None) -> tuple[Note, Signed]:
    key = VerifierKey.parse(known.key if known else said.key)
    if key.name != log_name(site):
        raise SignatureMissing(f"The key of {key.name} is not that of {log_name(site)}.")
    note = Note.parse(said.note)
    return note, open_checkpoint(note, key)


def _require_going_on(signed: Signed, said: TrailCheckpoint, known: Witnessed | None) -> None:
    old = Signed.parse(Note.parse(known.note).text) if known else Signed(signed.origin, 0, EMPTY_ROOT)
    if signed.size < old.size:
        raise ProofInvalid(
            f"A checkpoint of {old.size} leaves was cosigned before; this one has {signed.size}."
        )
    proof = [bytes.fromhex(each) for each in said.proof]
    if signed.size == old.size:
        proof = []
    verify_consistency(old_size=old.size, old_root=old.root, size=signed.size, root=signed.root, proof=proof)


def _refuse(site: str, said: TrailCheckpoint, known: Witnessed | None, reason: str) -> TrailCosignature:
    note = said.note.replace("\0", "\ufffd")  # PostgreSQL's text holds no NUL
    if known is None or known.refused != note:
        record(
            act="checkpoint.refused",
            actor="system",
            object=f"site:{site}",
            detail={"reason": reason, "note": note},
        )
    if known is not None:
        known.refused = note
        known.save(update_fields=("refused",))
    return _answer(_claimed_size(said.note), "refused", known, reason=reason[:300])


def _claimed_size(note: str) -> int:
    try:
        return Signed.parse(Note.parse(note).text).size
    except MerkleError:
        return 0


def _answer(
    size: int, outcome: str, known: Witnessed | None, *, line: str = "", reason: str = ""
) -> TrailCosignature:
    return TrailCosignature.model_validate(
        {
            "size": size,
            "outcome": outcome,
            "known_size": known.size if known else 0,
            "key": str(witness_key().verifier),
            "line": line,
            "reason": reason,
        }
    )


def take_cosignature(*, site: str, said: TrailCosignature) -> bool:
    """Keep a witness's signature under one of this site's checkpoints; or record, once, that it refused.

    Returns whether it cosigned. What is not the witness's own signature is not kept.
    """
    with transaction.atomic():
        witness, _ = Witness.objects.select_for_update().get_or_create(pk=site, defaults={"key": said.key})
        if said.outcome == "cosigned":
            return _keep(witness, said)
        if said.outcome == "refused" and witness.doubted_size != said.size:
            _doubt(witness, said)
        witness.known_size = said.known_size
        witness.save()
    return False


def _keep(witness: Witness, said: TrailCosignature) -> bool:
    checkpoint = Checkpoint.objects.filter(pk=said.size).first()
    try:
        key = VerifierKey.parse(witness.key)
        signature = Signature.parse(said.line)
        if checkpoint is None or key.name != witness_name(witness.site) or key.kind != COSIGNATURE:
            return False
        cosigned_at(Note.parse(checkpoint.note).with_signature(signature), key)
    except MerkleError:
        return False
    Cosignature.objects.get_or_create(size=said.size, site=witness.site, defaults={"line": said.line})
    witness.known_size, witness.doubted_size = said.size, 0
    witness.save()
    return True


def _doubt(witness: Witness, said: TrailCosignature) -> None:
    witness.doubted_size = said.size
    record(
        act="checkpoint.doubted",
        actor=f"site:{witness.site}",
        detail={"size": said.size, "known_size": said.known_size, "reason": said.reason},
    )
