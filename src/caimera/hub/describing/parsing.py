"""What a person wrote, as a value; or a sentence that says how to write it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext as _

from caimera.dcat import Moment
from caimera.dcat.guests import is_address
from caimera.hub.describing.fields import Field, Kind, Term, terms

LONGEST = 10_000
MOST = 100
"""Values of one field."""
_LINE = 500
_MAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}\.[^@\s.]{2,}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class Wrong(Exception):
    """A text that is no value of its field; the message says how to mend it.

    `field` names the field where it is found out only with others.
    """

    def __init__(self, sentence: str, *, field: str = "") -> None:
        self.field = field
        super().__init__(sentence)


def parse(field: Field, given: Sequence[str]) -> Any:
    """The value of a field: one, a tuple where it may have many, None or () where nothing was written.

    Raises Wrong.
    """
    texts = [text for each in given if (text := each.strip())]
    if any(_CONTROL.search(text) for text in texts):
        raise Wrong(_("It holds characters that cannot be seen. Type it again."))
    if not field.many:
        return _PARSE[field.kind](field, texts[0]) if texts else None
    if len(texts) > MOST:
        raise Wrong(
            _("It has %(count)d values; %(most)d are the most.") % {"count": len(texts), "most": MOST}
        )
    return tuple(dict.fromkeys(_PARSE[field.kind](field, text) for text in texts))


def _line(field: Field, text: str) -> str:
    if len(text) > _LINE:
        raise Wrong(_("It has more than %d characters. Write it shorter.") % _LINE)
    return " ".join(text.split())


def _text(field: Field, text: str) -> str:
    if len(text) > LONGEST:
        raise Wrong(_("It has more than %d characters. Write it shorter.") % LONGEST)
    return text.replace("\r\n", "\n")


def _number(field: Field, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 12):
        raise Wrong(_("“%s” is no whole number. Write digits only, such as 1200.") % _short(text))
    return int(text)


def _yes(field: Field, text: str) -> bool:
    known = {"yes": True, "true": True, "no": False, "false": False}
    if text.casefold() not in known:
        raise Wrong(_("“%s” is neither. Write yes or no.") % _short(text))
    return known[text.casefold()]


def _day(field: Field, text: str) -> Moment:
    if re.fullmatch(r"\d{4}", text):
        return Moment(text, "gYear")
    if re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text):
        return Moment(text, "gYearMonth")
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            raise ValueError(text)
        return Moment(date.fromisoformat(text).isoformat())
    except ValueError:
        sentence = _("“%s” is no date that can be read. Write 2019-03-31, 2019-03 or 2019.")
        raise Wrong(sentence % _short(text)) from None


def _address(field: Field, text: str) -> str:
    if not (text.startswith(("https://", "http://")) and is_address(text) and len(text) <= _LINE):
        raise Wrong(
            _("“%s” is no address of the web. It begins with https:// and has no blanks.") % _short(text)
        )
    return text


def _mail(field: Field, text: str) -> str:
    address = text.removeprefix("mailto:")
    if not (_MAIL.fullmatch(address) and is_address(f"mailto:{address}")):
        raise Wrong(_("“%s” is no e-mail address, such as images@hospital.example.") % _short(text))
    return address


def _term(field: Field, text: str) -> str:
    known = _known(field.list)
    if (found := known.get(text.casefold())) is not None:
        return found.iri
    near = get_close_matches(text.casefold(), known, n=1, cutoff=0.75)
    if near:
        sentence = _("“%(text)s” is not on the list. Did you mean “%(near)s”?")
        raise Wrong(sentence % {"text": _short(text), "near": known[near[0]].label})
    raise Wrong(_("“%s” is not on the list. Choose a term from the sheet “Terms”.") % _short(text))


@cache
def _known(name: str) -> Mapping[str, Term]:
    """The terms of a list by all that people may write for them."""
    pairs = [(text, term) for term in terms(name) for text in (term.iri, term.key, term.label)]
    return MappingProxyType({text.casefold(): term for text, term in pairs})


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"


_PARSE: Mapping[Kind, Callable[[Field, str], Any]] = MappingProxyType(
    {
        Kind.LINE: _line,
        Kind.TEXT: _text,
        Kind.NUMBER: _number,
        Kind.YES: _yes,
        Kind.DAY: _day,
        Kind.ADDRESS: _address,
        Kind.MAIL: _mail,
        Kind.TERM: _term,
    }
)
