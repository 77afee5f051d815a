"""Questions as Samply Lens sends them: a query tree, bare or in one of the two envelopes in use.

`{"ast": …, "id": …}` is the bare form. Lens wraps its JSON, in base64, as `{"lang": "ast", "payload": …}`;
the EUCAIM explorer and Focus' EUCAIM endpoints write `query` for `payload`. A task of Samply Beam carries the
envelope itself in base64. (samply/lens, samply/focus `intermediate_rep.rs`)
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NoReturn
from uuid import UUID

from caimera.cohort.canonical import canonical
from caimera.cohort.errors import Problem, QuestionError, shown
from caimera.cohort.lens_reading import read_tree
from caimera.cohort.lens_writing import tree
from caimera.cohort.places import Place
from caimera.cohort.question import MAX_BYTES, Question, check_limits, too_deep, too_long
from caimera.cohort.writing import to_text


class Dialect(StrEnum):
    """The member of the envelope under which the query stands; or no envelope."""

    PAYLOAD = "payload"
    QUERY = "query"
    BARE = "ast"


_MAX_ENVELOPE = MAX_BYTES * 4 // 3 + 1024
"""Base64 makes four letters of three bytes."""
_SHAPES = 'Send {"lang": "ast", "payload": …}, {"lang": "ast", "query": …} or {"ast": …, "id": …}.'


def from_lens(document: object) -> Question:
    """The question of a Lens document: parsed JSON, or text, JSON itself or base64 around it.

    Raises QuestionError: every problem with its JSON Pointer inside the decoded document.
    """
    if isinstance(document, str):
        is_json = document[:64].lstrip()[:1] == "{"
        document = _loaded(document if is_json else _decoded(document, _MAX_ENVELOPE), _MAX_ENVELOPE)
    place, found = _opened(document)
    question = read_tree(found, place)
    if place.problems:
        raise QuestionError(*place.problems)
    check_limits(question)
    return question


def to_lens(
    question: Question, dialect: Dialect = Dialect.PAYLOAD, *, id: str | None = None
) -> dict[str, Any]:
    """The document `from_lens` reads as a question equal to this one; `id` is made from its hash by default.

    Raises QuestionError where it would be larger than `from_lens` takes.
    """
    form = canonical(question)
    body = {"ast": tree(form), "id": id or _id_of(form)}
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    if len(text) > MAX_BYTES:
        raise QuestionError(too_long())
    if dialect is Dialect.BARE:
        return body
    return {"lang": "ast", dialect.value: base64.b64encode(text).decode()}


def is_lens(document: object) -> bool:
    """Whether a document means to be one of Lens: our own JSON form has none of these members."""
    return isinstance(document, Mapping) and not document.keys().isdisjoint({"lang", "ast", "operand", "key"})


def _id_of(form: Question) -> str:
    """An id as the explorer makes them, the same for equal questions."""
    half = UUID(hashlib.sha256(to_text(form).encode()).hexdigest()[:32])
    return f"{half}__search__{half}"


def _opened(document: object) -> tuple[Place, object]:
    """The tree, out of its envelope, and its place."""
    match document:
        case {"lang": "ast", "payload": str(inner), **rest} | {
            "lang": "ast",
            "query": str(inner),
            **rest,
        } if rest.keys().isdisjoint({"payload", "query"}):
            return _bare(_loaded(_decoded(inner, MAX_BYTES), MAX_BYTES))
        case {"lang": str(language)} if language != "ast":
            return _refuse(
                f"{shown(language)} is not a language that can be read.", "Send a query tree, lang ast."
            )
        case _:
            return _bare(document)


def _bare(document: object) -> tuple[Place, object]:
    match document:
        case {"ast": found}:
            return Place("/ast"), found
        case {"operand": _} | {"key": _}:
            return Place(), document
        case _:
            return _refuse("This is not a query of Lens.", _SHAPES)


def _decoded(text: str, at_most: int) -> str:
    # Told from the letters: what is too long is not decoded at all.
    if len(text) * 3 // 4 > at_most + 2:
        raise QuestionError(too_long())
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return _refuse("The query is not base64.", "Encode the JSON as base64, in the alphabet with + and /.")


def _loaded(text: str, at_most: int) -> object:
    if len(text) > at_most or len(text.encode("utf-8", "replace")) > at_most:
        raise QuestionError(too_long())
    try:
        return json.loads(text, parse_constant=_no_number)
    except RecursionError:
        raise QuestionError(too_deep()) from None
    except ValueError:
        return _refuse("The query is not JSON.", "Send the JSON of a query tree.")


def _no_number(word: str) -> NoReturn:
    raise ValueError(word)


def _refuse(message: str, fix: str) -> NoReturn:
    raise QuestionError(Problem("", message, fix))
