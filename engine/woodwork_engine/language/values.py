"""Values of the syntax tree as settings of a plan, and where a part of a value stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from woodwork_engine.language.syntax import Array, Block, Entry, Scalar, TypedBlock, Value
from woodwork_engine.plan import Setting, Template, Variable
from woodwork_engine.source import Span

TYPE_KEY = "type"
"""The key under which the header of a typed block is kept among its settings."""


def setting_of(value: Value) -> Setting:
    """Return *value* as plain frozen data; a typed block keeps its header as `type`."""
    if isinstance(value, Scalar):
        return value.value
    if isinstance(value, Array):
        return tuple(map(setting_of, value.items))
    if isinstance(value, Block):
        return MappingProxyType({entry.key: setting_of(entry.value) for entry in value.entries})
    inner = {entry.key: setting_of(entry.value) for entry in value.block.entries}
    return MappingProxyType({TYPE_KEY: value.header.text, **inner})


def block_of(value: Value) -> Block | None:
    """Return the block that *value* is, with or without a header."""
    if isinstance(value, TypedBlock):
        return value.block
    return value if isinstance(value, Block) else None


def place_of(entries: Iterable[Entry], path: Sequence[str | int]) -> Span | None:
    """Return the span of the value that *path* leads to, as far as it was written; None when its key was not."""
    entry = next((entry for entry in entries if path and entry.key == path[0]), None)
    if entry is None:
        return None
    value = entry.value
    for step in path[1:]:
        inside = _step(value, step)
        if inside is None:
            break
        value = inside
    return value.span


def _step(value: Value, step: str | int) -> Value | None:
    if isinstance(value, Array):
        return value.items[step] if isinstance(step, int) and 0 <= step < len(value.items) else None
    block = block_of(value)
    entry = block.get(step) if block is not None and isinstance(step, str) else None
    return None if entry is None else entry.value


def text_of(value: Value) -> str | None:
    """Return the text that *value* is, quoted or bare, or None."""
    if isinstance(value, Scalar) and value.kind in ("STRING", "WORD", "BAREWORD") and isinstance(value.value, str):
        return value.value
    return None


def items_of(value: Value) -> tuple[Value, ...]:
    """Return the values in an array, or the one value that is none."""
    return value.items if isinstance(value, Array) else (value,)


def plain(setting: Setting) -> object:
    """Return *setting* as dicts and lists; a variable is its `$NAME`."""
    if isinstance(setting, tuple):
        return [plain(item) for item in setting]
    if isinstance(setting, Mapping):
        return {key: plain(item) for key, item in setting.items()}
    return str(setting) if isinstance(setting, Variable | Template) else setting


def unique(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return *entries* without those whose key was there before."""
    kept: dict[str, Entry] = {}
    for entry in entries:
        kept.setdefault(entry.key, entry)
    return tuple(kept.values())
