"""Write the vectors that are missing; see README.md."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from caimera.protocol import base64url, canonical
from caimera.protocol.envelope import seal
from caimera.protocol.identity import Identity
from caimera.protocol.messages import (
    Answer,
    Ask,
    Asker,
    CatalogueChanged,
    CatalogueEntry,
    CatalogueListed,
    CatalogueWanted,
    ConditionStatus,
    Count,
    CountKind,
    DatasetCount,
    DatasetRecord,
    Message,
    Presence,
    RecordsGiven,
    RecordsWanted,
    TrailCheckpoint,
    TrailCosignature,
    Treatment,
)

HERE = Path(__file__).parent
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
QUESTION = UUID("6f2d1c1e-6a0b-4a53-9a44-6f0f0a5f8c11")
OPEN = UUID("0d1d9f2a-6d0e-5d8e-8f0e-1f6f3a1f2b3c")
PROTECTED = UUID("5a1d9f2a-6d0e-5d8e-8f0e-1f6f3a1f2b3c")
HUB = Identity(site="hub", sign_key=bytes(range(32)), seal_key=bytes(range(32, 64)))
NODE = Identity(site="north", sign_key=bytes(range(64, 96)), seal_key=bytes(range(96, 128)))

_WITHHELD = Count(kind=CountKind.WITHHELD)

EXAMPLES: list[tuple[Message, Asker | None]] = [
    (
        Ask(
            question_id=QUESTION,
            question={
                "and": [
                    {"variable": "modality", "operator": "EQUALS", "value": "CT"},
                    {"variable": "age_at_imaging", "operator": "BETWEEN", "value": {"min": 40.5, "max": 70}},
                ]
            },
            question_hash="0b" * 32,
            deadline_at=datetime(2026, 11, 23, 9, 30, 15, 250000, tzinfo=UTC),
        ),
        Asker(
            person="3f786850e387550fdab836ed7e6dc881de23001b", purpose="Dose reduction in thoracic CT, Łódź"
        ),
    ),
    (
        Answer(
            question_id=QUESTION,
            outcome="answered",
            reason="Dates are shifted in one dataset.",
            datasets=(
                DatasetCount(
                    dataset_id=OPEN,
                    title="Open collection",
                    version="1",
                    policy="open",
                    subjects=Count(kind=CountKind.EXACT, value=3),
                    studies=Count(kind=CountKind.EXACT, value=7),
                    series=Count(kind=CountKind.EXACT, value=0),
                ),
                DatasetCount(
                    dataset_id=PROTECTED,
                    title="Protected collection",
                    version="2",
                    policy="protected",
                    subjects=Count(kind=CountKind.FEWER_THAN, bound=10),
                    studies=_WITHHELD,
                    series=_WITHHELD,
                ),
            ),
            conditions=(
                ConditionStatus(path="0", status=Treatment.APPLIED),
                ConditionStatus(path="1", status=Treatment.APPROXIMATED, why="Dates are shifted."),
            ),
            took_ms=12.75,
        ),
        None,
    ),
    (
        Presence(
            software="0.1.0",
            vocabulary="2026.11",
            variables={"modality": ("EQUALS", "IN"), "sex": ("EQUALS", "MISSING")},
            dataset_count=2,
        ),
        None,
    ),
    (
        TrailCheckpoint(
            key="caimera.audit/north+4aedb0c6+AQECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g",
            note="caimera.audit/north\n8\nXcmnmnmmWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n"
            "\n— caimera.audit/north AAAA\n",
            known_size=6,
            proof=("0e" * 32, "ca" * 32, "d3" * 32),
        ),
        None,
    ),
    (
        TrailCosignature(
            size=8,
            outcome="cosigned",
            known_size=8,
            key="caimera.witness/north+4aedb0c6+BAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g",
            line="— caimera.witness/north AAAA",
        ),
        None,
    ),
    (CatalogueChanged(digest="0c" * 32, datasets=2), None),
    (CatalogueWanted(run=QUESTION, after=OPEN), None),
    (
        CatalogueListed(
            run=QUESTION,
            after=OPEN,
            entries=(CatalogueEntry(dataset_id=PROTECTED, digest="0d" * 32),),
            more=True,
        ),
        None,
    ),
    (RecordsWanted(run=QUESTION, dataset_ids=(OPEN, PROTECTED)), None),
    (
        RecordsGiven(
            run=QUESTION,
            records=(
                DatasetRecord(
                    dataset_id=OPEN,
                    digest="0e" * 32,
                    turtle="<https://north.example/d/1> a <http://www.w3.org/ns/dcat#Dataset> .\n",
                ),
            ),
            gone=(PROTECTED,),
        ),
        None,
    ),
]


def file_of(kind: str) -> Path:
    """Where the vector of a message type lies: `search.ask/1` is in `search.ask-1.json`."""
    return HERE / f"{kind.replace('/', '-')}.json"


def vector(message: Message, asker: Asker | None) -> dict[str, object]:
    """The vector of one message; hub messages go to the node, others to the hub."""
    sender, recipient = (HUB, NODE) if asker else (NODE, HUB)
    request_id = "0192f0c1-req"
    envelope = seal(
        message,
        sender=sender,
        recipient=recipient.card("Recipient"),
        asker=asker,
        request_id=request_id,
        now=NOW,
    )
    return {
        "message_type": message.type,
        "sender": _keys(sender),
        "recipient": _keys(recipient),
        "now": NOW.isoformat(),
        "request_id": request_id,
        "nonce": canonical.loads(envelope)["nonce"],
        "asker": asker and asker.model_dump(),
        "message": canonical.dumps(message.model_dump(mode="json")).decode(),
        "envelope": envelope.decode(),
    }


def _keys(identity: Identity) -> dict[str, str]:
    return {
        "site": identity.site,
        "sign_key": base64url.encode(identity.sign_key),
        "seal_key": base64url.encode(identity.seal_key),
    }


def main() -> None:
    """Write the missing vectors and say which."""
    for message, asker in EXAMPLES:
        path = file_of(message.type)
        if not path.exists():
            path.write_text(json.dumps(vector(message, asker), indent=2, ensure_ascii=False) + "\n")
            print("wrote", path.name)


if __name__ == "__main__":
    main()
