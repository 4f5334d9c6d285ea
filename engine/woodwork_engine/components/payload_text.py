"""The words in a payload: what a model is asked, what an output shows (interfaces: Python)."""

from __future__ import annotations

import json
from collections.abc import Mapping

_ASKED = ("text", "input", "prompt")
_SHOWN = ("text", "output", "answer", "message")


def asked_text(payload: object) -> str:
    """Return what a model reads: a string, or `text`, `input` or `prompt` of an object, else the payload's JSON."""
    return _text(payload, _ASKED)


def shown_text(payload: object) -> str:
    """Return what an output shows: a string, or `text`, `output`, `answer` or `message` of an object, else JSON."""
    return _text(payload, _SHOWN)


def json_line(value: object) -> str:
    """Return *value* as JSON on one line; bytes and datetimes as text."""
    return json.dumps(value, ensure_ascii=False, default=_plain_text)


def _text(payload: object, keys: tuple[str, ...]) -> str:
    if isinstance(payload, str):
        return payload
    if isinstance(payload, Mapping):
        for key in keys:
            if isinstance(value := payload.get(key), str):
                return value
    return json_line(payload)


def _plain_text(value: object) -> str:
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)
