"""The fields of what a component is sent, read from the model that its kind has of it."""

from __future__ import annotations

from typing import Literal

from woodwork_engine.kinds import Kind
from woodwork_engine.plan import PayloadField

_TYPES: dict[object, Literal["text", "number", "flag"]] = {str: "text", int: "number", float: "number", bool: "flag"}


def payload_fields(kind: Kind | None) -> tuple[PayloadField, ...]:
    """Return the fields that *kind* describes, in their order."""
    if kind is None or kind.payload is None:
        return ()
    return tuple(
        PayloadField(
            field.alias or name, _TYPES.get(field.annotation, "JSON"), field.is_required(), field.description or ""
        )
        for name, field in kind.payload.model_fields.items()
    )
