"""What a settings model says about values, as sentences with the path to each value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

MISSING = "missing"
EXTRA = "extra_forbidden"
NOT_TEXT = "string_type"

_SENTENCES = {
    "int_parsing": "a whole number", "int_type": "a whole number", "int_from_float": "a whole number",
    "int_parsing_size": "a smaller number", "float_parsing": "a number", "float_type": "a number",
    "finite_number": "a number that is not infinite", "bool_parsing": "true or false", "bool_type": "true or false",
    NOT_TEXT: "text, in quotes", "tuple_type": "a list in [ ]", "list_type": "a list in [ ]",
    "dict_type": "a block in {{ }}", "model_type": "a block in {{ }}", "model_attributes_type": "a block in {{ }}",
    "string_too_short": "some text", "literal_error": "{expected}",
    "greater_than": "more than {gt:g}", "greater_than_equal": "at least {ge:g}",
    "less_than": "less than {lt:g}", "less_than_equal": "at most {le:g}",
    "string_too_long": "at most {max_length} characters long",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Complaint:
    """One fault in the values of a model: *path* leads to the value, *type* is pydantic's name for the fault."""

    path: tuple[str | int, ...]
    type: str
    sentence: str


def complaints(model: type[BaseModel], values: Mapping[str, object], *, strict: bool = False) -> Sequence[Complaint]:
    """Return what *model* has against *values*; empty when they can be used. *strict*: "3" is no number."""
    try:
        model.model_validate(dict(values), strict=strict)
    except ValidationError as error:
        return [_complaint(details) for details in error.errors(include_url=False)]
    return ()


def _complaint(details: ErrorDetails) -> Complaint:
    path = tuple(details["loc"])
    key = ".".join(str(step) for step in path if isinstance(step, str)) or "it"
    return Complaint(path, details["type"], _sentence(key, details))


def _sentence(key: str, details: ErrorDetails) -> str:
    kind, context = details["type"], details.get("ctx", {})
    if kind == MISSING:
        return f"{key!r} is missing"
    if kind == EXTRA:
        return f"there is no setting {key!r}"
    if kind in _SENTENCES:
        return f"{key!r} must be {_SENTENCES[kind].format(**context)}"
    if kind == "value_error":
        reason = str(context.get("error", "")) or details["msg"].removeprefix("Value error, ")
        return f"{key!r}: {reason}" if details["loc"] else reason
    return f"{key!r}: {details['msg'][:1].lower()}{details['msg'][1:]}"
