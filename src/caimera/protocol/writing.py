"""Values as canonical JSON, and back, strictly; what does not fit is `Malformed`, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from caimera.protocol import base64url, canonical
from caimera.protocol.errors import Malformed, NotCanonical
from caimera.protocol.messages import Frozen

Model = TypeVar("Model", bound=Frozen)


def written(value: Any) -> bytes:
    """The canonical text of a JSON value; raises Malformed."""
    try:
        return canonical.dumps(value)
    except NotCanonical as error:
        raise Malformed(str(error)) from None


def text_of(value: Frozen) -> bytes:
    """The canonical text of a model's value; raises Malformed."""
    try:
        return canonical.rewritten(value.model_dump_json().encode())
    except ValueError:
        raise Malformed(
            "A message is nested too deeply or holds what JSON cannot say. Simplify it."
        ) from None


def read(model: type[Model], value: Mapping[str, Any]) -> Model:
    """A model from parsed JSON, nothing converted; raises Malformed."""
    try:
        return model.model_validate(value, strict=True)
    except ValidationError as error:
        raise _malformed(model, error) from None


def parsed(model: type[Model], text: bytes) -> Model:
    """A model from JSON, whose texts may stand for identifiers and times, and whose lists for tuples.

    Raises Malformed.
    """
    try:
        return model.model_validate_json(text, strict=True)
    except ValidationError as error:
        raise _malformed(model, error) from None


def read_text(model: type[Model], text: bytes) -> Model:
    """A model from its canonical text; raises Malformed, also for any other text that says the same."""
    value = parsed(model, text)
    if text_of(value) != text:
        raise Malformed(f"A {model.__name__} is not written as this version writes it. Compare the releases.")
    return value


def decoded(text: str) -> bytes:
    """The bytes of a base64url text; raises Malformed."""
    try:
        return base64url.decode(text)
    except ValueError:
        raise Malformed(
            "This envelope carries bytes that are not base64url. Send what `seal` returns."
        ) from None


def _malformed(model: type[Frozen], error: ValidationError) -> Malformed:
    return Malformed(f"{_wrong_fields(model, error)}. Bring hub and node to the same release.")


def _wrong_fields(model: type[Frozen], error: ValidationError) -> str:
    """Names the fields by this side's own names, never by the sender's words."""
    named = {str(detail["loc"][0]) for detail in error.errors() if detail["loc"]} & set(model.model_fields)
    if named:
        return f"Not as expected: {', '.join(sorted(named))}"
    return "It is nested too deeply or has fields that are not known here"
