"""Files taken in, given out, removed."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from caimera.audit.actions import record
from caimera.hub.documents import storage
from caimera.hub.documents.errors import DocumentGone, DocumentRefused
from caimera.hub.documents.kinds import kind_of, safe_name
from caimera.hub.documents.models import Document
from caimera.hub.documents.scanning import scan
from caimera.people.models import Person

LARGEST = 20_000_000
"""Bytes of a file."""
_DAY = 24 * 3600.0


def take_in(*, file: File[Any], person: Person) -> Document:
    """Judge a file, and keep it if it will do; what belongs to a case is recorded with that.

    Raises DocumentRefused, ScannerAway, NoPlace; then nothing was kept.
    """
    storage.folder()
    name = safe_name(file.name or "")
    if not file.size:
        raise DocumentRefused(_("“%s” is empty.") % name)
    if file.size > LARGEST:
        megabytes = {"name": name, "most": LARGEST // 10**6}
        raise DocumentRefused(_("“%(name)s” has more than %(most)d MB. Send a smaller one.") % megabytes)
    content = file.read()
    kind = kind_of(name, content)
    if settings.SITE.clamd:
        scan(settings.SITE.clamd, content)
    made = Document(
        id=uuid4(),
        name=name,
        media_type=kind.media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        scanned=bool(settings.SITE.clamd),
        handed_in_by=person,
    )
    storage.keep(made.pk, content)
    with transaction.atomic():
        made.save(force_insert=True)
        _record("document.handed-in", made, person, sha256=made.sha256)
    return made


@transaction.atomic
def give_out(*, document: Document, person: Person) -> bytes:
    """A file's bytes, for somebody who may see it; that they read it stands in the trail.

    Raises DocumentGone where they are not those that were handed in.
    """
    content = storage.content_of(document.pk)
    if hashlib.sha256(content).hexdigest() != document.sha256:
        raise DocumentGone
    _record("document.read", document, person)
    return content


@transaction.atomic
def remove(*, document: Document, person: Person | None) -> None:
    """Remove a file; its bytes go when that is certain."""
    document_id = document.pk
    _record("document.removed", document, person)
    document.delete()
    transaction.on_commit(lambda: storage.remove(document_id))


def tidy(*, age: float = _DAY) -> int:
    """Remove files of which no row tells, as a crash between the two leaves them. How many."""
    lost = [path for path in storage.older_than(age) if not _is_known(path.name)]
    for path in lost:
        path.unlink(missing_ok=True)
    return len(lost)


def _is_known(name: str) -> bool:
    try:
        return Document.objects.filter(pk=UUID(name)).exists()
    except ValueError:
        return False


def _record(act: str, document: Document, person: Person | None, **detail: str) -> None:
    actor = person.actor if person else "system"
    record(act=act, actor=actor, object=f"document:{document.pk}", detail=detail)
