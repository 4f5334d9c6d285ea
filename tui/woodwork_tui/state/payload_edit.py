r"""Payloads as JSON text that a person can edit, and back again, without losing bytes, dates or odd characters.

Bytes are written as `{"$bytes": base64}`, datetimes as `{"$datetime": ISO 8601}`; an object that happens to look like
one of these is wrapped as `{"$object": ...}`. Characters that a terminal would act on are written as `\uXXXX`.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from woodwork_engine.dead_letter import DeadLetter
from woodwork_engine.errors import PayloadError
from woodwork_engine.payload import UNREADABLE, decode, encode

LARGEST = 200_000
MOST_LINES = 5_000
"""Bytes of a payload, and lines of it as text, that can be edited without the screen standing still."""
_TAGS = frozenset({"$bytes", "$datetime", "$object"})

_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad"  # control characters but tab and line feed, soft hyphen
    "\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufff9-\ufffb"  # directions, zero widths, separators
    "\ud800-\udfff\ufeff\U000e0000-\U000e007f]"  # surrogates, byte order mark, tags
)


@dataclass(frozen=True, slots=True)
class Editable:
    """A payload as text to edit."""

    text: str


@dataclass(frozen=True, slots=True)
class NotEditable:
    """Why a payload cannot be edited, in one sentence."""

    why: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """Edited text as an encoded payload, and the same in the form the original was shown in."""

    encoded: bytes
    text: str


@dataclass(frozen=True, slots=True)
class Invalid:
    """Why edited text is no payload; line and column count from 1."""

    line: int
    column: int
    problem: str

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.problem}"


class _RepeatedKeyError(ValueError):
    """An object in the edited text has a key twice."""


def _tagged(value: object) -> object:
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, dt.datetime):
        return {"$datetime": value.isoformat()}
    if isinstance(value, Mapping):
        inner = {key: _tagged(item) for key, item in value.items()}
        return {"$object": inner} if len(inner) == 1 and _TAGS & inner.keys() else inner
    if isinstance(value, list | tuple):
        return [_tagged(item) for item in value]
    return value


def _untagged(value: object) -> object:
    if isinstance(value, dict):
        match value:
            case {"$bytes": str(text)} if len(value) == 1:
                return base64.b64decode(text, validate=True)
            case {"$datetime": str(text)} if len(value) == 1:
                return dt.datetime.fromisoformat(text)
            case {"$object": dict(inner)} if len(value) == 1:
                return {key: _untagged(item) for key, item in inner.items()}
        return {key: _untagged(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_untagged(item) for item in value]
    return value


def as_text(value: object) -> str:
    """Return *value*, plain data, as indented JSON that is safe to show."""
    return harmless(json.dumps(_tagged(value), indent=2, ensure_ascii=False))


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    return f"\\u{ord(character):04x}" if ord(character) < 0x10000 else json.dumps(character)[1:-1]


def harmless(text: str) -> str:
    r"""Return *text*, finished JSON or not, with what a terminal would act on as `\uXXXX`; line ends are `\n`."""
    return _UNSAFE.sub(_escaped, text.replace("\r\n", "\n").replace("\r", "\n"))


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        keys = [key for key, _ in pairs]
        raise _RepeatedKeyError(next(key for key in keys if keys.count(key) > 1))
    return made


def parse(text: str) -> Parsed | Invalid:
    """Return the payload that *text* means, or why it means none."""
    try:
        value = _untagged(json.loads(text, object_pairs_hook=_once))
        return Parsed(encode(value), as_text(value))
    except json.JSONDecodeError as error:
        return Invalid(error.lineno, error.colno, error.msg)
    except _RepeatedKeyError as error:
        key = str(error)
        place = text.rfind(json.dumps(key, ensure_ascii=False))
        return Invalid(*_place(text, max(place, 0)), f"the key {key!r} is there twice")
    except binascii.Error as error:
        return Invalid(1, 1, f"$bytes is not base64: {error}")
    except RecursionError:
        return Invalid(1, 1, "nested too deeply")
    except (ValueError, PayloadError) as error:
        return Invalid(1, 1, str(error))


def _place(text: str, index: int) -> tuple[int, int]:
    line = text.count("\n", 0, index) + 1
    return line, index - (text.rfind("\n", 0, index) + 1) + 1


def editable(letter: DeadLetter) -> Editable | NotEditable:
    """Return the payload of *letter* as text to edit, or why that cannot be done without changing it."""
    return editable_payload(letter.encoded, "R replays it as it is.")


def editable_payload(encoded: bytes, instead: str) -> Editable | NotEditable:
    """Return a payload as text to edit, or why that cannot be done without changing it, and what to do *instead*."""
    size = len(encoded)
    if size > LARGEST:
        return NotEditable(
            f"The payload has {size / 1000:,.0f} kB and the editor takes up to {LARGEST // 1000} kB; {instead}"
        )
    try:
        text = as_text(decode(encoded))
        again = parse(text)
    except (*UNREADABLE, RecursionError) as error:
        return NotEditable(f"The payload cannot be decoded ({type(error).__name__}), so it cannot be edited.")
    if (lines := text.count("\n") + 1) > MOST_LINES:
        return NotEditable(
            f"The payload has {lines:,} lines as JSON and the editor takes up to {MOST_LINES:,}; {instead}"
        )
    if isinstance(again, Invalid) or again.encoded != encoded:
        return NotEditable(f"The payload has no exact form as JSON text, so it cannot be edited; {instead}")
    return Editable(text)
