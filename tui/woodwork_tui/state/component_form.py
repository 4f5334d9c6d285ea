"""The form of a new component, made of the settings of its kind."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from types import UnionType
from typing import TYPE_CHECKING, Union, get_args, get_origin

from woodwork_engine.plan import TRANSCRIPT
from woodwork_tui.state.building import SENDING

if TYPE_CHECKING:  # loaded after the first frame
    from woodwork_engine.kinds import Kind

NAME, TO = "name", "to"


@dataclass(frozen=True, slots=True)
class Field:
    """One line of the form.

    *default* is what holds when nothing is typed, as it is shown; *text_only* says that only text is taken, and *names*
    that names of components are meant.
    """

    key: str
    description: str
    required: bool = False
    default: str = ""
    text_only: bool = False
    names: bool = False


def fields_of(kind: Kind) -> tuple[Field, ...]:
    """Return the fields of a component of *kind*: its name, its settings, those it needs first, and its routes."""
    from woodwork_engine.kinds import reference_settings  # with pydantic: not before the first frame

    references = reference_settings(kind.settings)
    own = []
    for name, info in kind.settings.model_fields.items():
        key = info.alias or name
        default = "" if info.is_required() else _shown(info.get_default(call_default_factory=True))
        names = key in references and not references[key].blocks
        text_only = not names and _only_text(info.annotation)
        own.append(Field(key, info.description or "", info.is_required(), default, text_only, names))
    own.sort(key=lambda field: not field.required)
    routes = [Field(TO, "where its output goes: one name or several", default="inferred", names=True)]
    called = Field(NAME, "letters, digits, _ and -; begins with a letter or _", required=True)
    return (called, *own, *(routes if kind.role in SENDING and kind.sends_by is None else []))


def _only_text(annotation: object) -> bool:
    parts = set(get_args(annotation)) if get_origin(annotation) in (Union, UnionType) else {annotation}
    return parts - {type(None)} == {str}


def _shown(default: object) -> str:
    if default is None or default == () or default == {}:
        return "none"
    if isinstance(default, bool):
        return str(default).lower()
    return f"{default:g}" if isinstance(default, float) else str(default)


def free_name(kind: Kind, taken: Collection[str]) -> str:
    """Return a name for a component of *kind* that no other one has."""
    stem = kind.name.split()[0]
    numbered = (f"{stem}_{number}" for number in count(2))
    return stem if stem not in taken else next(name for name in numbered if name not in taken)


def settings_of(fields: Sequence[Field], typed: Mapping[str, str]) -> dict[str, str]:
    """Return what was *typed* as values of a file; fields left empty are left out."""
    from woodwork_engine.language.writing import written  # with the grammar: not before the first frame

    found = {}
    for field in fields:
        text = typed.get(field.key, "").strip()
        if not text or field.key == NAME:
            continue
        found[field.key] = _names(text) if field.names else written(text, text_only=field.text_only)
    return found


def _names(text: str) -> str:
    names = [name for name in re.split(r"[\s,\[\]]+", text) if name]
    return names[0] if len(names) == 1 and "[" not in text else f"[{', '.join(names)}]"


def lack(kind: Kind, fields: Sequence[Field], typed: Mapping[str, str], taken: Collection[str]) -> str:
    """Return the first thing that keeps *typed* from being a component, in a sentence; empty when nothing does."""
    from woodwork_engine.language.validation import complaints  # as above
    from woodwork_engine.language.writing import is_name, read_value

    name = typed.get(NAME, "").strip()
    if not is_name(name):
        said = f"{name!r} is no name: it is letters, digits, _ and -, and begins with a letter"
        return said if name else "name is needed"
    if name in taken or name == TRANSCRIPT:
        return f"{name} is taken"
    for field in fields:
        if field.required and not typed.get(field.key, "").strip():
            return f"{field.key} is needed: {field.description}"
        if field.names and (wrong := _wrong_name(field, typed.get(field.key, ""), {*taken, name})):
            return wrong
    written = settings_of(fields, typed)
    values = {key: read_value(value) for key, value in written.items() if key != TO and "$" not in value}
    if len(values) < len(written) - (TO in written):  # a variable, whose value is not known here
        return ""
    return next((each.sentence for each in complaints(kind.settings, values)), "")


def _wrong_name(field: Field, text: str, known: Collection[str]) -> str:
    wanted = [name for name in re.split(r"[\s,\[\]]+", text) if name]
    unknown = next((name for name in wanted if name not in known and name.lower() != "none"), None)
    return f"{field.key}: there is no component {unknown!r}" if unknown else ""
