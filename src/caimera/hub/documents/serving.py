"""A document as an answer: as an attachment and nothing else, whatever a browser would make of it."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpResponse

from caimera.hub.documents.models import Document


def attachment(document: Document, content: bytes) -> HttpResponse:
    """Its bytes under its name, never shown, sniffed or kept on the way."""
    response = HttpResponse(content, content_type=document.media_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(document.name)}"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store, private"
    return response
