"""A payload as a form: one line for each field of a flat object, typed without quotes and brackets."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from woodwork_engine.plan import Node, PayloadField
from woodwork_tui.state.injection import Payload, read_payload
from woodwork_tui.state.payload_edit import Invalid, as_text, harmless, parse
from woodwork_tui.text import one_line

_MOST_FIELDS = 12
_LONGEST = 400
"""Characters of a value that can be edited on one line."""
_WANTED = {"number": "a number", "flag": "true or false", "JSON": 'JSON, such as 1, true or ["a"]'}

Form = tuple["FormField", ...]


@dataclass(frozen=True, slots=True)
class FormField:
    """One field as it stands in the form: what it is, what is typed for it, and whether a payload had it (*seen*)."""

    field: PayloadField
    typed: str = ""
    seen: bool = False


@dataclass(frozen=True, slots=True)
class Lacking:
    """Why a form is no payload yet."""

    name: str
    problem: str

    def __str__(self) -> str:
        return f"{self.name}: {self.problem}"


def form_of(node: Node | None, text: str) -> Form | None:
    """Return the form of a message to *node*, filled with the payload *text*; None where it is better told as JSON.

    Its fields are those that the node's kind describes, then those of the payload.
    """
    takes = node.takes if node is not None else ()
    read = read_payload(text) if text.strip() else Payload({}, "JSON")
    if isinstance(read, Invalid):
        return None
    value = _named(read.value, takes)
    if not isinstance(value, Mapping) or not (takes or value):
        return None
    known = {field.name for field in takes}
    fields = (*takes, *(_seen(str(name), each) for name, each in value.items() if name not in known))
    if len(fields) > _MOST_FIELDS or not all(map(_fits, value.items())):
        return None
    return tuple(
        FormField(each, _typed(each, value[each.name]), seen=True) if each.name in value else FormField(each)
        for each in fields
    )


def _named(value: object, takes: Sequence[PayloadField]) -> object:
    """Return *value*; text for a component that is sent one text field is the value of that."""
    texts = [field.name for field in takes if field.required]
    if isinstance(value, str) and len(texts) == 1:
        return {texts[0]: value}
    return value


def _seen(name: str, value: object) -> PayloadField:
    if isinstance(value, bool):
        return PayloadField(name, "flag", required=True)
    if isinstance(value, int | float):
        return PayloadField(name, "number", required=True)
    return PayloadField(name, "text" if isinstance(value, str) else "JSON", required=not isinstance(value, str))


def _fits(item: tuple[object, object]) -> bool:
    """Whether a field can be edited on one line without changing it."""
    name, value = item
    if not isinstance(name, str) or one_line(name) != name or len(name) > _LONGEST:
        return False
    if isinstance(value, str):
        return len(value) <= _LONGEST and one_line(value) == value == harmless(value)
    return value is None or isinstance(value, bool | int | float)


def _typed(field: PayloadField, value: object) -> str:
    if isinstance(value, str) and field.type == "text":
        return value
    return json.dumps(value, ensure_ascii=False)


def payload_of(form: Form) -> Payload | Lacking:
    """Return the payload that *form* makes, or what the first field that is wrong lacks."""
    made: dict[str, object] = {}
    for each in form:
        field, typed = each.field, each.typed
        if field.type == "text":
            if field.required and not typed.strip():
                return Lacking(field.name, "it is needed")
            if typed or each.seen:
                made[field.name] = typed
            continue
        if not typed.strip():
            if field.required:
                return Lacking(field.name, f"write {_WANTED[field.type]}")
            continue
        value = _value(field, typed)
        if isinstance(value, Lacking):
            return value
        made[field.name] = value
    return Payload(made, "JSON")


def _value(field: PayloadField, typed: str) -> object:
    parsed = parse(typed.strip())
    value = None if isinstance(parsed, Invalid) else json.loads(parsed.text)
    wrong = {
        "number": isinstance(value, bool) or not isinstance(value, int | float),
        "flag": not isinstance(value, bool),
        "JSON": False,
    }
    if isinstance(parsed, Invalid) or wrong[field.type]:
        return Lacking(field.name, f"{typed.strip()[:40]!r} is not {_WANTED[field.type]}")
    return value


def form_text(form: Form) -> str:
    """Return *form* as JSON to edit, also where it is no payload yet."""
    made = payload_of(form)
    if isinstance(made, Payload):
        return as_text(made.value)
    return as_text({each.field.name: each.typed for each in form})


def typed_into(form: Form, name: str, typed: str) -> Form:
    """Return *form* with *typed* in the field *name*."""
    return tuple(replace(each, typed=typed) if each.field.name == name else each for each in form)
