"""Event records as JSON lines: what `run` writes to standard output (interfaces: Event records)."""

from __future__ import annotations

import base64
import datetime as dt
import json
import math
from collections.abc import Iterable, Mapping

import msgspec

from woodwork_engine.record import Record

_encoder = msgspec.json.Encoder()


def json_lines(records: Iterable[Record]) -> bytes:
    r"""Return *records* as UTF-8 JSON, one a line.

    Bytes become base64, datetimes RFC 3339, NaN and infinities null; lone surrogates stay as `\ud800` escapes.
    """
    published = [record.to_dict() for record in records]
    try:
        return _encoder.encode_lines(published)
    except (UnicodeEncodeError, TypeError, ValueError, OverflowError, RecursionError):
        return b"".join(_line(record) for record in published)


def _line(record: dict[str, object]) -> bytes:
    try:
        return _encoder.encode(record) + b"\n"
    except (UnicodeEncodeError, TypeError, ValueError, OverflowError, RecursionError):
        return json.dumps(_jsonable(record), separators=(",", ":")).encode() + b"\n"


def _jsonable(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_jsonable(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode()
    if isinstance(value, dt.datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value if value is None or isinstance(value, bool | int | str) else str(value)
