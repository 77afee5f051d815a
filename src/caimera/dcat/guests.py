"""Text that guests wrote, made safe to show: no markup, no controls, no end of it."""

from __future__ import annotations

import html
import re
import unicodedata

from pyoxigraph import NamedNode

LONGEST_TEXT = 20_000
"""Characters of one text; a longer one is cut."""
LONGEST_ADDRESS = 2_000
SCHEMES = frozenset({"http", "https", "mailto", "urn", "doi", "tel", "ftp", "info", "oid", "uuid"})
"""Schemes an address may have: those a page can show as a link without running anything."""

_TAG = re.compile(r"<[A-Za-z/!?][^<>]*>")
_HIDDEN = ("script", "style", "template", "iframe")
_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*\n\s*")
_ROUNDS = 4


def plain(text: str) -> str:
    """Text without markup, entities, control and direction characters, at most `LONGEST_TEXT` long.

    A text that is plain already comes back as it was, but for blanks at its ends and runs of them.
    """
    words = text[:LONGEST_TEXT]
    for _ in range(_ROUNDS):
        if (barer := _without_markup(words)) == words:
            break
        words = barer
    else:
        words = words.replace("<", "").replace(">", "")
    return _LINES.sub("\n\n", _BLANKS.sub(" ", _without_controls(words))).strip()


def _without_markup(text: str) -> str:
    if "<" in text:
        text = _TAG.sub(" ", _without_hidden(text))
    return html.unescape(text) if "&" in text else text


def _without_hidden(text: str) -> str:
    """Scripts and styles with their contents; one that never ends takes the rest along."""
    for name in _HIDDEN:
        lowered = text.lower()
        kept, position = [], 0
        while (begin := lowered.find(f"<{name}", position)) >= 0:
            kept.append(text[position:begin])
            end = lowered.find(f"</{name}", begin)
            close = lowered.find(">", end) if end >= 0 else -1
            position = close + 1 if close >= 0 else len(text)
        text = "".join([*kept, text[position:]])
    return text


def _without_controls(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(letter for letter in text if letter in "\n\t" or not _controls(letter))


def _controls(letter: str) -> bool:
    return unicodedata.category(letter) in {"Cc", "Cs", "Co"} or unicodedata.bidirectional(letter) in {
        "LRE",
        "RLE",
        "LRO",
        "RLO",
        "PDF",
        "LRI",
        "RLI",
        "FSI",
        "PDI",
    }


def is_address(text: str) -> bool:
    """Whether a text is an absolute address that a page may show as a link."""
    scheme, _, rest = text.partition(":")
    return bool(rest) and scheme.lower() in SCHEMES and len(text) <= LONGEST_ADDRESS and _valid(text)


def _valid(text: str) -> bool:
    try:
        NamedNode(text)
    except ValueError:
        return False
    return True
