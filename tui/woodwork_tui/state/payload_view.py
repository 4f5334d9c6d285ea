"""A payload as lines to read: folded JSON, whole JSON, plain text or hex."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from enum import StrEnum

_INLINE = 60
_MOST_ITEMS = 40
_DEEPEST = 4
_MOST_HEX = 64 * 1024
HEX_WIDTH = 75
"""Cells of a line of 16 bytes in hex."""


class PayloadForm(StrEnum):
    """How a payload is shown; `v` turns to the next."""

    FOLDED = "folded"
    JSON = "json"
    TEXT = "text"
    HEX = "hex"

    def next(self) -> PayloadForm:
        """Return the form after this one."""
        order = list(PayloadForm)
        return order[(order.index(self) + 1) % len(order)]


def payload_lines(value: object, form: PayloadForm, width: int = HEX_WIDTH) -> tuple[str, ...]:
    """Return *value* as lines; nothing is left out without a line that says how much.

    A line of hex has 16 bytes, 8 where *width* cells are too few for it.
    """
    if form is PayloadForm.HEX:
        return tuple(_hex(_bytes(value), 16 if width >= HEX_WIDTH else 8))
    if isinstance(value, str) and form is not PayloadForm.JSON:
        return tuple(_split(value))
    if form is PayloadForm.FOLDED:
        return tuple(_folded(value, "", 0, ""))
    return tuple(json.dumps(value, indent=2, ensure_ascii=False, default=str).split("\n"))


def content_type(value: object) -> str:
    """Return what kind of data *value* is, as a media type."""
    if isinstance(value, str):
        return "text/plain"
    return "application/octet-stream" if isinstance(value, bytes) else "application/json"


def _split(text: str) -> list[str]:
    return text.replace("\r\n", "\n").split("\n")


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _folded(value: object, head: str, depth: int, tail: str) -> Iterator[str]:
    """Yield lines of *value*; containers that fit stay on one line, deep and long ones are folded."""
    indent = "  " * depth
    if not isinstance(value, Mapping | list | tuple) or not value or _fits(value):
        yield f"{indent}{head}{_compact(value)}{tail}"
        return
    is_map = isinstance(value, Mapping)
    opening, closing, noun = ("{", "}", "keys") if is_map else ("[", "]", "items")
    if depth >= _DEEPEST:
        yield f"{indent}{head}{opening} … {len(value):,} {noun} {closing}{tail}"
        return
    yield f"{indent}{head}{opening}"
    pairs = (
        ((f"{json.dumps(k, ensure_ascii=False)}: ", v) for k, v in value.items())
        if isinstance(value, Mapping)
        else (("", item) for item in value)
    )
    for number, (key, item) in enumerate(pairs):
        if number == _MOST_ITEMS:
            yield f"{indent}  … {len(value) - _MOST_ITEMS:,} more {noun} (v shows all)"
            break
        yield from _folded(item, key, depth + 1, "," if number < len(value) - 1 else "")
    yield f"{indent}{closing}{tail}"


def _fits(value: Mapping[object, object] | list[object] | tuple[object, ...]) -> bool:
    if len(value) > _INLINE // 2:
        return False
    items = value.values() if isinstance(value, Mapping) else value
    if any(isinstance(item, Mapping | list | tuple) and len(item) > 3 for item in items):
        return False
    return (
        sum(len(item) if isinstance(item, str) else 4 for item in items) < _INLINE and len(_compact(value)) <= _INLINE
    )


def _bytes(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    text = value if isinstance(value, str) else _compact(value)
    return text.encode("utf-8", "surrogatepass")


def _hex(data: bytes, a_line: int) -> Iterator[str]:
    for start in range(0, min(len(data), _MOST_HEX), a_line):
        row = data[start : start + a_line]
        pairs = " ".join(f"{byte:02x}" for byte in row)
        shown = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in row)
        yield f"{start:08x}  {pairs:<{3 * a_line - 1}}  {shown}"
    if len(data) > _MOST_HEX:
        yield f"… {len(data) - _MOST_HEX:,} more bytes"
